import { consumersByTensor } from '../onnx/graph';
import type { CutTensor } from './cut_tensor';
import { sameLayout, samePlaces } from './layout';
import type { Profile } from './profile';

/** Operators that fuse into the one before them: a cut belongs behind them. */
const fusing: ReadonlySet<string> = new Set([
  'Relu',
  'LeakyRelu',
  'PRelu',
  'Clip',
  'Sigmoid',
  'HardSigmoid',
  'HardSwish',
  'Gelu',
  'Tanh',
  'Elu',
  'Selu',
  'Celu',
  'Mish',
  'Erf',
  'Softplus',
  'Softsign',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Pow',
]);
/** Operators that prepare what comes next: a cut belongs before them. */
const preparing: ReadonlySet<string> = new Set([
  'LayerNormalization',
  'BatchNormalization',
  'InstanceNormalization',
  'GroupNormalization',
  'Transpose',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Cast',
  'Pad',
]);

/**
 * Of cut tensors between which hardly anything happens, one: behind an activation or an added constant, before a
 * normalization, padding or reshape (unless a shortcut begins behind that one). None before or behind all work. In execution order.
 */
export function candidatesAmong(
  cuts: readonly CutTensor[],
  { graph, nodes, total }: Profile,
): readonly CutTensor[] {
  const readers = consumersByTensor({ ...graph, nodes: nodes.map(({ node }) => node) });
  const kept: CutTensor[] = [];
  let start = 0;
  let between = { fusing: true, preparing: true };
  for (const cut of cuts) {
    const kinds = nodes.slice(start, cut.position + 1).map(({ node }) => node.kind);
    between = {
      fusing: between.fusing && kinds.every((kind) => fusing.has(kind)),
      preparing: between.preparing && kinds.every((kind) => preparing.has(kind)),
    };
    start = cut.position + 1;
    const last = kept.at(-1);
    const alike = last !== undefined && sameLayout(last.layout, cut.layout);
    const startsShortcut = (readers.get(cut.tensor)?.length ?? 0) > 1;
    const begins = startsShortcut && last !== undefined && isSameData(last, cut);
    if (last !== undefined && between.preparing && !begins) continue;
    if ((alike && between.fusing) || (begins && between.preparing)) kept.pop();
    kept.push(cut);
    between = { fusing: true, preparing: true };
  }
  return kept.filter(({ macsBefore }) => macsBefore > 0 && macsBefore < total.macs);
}

/** The same shape, or an image and its tokens; an image that only changed the order of its dimensions is prepared for something else. */
function isSameData(before: CutTensor, cut: CutTensor): boolean {
  return (
    samePlaces(before.layout, cut.layout) &&
    (before.layout.kind !== cut.layout.kind || before.shape.join('x') === cut.shape.join('x'))
  );
}
