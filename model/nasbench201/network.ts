import { BadInputError } from '../../common/bad_input';
import { createRandom } from '../../common/random';
import type { Graph } from '../onnx/graph';
import { createGraphBuilder, int } from '../onnx/graph_builder';
import { formatCell, type Cell } from './cell';
import { addCell } from './cell_layers';
import {
  addAveragePool,
  addBatchNorm,
  addConv,
  addDense,
  addReluConvNorm,
  type LayerSink,
} from './layers';
import { added, sourceSignal, type CellSignal } from './signal';
import { isConnected } from './topology';

/** The benchmark's network: stages of equal cells, joined by residual blocks that halve the image. */
export interface NetworkShape {
  /** N of the paper. */
  readonly cellsPerStage: number;
  readonly stageChannels: readonly number[];
  readonly imageSize: number;
  readonly classes: number;
}

export const cifarShape: NetworkShape = {
  cellsPerStage: 5,
  stageChannels: [16, 32, 64],
  imageSize: 32,
  classes: 10,
};

export const networkInput = 'image';
export const networkOutput = 'logits';

/**
 * The trained form of a cell's network, batch normalizations still apart. Weights are drawn from `seed` (latency does not
 * depend on their values) and the normalizations' statistics are made to fit them. Edges that cannot reach the output are
 * left out. Input `image` 1x3xSxS, output `logits` 1xclasses. @throws BadInputError for a cell whose output does not see its input
 */
export function createNetwork(cell: Cell, seed: number | string, shape: NetworkShape): Graph {
  if (!isConnected(cell)) {
    throw new BadInputError(
      `cell ${formatCell(cell)}: its output does not depend on its input; choose a cell with a path from node 0 to node 3`,
    );
  }
  const sink: LayerSink = {
    builder: createGraphBuilder('nasbench201'),
    random: createRandom(seed),
  };
  const image = sourceSignal(
    sink.builder.input(networkInput, [1, 3, shape.imageSize, shape.imageSize]),
    3,
    1,
  );
  const stem = addConv(sink, {
    name: 'stem.conv',
    input: image,
    channels: shape.stageChannels[0] ?? 0,
    kernel: 3,
    stride: 1,
  });
  let signal = addBatchNorm(sink, 'stem.norm', stem);
  shape.stageChannels.forEach((channels, stage) => {
    if (stage > 0) signal = addReduction(sink, `reduction${stage}`, { input: signal, channels });
    for (let index = 0; index < shape.cellsPerStage; index += 1)
      signal = addCell(sink, cell, { name: `stage${stage}.cell${index}`, input: signal });
  });
  addHead(sink, signal, shape.classes);
  return sink.builder.finish([
    { name: networkOutput, elementType: 'float32', shape: [1, shape.classes] },
  ]);
}

/** ResNet's basic block; the shortcut averages 2x2 pixels before its 1x1 convolution, which has no normalization. */
function addReduction(
  sink: LayerSink,
  name: string,
  block: { readonly input: CellSignal; readonly channels: number },
): CellSignal {
  const { input, channels } = block;
  const relus = new Map<string, string>();
  const first = addReluConvNorm(sink, relus, {
    name: `${name}.a`,
    input,
    channels,
    kernel: 3,
    stride: 2,
  });
  const second = addReluConvNorm(sink, relus, {
    name: `${name}.b`,
    input: first,
    channels,
    kernel: 3,
    stride: 1,
  });
  const pooled = addAveragePool(sink, `${name}.shortcut.pool`, { input, size: 2 });
  const shortcut = addConv(sink, {
    name: `${name}.shortcut.conv`,
    input: pooled,
    channels,
    kernel: 1,
    stride: 1,
  });
  return added(
    shortcut,
    second,
    sink.builder.node(`${name}.sum`, 'Add', [shortcut.tensor, second.tensor]),
  );
}

function addHead(sink: LayerSink, input: CellSignal, classes: number): void {
  const { builder } = sink;
  const normalized = addBatchNorm(sink, 'head.norm', input);
  const active = builder.node('head.relu', 'Relu', [normalized.tensor]);
  const pooled = builder.node('head.pool', 'GlobalAveragePool', [active]);
  const flat = builder.node('head.flatten', 'Flatten', [pooled], { axis: int(1) });
  addDense(sink, networkOutput, { input: sourceSignal(flat, normalized.channels, 1), classes });
}
