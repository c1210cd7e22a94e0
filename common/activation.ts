/** Activations that a block may choose. */
export const activations = ['relu', 'relu6', 'swish', 'hardswish'] as const;
export type Activation = (typeof activations)[number];
