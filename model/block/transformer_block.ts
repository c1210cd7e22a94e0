import type { TransformerBlockSpec } from '../../common/block_spec';
import { segmentInput } from './layer';
import { createLayerList, type LayerList } from './layer_list';

/** As in ViT and DeiT of every size. */
const headWidth = 64;
/** PyTorch's and timm's for ViT. */
export const layerNormEpsilon = 1e-6;
/**
 * Standard deviations beside tokens of 1: of queries, keys, values and an MLP's hidden layer, as ViT's and DeiT's initial
 * weights of deviation 0.02 make them at width 192, and of what a residual branch adds.
 */
const projectionGain = 0.28;
const branchGain = 0.1;

/** The layers of a transformer block, from T x tokenWidth to the same: pre-norm encoder layers as in ViT. */
export function transformerBlockLayers(block: TransformerBlockSpec): LayerList {
  const list = createLayerList();
  const projects = block.embedding !== block.tokenWidth;
  let tokens = projects
    ? list.dense('embed', segmentInput, { channels: block.embedding })
    : segmentInput;
  for (let index = 0; index < block.depth; index += 1) {
    tokens = addAttention(list, block, { name: `layer${index}`, tokens });
    tokens = addMlp(list, block, { name: `layer${index}`, tokens });
  }
  if (projects) list.dense('unembed', tokens, { channels: block.tokenWidth });
  return list;
}

interface LayerPlace {
  readonly name: string;
  readonly tokens: string;
}

function addAttention(
  list: LayerList,
  { heads, embedding }: TransformerBlockSpec,
  { name, tokens }: LayerPlace,
): string {
  const normed = list.push({
    kind: 'layerNorm',
    name: `${name}.norm1`,
    input: tokens,
    epsilon: layerNormEpsilon,
  });
  const project = (role: string): string =>
    list.dense(`${name}.${role}`, normed, { channels: heads * headWidth, gain: projectionGain });
  const split = (role: string, input: string, transposed: boolean): string =>
    list.push({ kind: 'splitHeads', name: `${name}.${role}.heads`, input, heads, transposed });
  const scaled = list.push({
    kind: 'multiply',
    name: `${name}.query.scaled`,
    input: project('query'),
    factor: 1 / Math.sqrt(headWidth),
  });
  const query = split('query', scaled, false);
  const key = split('key', project('key'), true);
  const value = split('value', project('value'), false);
  const scores = list.push({ kind: 'matMul', name: `${name}.scores`, inputs: [query, key] });
  const shares = list.push({ kind: 'softmax', name: `${name}.shares`, input: scores });
  const context = list.push({ kind: 'matMul', name: `${name}.context`, inputs: [shares, value] });
  const merged = list.push({ kind: 'mergeHeads', name: `${name}.merged`, input: context });
  const mixed = list.dense(`${name}.mix`, merged, { channels: embedding, gain: branchGain });
  return list.push({ kind: 'add', name: `${name}.sum1`, inputs: [tokens, mixed] });
}

function addMlp(
  list: LayerList,
  { mlpRatio, embedding }: TransformerBlockSpec,
  { name, tokens }: LayerPlace,
): string {
  const normed = list.push({
    kind: 'layerNorm',
    name: `${name}.norm2`,
    input: tokens,
    epsilon: layerNormEpsilon,
  });
  const widened = list.dense(`${name}.widen`, normed, {
    channels: Math.round(embedding * mlpRatio),
    gain: projectionGain,
  });
  const active = list.push({
    kind: 'activation',
    name: `${name}.widen.act`,
    input: widened,
    function: 'gelu',
  });
  const narrowed = list.dense(`${name}.narrow`, active, { channels: embedding, gain: branchGain });
  return list.push({ kind: 'add', name: `${name}.sum2`, inputs: [tokens, narrowed] });
}
