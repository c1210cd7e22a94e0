import type { ConvBlockSpec } from '../../common/block_spec';
import { segmentInput } from './layer';
import { createLayerList, type LayerList } from './layer_list';
import { makeDivisible } from './make_divisible';

/** Channels per group of a grouped cell. */
const groupSize = 32;
/** Channel counts that vector units like. */
const channelMultiple = 8;
/** Squeeze-and-excitation squeezes to this share of a cell's input channels (EfficientNet), of a bottleneck's output channels (SENet). */
const squeezeShare = 1 / 4;
const bottleneckSqueezeShare = 1 / 16;
/** Energy that a residual branch adds to a block's output of energy 1: branches refine, as they do after training. */
const branchEnergy = 0.05;
/** Standard deviation of what a gate's sigmoid reads: near constant. */
const gateGain = 0.1;

interface CellPlace {
  readonly list: LayerList;
  readonly block: ConvBlockSpec;
  readonly name: string;
  readonly input: string;
  readonly inputChannels: number;
  readonly stride: 1 | 2;
}

/** The layers of a convolutional block, from 1 x inputChannels x H x W to 1 x outputChannels x ⌈H/stride⌉ x ⌈W/stride⌉. */
export function convBlockLayers(block: ConvBlockSpec): LayerList {
  const list = createLayerList();
  let input = segmentInput;
  for (let index = 0; index < block.depth; index += 1) {
    const inputChannels = index === 0 ? block.inputChannels : block.outputChannels;
    const place: CellPlace = {
      list,
      block,
      name: `cell${index}`,
      input,
      inputChannels,
      stride: index === 0 ? block.stride : 1,
    };
    input = block.cell === 'bottleneck' ? addBottleneck(place) : addInvertedResidual(place);
  }
  return list;
}

/** Channels inside a cell. */
function hiddenChannels(
  { cell, expansion, width, outputChannels }: ConvBlockSpec,
  inputChannels: number,
): number {
  if (hasNoExpansion(cell, expansion)) return inputChannels;
  if (cell === 'bottleneck')
    return makeDivisible((outputChannels / expansion) * width, channelMultiple);
  return makeDivisible(
    inputChannels * expansion * width,
    cell === 'grouped' ? groupSize : channelMultiple,
  );
}

/** MobileNetV2's first cell: at expansion 1 the depthwise convolution reads the cell's input. */
function hasNoExpansion(cell: ConvBlockSpec['cell'], expansion: number): boolean {
  return cell === 'depthwise' && expansion === 1;
}

function hasIdentity({ block, inputChannels, stride }: CellPlace): boolean {
  return stride === 1 && inputChannels === block.outputChannels;
}

/** Expand, filter, excite, project linearly; the sum with the input where shapes allow it. */
function addInvertedResidual(place: CellPlace): string {
  const { list, block, name, input, inputChannels } = place;
  const hidden = hiddenChannels(block, inputChannels);
  const filtered = addFilter(place, hidden);
  const excited = addAttention(place, filtered, {
    channels: hidden,
    squeezed: Math.max(1, Math.floor(inputChannels * squeezeShare)),
  });
  // Later cells add to a first one that is no sum, so that the block's output has energy 1 whatever its depth.
  const energy = hasIdentity(place) ? branchEnergy : 1 - branchEnergy * (block.depth - 1);
  const projected = list.convNorm(`${name}.project`, excited, {
    channels: block.outputChannels,
    kernel: 1,
    gain: Math.sqrt(energy),
  });
  return hasIdentity(place)
    ? list.push({ kind: 'add', name: `${name}.sum`, inputs: [input, projected] })
    : projected;
}

function addFilter({ list, block, name, input, stride }: CellPlace, hidden: number): string {
  const { cell, kernel, expansion, activation } = block;
  const settings = {
    channels: hidden,
    kernel,
    stride,
    groups: cell === 'fused' ? 1 : cell === 'grouped' ? hidden / groupSize : hidden,
  };
  if (cell === 'fused' || hasNoExpansion(cell, expansion))
    return list.activate(
      `${name}.filter.act`,
      list.convNorm(`${name}.filter`, input, settings),
      activation,
    );
  const expanded = list.activate(
    `${name}.expand.act`,
    list.convNorm(`${name}.expand`, input, { channels: hidden, kernel: 1 }),
    activation,
  );
  return list.activate(
    `${name}.filter.act`,
    list.convNorm(`${name}.filter`, expanded, settings),
    activation,
  );
}

/** ResNet v1.5: the stride is in the middle convolution; the activation stands behind the sum. */
function addBottleneck(place: CellPlace): string {
  const { list, block, name, input, stride } = place;
  const { outputChannels: channels, activation } = block;
  const hidden = hiddenChannels(block, place.inputChannels);
  const reduced = list.activate(
    `${name}.reduce.act`,
    list.convNorm(`${name}.reduce`, input, { channels: hidden, kernel: 1 }),
    activation,
  );
  const filtered = list.activate(
    `${name}.filter.act`,
    list.convNorm(`${name}.filter`, reduced, { channels: hidden, kernel: block.kernel, stride }),
    activation,
  );
  const restored = list.convNorm(`${name}.restore`, filtered, {
    channels,
    kernel: 1,
    gain: Math.sqrt(branchEnergy),
  });
  const excited = addAttention(place, restored, {
    channels,
    squeezed: Math.max(1, Math.floor(channels * bottleneckSqueezeShare)),
  });
  const shortcut = hasIdentity(place)
    ? input
    : list.convNorm(`${name}.shortcut`, input, {
        channels,
        kernel: 1,
        stride,
        gain: Math.sqrt(1 - branchEnergy),
      });
  return list.activate(
    `${name}.sum.act`,
    list.push({ kind: 'add', name: `${name}.sum`, inputs: [excited, shortcut] }),
    activation,
  );
}

/** Squeeze-and-excitation; swish inside with swish outside (EfficientNet), a hard gate with hardswish (MobileNetV3). */
function addAttention(
  { list, block, name }: CellPlace,
  input: string,
  { channels, squeezed }: { readonly channels: number; readonly squeezed: number },
): string {
  if (block.attention === 'none') return input;
  const conv = {
    kind: 'conv',
    kernel: 1,
    stride: 1,
    padding: 0,
    groups: 1,
    bias: true,
    gain: 1,
  } as const;
  const pooled = list.push({ kind: 'globalPool', name: `${name}.se.pool`, input });
  const squeeze = list.push({
    ...conv,
    name: `${name}.se.squeeze`,
    input: pooled,
    channels: squeezed,
  });
  const active = list.activate(
    `${name}.se.squeeze.act`,
    squeeze,
    block.activation === 'swish' ? 'swish' : 'relu',
  );
  const excite = list.push({
    ...conv,
    name: `${name}.se.excite`,
    input: active,
    channels,
    gain: gateGain,
  });
  const gate = list.push({
    kind: 'activation',
    name: `${name}.se.gate`,
    input: excite,
    function: block.activation === 'hardswish' ? 'hardsigmoid' : 'sigmoid',
  });
  return list.push({ kind: 'scale', name: `${name}.se.scale`, inputs: [input, gate] });
}
