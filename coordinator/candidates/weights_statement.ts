import type { NetworkRequest } from './stage';

/** How the weights of a network came to be, in a few words for those who read its files. */
export function weightsStatement({
  model,
  trained,
}: {
  readonly model: Pick<NetworkRequest['model'], 'seed'>;
  readonly trained: { readonly reference: string } | undefined;
}): string {
  return trained === undefined
    ? `drawn, seed ${model.seed}`
    : `trained block by block for reference ${trained.reference}, not finetuned; calibrated with generated inputs`;
}
