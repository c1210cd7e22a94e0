import type { Random } from '../../common/random';
import { float, float32Tensor, int, ints, type GraphBuilder } from '../onnx/graph_builder';
import { averaged, energyAfterRelu, energyOf, sourceSignal, type CellSignal } from './signal';

/** Where the layers of one network go, and where their weights come from. */
export interface LayerSink {
  readonly builder: GraphBuilder;
  /** Each layer derives its own generator by its name, so that equal layers of two cells have equal weights. */
  readonly random: Random;
}

interface ConvolutionLayer {
  readonly name: string;
  readonly input: CellSignal;
  readonly channels: number;
  readonly kernel: 1 | 3;
  readonly stride: number;
}

const batchNormEpsilon = 1e-5;
/** Amplitude that the variations of a convolution's output keep in an average over 3x3 or 2x2 pixels, as measured on these networks. */
const varyingShareOfPool = { 3: 0.5, 2: 0.6 } as const;

/**
 * ReLU, convolution without bias, batch normalization: the paper's order. `relus` remembers which tensors already have
 * their ReLU, since a node's edges share it.
 */
export function addReluConvNorm(
  sink: LayerSink,
  relus: Map<string, string>,
  layer: ConvolutionLayer,
): CellSignal {
  const { name, input } = layer;
  const active =
    relus.get(input.tensor) ?? sink.builder.node(`${input.tensor}.relu`, 'Relu', [input.tensor]);
  relus.set(input.tensor, active);
  const convolved = addConv(sink, {
    ...layer,
    name: `${name}.conv`,
    input: sourceSignal(active, input.channels, energyAfterRelu(input)),
  });
  return addBatchNorm(sink, `${name}.norm`, convolved);
}

/** A convolution without bias whose output has the energy of its input: He's weights, drawn uniformly (they quantize well). */
export function addConv({ builder, random }: LayerSink, layer: ConvolutionLayer): CellSignal {
  const { name, input, channels, kernel, stride } = layer;
  const fanIn = input.channels * kernel * kernel;
  const weights = uniform(random.derive(name), channels * fanIn, Math.sqrt(3 / fanIn));
  const weight = builder.constant(
    `${name}.weight`,
    float32Tensor([channels, input.channels, kernel, kernel], weights),
  );
  const pad = (kernel - 1) / 2;
  const attributes = {
    kernel_shape: ints(kernel, kernel),
    strides: ints(stride, stride),
    pads: ints(pad, pad, pad, pad),
  };
  const tensor = builder.node(name, 'Conv', [input.tensor, weight], attributes);
  return sourceSignal(tensor, channels, energyOf(input));
}

/** Batch normalization with the running statistics that a signal of this energy would have left behind. */
export function addBatchNorm(
  { builder, random }: LayerSink,
  name: string,
  input: CellSignal,
): CellSignal {
  const draw = random.derive(name);
  const energy = energyOf(input);
  const perChannel = (value: () => number): Float32Array =>
    Float32Array.from({ length: input.channels }, value);
  const parameters: readonly (readonly [string, Float32Array])[] = [
    ['scale', perChannel(() => 1 + 0.2 * (draw.next() - 0.5))],
    ['shift', perChannel(() => 0.4 * (draw.next() - 0.5))],
    ['mean', perChannel(() => 0.2 * (draw.next() - 0.5) * Math.sqrt(energy))],
    ['variance', perChannel(() => energy * (0.9 + 0.2 * draw.next()))],
  ];
  const names = parameters.map(([role, data]) =>
    builder.constant(`${name}.${role}`, float32Tensor([input.channels], data)),
  );
  const tensor = builder.node(name, 'BatchNormalization', [input.tensor, ...names], {
    epsilon: float(batchNormEpsilon),
  });
  return sourceSignal(tensor, input.channels, 1);
}

/** 3x3 with stride 1 (a cell's edge) or 2x2 with stride 2 (a shortcut). Padding does not count into the averages. */
export function addAveragePool(
  { builder }: LayerSink,
  name: string,
  layer: { readonly input: CellSignal; readonly size: 2 | 3 },
): CellSignal {
  const { input, size } = layer;
  const placement =
    size === 3
      ? { strides: ints(1, 1), pads: ints(1, 1, 1, 1), count_include_pad: int(0) }
      : { strides: ints(2, 2) };
  const tensor = builder.node(name, 'AveragePool', [input.tensor], {
    kernel_shape: ints(size, size),
    ...placement,
  });
  return averaged(input, tensor, varyingShareOfPool[size]);
}

export function addDense(
  { builder, random }: LayerSink,
  name: string,
  layer: { readonly input: CellSignal; readonly classes: number },
): void {
  const { input, classes } = layer;
  const draw = random.derive(name);
  const limit = Math.sqrt(3 / input.channels);
  const weight = builder.constant(
    `${name}.weight`,
    float32Tensor([classes, input.channels], uniform(draw, classes * input.channels, limit)),
  );
  const bias = builder.constant(
    `${name}.bias`,
    float32Tensor([classes], uniform(draw, classes, limit)),
  );
  builder.node(name, 'Gemm', [input.tensor, weight, bias], { transB: int(1) });
}

function uniform(random: Random, count: number, limit: number): Float32Array {
  const values = new Float32Array(count);
  for (let index = 0; index < count; index += 1) values[index] = (2 * random.next() - 1) * limit;
  return values;
}
