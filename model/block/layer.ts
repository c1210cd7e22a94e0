import type { Activation } from '../../common/activation';

interface NamedLayer {
  /** Unique in its segment; also the name of what the layer makes. */
  readonly name: string;
}

interface OneInput extends NamedLayer {
  /** The layer whose output is read, or `segmentInput`. */
  readonly input: string;
}

interface TwoInputs extends NamedLayer {
  readonly inputs: readonly [string, string];
}

interface Drawn {
  /** Standard deviation that the output has under weights drawn here. Where training begins, and nothing to a trained layer. */
  readonly gain: number;
}

/** Kernels are square, padding is alike on all sides, groups divide both channel counts. */
export interface ConvLayer extends OneInput, Drawn {
  readonly kind: 'conv';
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
  /** Without one a batch normalization follows. */
  readonly bias: boolean;
}

/** Over the last axis. Always has a bias. */
export interface DenseLayer extends OneInput, Drawn {
  readonly kind: 'dense';
  readonly channels: number;
}

/**
 * One primitive layer as it is trained. Trainable are weights and biases of conv and dense, scale and shift of batchNorm
 * and layerNorm, and the vectors of classToken and positions; a batchNorm also has running statistics. Shapes (batch 1):
 * images 1xCxHxW, vectors 1xC, tokens TxC, heads hxTxC/h.
 */
export type Layer =
  | ConvLayer
  | DenseLayer
  /** Directly behind a conv without bias, into which it folds. */
  | (OneInput & Drawn & { readonly kind: 'batchNorm' })
  /** Over the last axis. */
  | (OneInput & { readonly kind: 'layerNorm'; readonly epsilon: number })
  | (OneInput & {
      readonly kind: 'activation';
      readonly function: Activation | 'sigmoid' | 'hardsigmoid' | 'gelu';
    })
  | (OneInput & {
      readonly kind: 'maxPool';
      readonly kernel: number;
      readonly stride: number;
      readonly padding: number;
    })
  /** Mean over the image, 1xCx1x1. */
  | (OneInput & { readonly kind: 'globalPool' })
  /** 1xCx1x1 to 1xC. */
  | (OneInput & { readonly kind: 'flatten' })
  | (TwoInputs & { readonly kind: 'add' })
  /** Each channel of the first input times its value in the second, 1xCx1x1. */
  | (TwoInputs & { readonly kind: 'scale' })
  /** 1xCxHxW to (HW)xC. */
  | (OneInput & { readonly kind: 'tokens' })
  /** A trained token before the others. */
  | (OneInput & { readonly kind: 'classToken' })
  /** A trained vector added to each token. */
  | (OneInput & { readonly kind: 'positions' })
  /** TxC to hxTxC/h, or to hxC/hxT when `transposed`. */
  | (OneInput & {
      readonly kind: 'splitHeads';
      readonly heads: number;
      readonly transposed: boolean;
    })
  /** hxTxC to Tx(hC). */
  | (OneInput & { readonly kind: 'mergeHeads' })
  /** A constant factor directly behind a dense layer, into which it folds. */
  | (OneInput & { readonly kind: 'multiply'; readonly factor: number })
  | (TwoInputs & { readonly kind: 'matMul' })
  /** Over the last axis. */
  | (OneInput & { readonly kind: 'softmax' })
  /** The first token, 1xC. */
  | (OneInput & { readonly kind: 'firstToken' });

/** What the first layers of a segment read. */
export const segmentInput = 'input';

export function inputsOf(layer: Layer): readonly string[] {
  return 'inputs' in layer ? layer.inputs : [layer.input];
}
