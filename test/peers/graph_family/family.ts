import { assert } from '../../../common/assert';
import { createRandom, type Random } from '../../../common/random';
import { elementCount, type Attribute, type Graph } from '../../../model/onnx/graph';
import {
  createGraphBuilder,
  float,
  float32Tensor,
  int,
  ints,
  type GraphBuilder,
} from '../../../model/onnx/graph_builder';

const channels = 8;
const side = 12;
export const familyShape = [1, channels, side, side] as const;

/** How much larger than its input a branch's numbers are: small and large ones meet in sums and concatenations. */
const gains = [0.02, 0.1, 0.5, 1, 1, 2, 4, 16, 50];
const fewestSteps = 4;
const mostSteps = 9;

/** A tensor, and about how large its numbers are. */
interface Grown {
  readonly tensor: string;
  readonly size: number;
}

/** A graph under construction: tensors of familyShape that may be read again, and those that nobody has read yet. */
interface Growth {
  readonly builder: GraphBuilder;
  readonly random: Random;
  readonly tensors: Grown[];
  readonly unread: Set<Grown>;
}

type Step = (growth: Growth, name: string) => Grown;

const window = { kernel_shape: ints(3, 3), pads: ints(1, 1, 1, 1) };

const steps: Readonly<Record<string, Step>> = {
  conv: (growth, name) => activated(growth, name, read(growth)),
  bareConv: (growth, name) => convolved(growth, name, read(growth)),
  concat: (growth, name) =>
    joined(
      growth,
      name,
      Array.from({ length: 2 + growth.random.below(3) }, () => read(growth)),
    ),
  skip: (growth, name) => skip(growth, name, [read(growth), read(growth)]),
  gain: (growth, name) => scaled(growth, name, read(growth)),
  gate: (growth, name) => gated(growth, name, read(growth)),
  maxPool: (growth, name) =>
    moved(read(growth), (tensor) => growth.builder.node(name, 'MaxPool', [tensor], window)),
  averagePool: (growth, name) =>
    moved(read(growth), (tensor) =>
      growth.builder.node(name, 'AveragePool', [tensor], { ...window, count_include_pad: int(1) }),
    ),
  shuffled: (growth, name) => moved(read(growth), (tensor) => shuffled(growth, name, tensor)),
  split: (growth, name) => split(growth, name, read(growth)),
  upAndDown: (growth, name) => moved(read(growth), (tensor) => upAndDown(growth, name, tensor)),
};

/** A network of branches, skips, concatenations, gates, pools and moves that share tensors of very different sizes; equal seeds give the same. */
export function familyGraph(seed: number): Graph {
  const random = createRandom('graph family').derive(String(seed));
  const builder = createGraphBuilder(`family-${String(seed)}`);
  const growth: Growth = { builder, random, tensors: [], unread: new Set() };
  const grow = (made: Grown): void => {
    growth.tensors.push(made);
    growth.unread.add(made);
  };
  // ONNX Runtime's quantizer leaves in float what only moves an input that nothing quantized.
  grow(convolved(growth, 'stem', { tensor: builder.input('x', familyShape), size: 1 }));
  const count = fewestSteps + random.below(mostSteps - fewestSteps + 1);
  for (let index = 0; index < count; index += 1) {
    const [kind, step] = pick(random, Object.entries(steps));
    grow(step(growth, `${kind}${String(index)}`));
  }
  const { tensor } = joined(growth, 'last', [...growth.unread]);
  return builder.finish([{ name: tensor, elementType: 'float32', shape: familyShape }]);
}

/** The network's inputs. */
export function familySamples(
  seed: number,
  purpose: string,
  count: number,
): readonly Float32Array[] {
  const random = createRandom('graph family').derive(`${purpose} ${String(seed)}`);
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: elementCount(familyShape) }, () => random.normal()),
  );
}

function pick<Each>(random: Random, among: readonly Each[]): Each {
  const picked = among[random.below(among.length)];
  assert(picked !== undefined, 'there is something to pick from');
  return picked;
}

/** The last tensor, or any again. */
function read({ random, tensors, unread }: Growth): Grown {
  const grown = random.next() < 0.6 ? pick(random, tensors.slice(-1)) : pick(random, tensors);
  unread.delete(grown);
  return grown;
}

function moved({ tensor, size }: Grown, move: (tensor: string) => string): Grown {
  return { tensor: move(tensor), size };
}

function convolved(
  growth: Growth,
  name: string,
  { tensor, size }: Grown,
  { inputs = channels, gain = pick(growth.random, gains) } = {},
): Grown {
  const { builder, random } = growth;
  const kernel = pick(random, [1, 3]);
  const spread = gain / Math.sqrt(inputs * kernel * kernel);
  const weight = Float32Array.from(
    { length: channels * inputs * kernel * kernel },
    () => random.normal() * spread,
  );
  const bias = Float32Array.from({ length: channels }, () => (random.normal() * gain * size) / 4);
  const constants = [
    builder.constant(`${name}.weight`, float32Tensor([channels, inputs, kernel, kernel], weight)),
    builder.constant(`${name}.bias`, float32Tensor([channels], bias)),
  ];
  const pad = (kernel - 1) / 2;
  return {
    tensor: builder.node(name, 'Conv', [tensor, ...constants], {
      kernel_shape: ints(kernel, kernel),
      pads: ints(pad, pad, pad, pad),
    }),
    size: size * gain,
  };
}

const activations: readonly (readonly [string, Readonly<Record<string, Attribute>>])[] = [
  ['Relu', {}],
  ['Relu', {}],
  ['Clip', {}],
  ['LeakyRelu', { alpha: float(0.1) }],
  ['HardSwish', {}],
  ['Sigmoid', {}],
  ['HardSigmoid', { alpha: float(1 / 6), beta: float(0.5) }],
  ['Tanh', {}],
];

const saturating: ReadonlySet<string> = new Set(['Sigmoid', 'HardSigmoid', 'Tanh']);

/** A convolution with an activation; one that saturates at both ends is given what it neither flattens nor cuts off. */
function activated(growth: Growth, name: string, input: Grown): Grown {
  const { builder, random } = growth;
  const [kind, attributes] = pick(random, activations);
  const gain = saturating.has(kind) ? 2 / input.size : pick(random, gains);
  const { tensor, size } = convolved(growth, `${name}.conv`, input, { gain });
  const limits =
    kind === 'Clip'
      ? [0, 6].map((limit) =>
          builder.constant(`${name}.${String(limit)}`, float32Tensor([], Float32Array.of(limit))),
        )
      : [];
  const bound = kind === 'Clip' ? 6 : saturating.has(kind) ? 1 : Infinity;
  return {
    tensor: builder.node(name, kind, [tensor, ...limits], attributes),
    size: Math.min(size, bound),
  };
}

/** Back to the family's channels by a convolution. */
function joined(growth: Growth, name: string, parts: readonly Grown[]): Grown {
  const all = growth.builder.node(
    `${name}.concat`,
    'Concat',
    parts.map(({ tensor }) => tensor),
    { axis: int(1) },
  );
  return convolved(
    growth,
    name,
    { tensor: all, size: Math.max(...parts.map(({ size }) => size)) },
    { inputs: channels * parts.length },
  );
}

function skip({ builder }: Growth, name: string, terms: readonly Grown[]): Grown {
  return {
    tensor: builder.node(
      name,
      'Add',
      terms.map(({ tensor }) => tensor),
    ),
    size: Math.max(...terms.map(({ size }) => size)),
  };
}

function scaled({ builder, random }: Growth, name: string, { tensor, size }: Grown): Grown {
  const gain = pick(random, gains);
  return {
    tensor: builder.node(name, 'Mul', [
      tensor,
      builder.constant(`${name}.by`, float32Tensor([], Float32Array.of(gain))),
    ]),
    size: size * gain,
  };
}

/** Squeeze-and-excite whose gates are neither all open nor all shut. */
function gated(growth: Growth, name: string, { tensor, size }: Grown): Grown {
  const { builder, random } = growth;
  const squeezed = builder.node(`${name}.squeeze`, 'GlobalAveragePool', [tensor]);
  const [kind, attributes] = pick(
    random,
    activations.filter(([each]) => each.endsWith('Sigmoid')),
  );
  const gate = builder.node(
    `${name}.gate`,
    kind,
    [convolved(growth, `${name}.conv`, { tensor: squeezed, size }, { gain: 2 / size }).tensor],
    attributes,
  );
  return { tensor: builder.node(name, 'Mul', [tensor, gate]), size };
}

function integers({ builder }: Growth, name: string, values: readonly number[]): string {
  return builder.constant(name, {
    elementType: 'int64',
    shape: [values.length],
    data: BigInt64Array.from(values, BigInt),
  });
}

/** Channels reordered as ShuffleNet does. */
function shuffled(growth: Growth, name: string, input: string): string {
  const { builder } = growth;
  const apart = builder.node(`${name}.apart`, 'Reshape', [
    input,
    integers(growth, `${name}.groups`, [1, 2, channels / 2, side, side]),
  ]);
  const turned = builder.node(`${name}.turned`, 'Transpose', [apart], {
    perm: ints(0, 2, 1, 3, 4),
  });
  return builder.node(name, 'Reshape', [turned, integers(growth, `${name}.whole`, familyShape)]);
}

/** Half of the channels goes on as it is, half through a product. */
function split(growth: Growth, name: string, { tensor, size }: Grown): Grown {
  const part = (role: string, from: number): Grown => {
    const bounds = [from, from + channels / 2, 1].map((value, index) =>
      integers(growth, `${name}.${role}.${String(index)}`, [value]),
    );
    return { tensor: growth.builder.node(`${name}.${role}`, 'Slice', [tensor, ...bounds]), size };
  };
  const parts = [part('first', 0), scaled(growth, `${name}.scaled`, part('second', channels / 2))];
  return {
    tensor: growth.builder.node(
      name,
      'Concat',
      parts.map((each) => each.tensor),
      { axis: int(1) },
    ),
    size: Math.max(...parts.map((each) => each.size)),
  };
}

/** Twice as large, and back by a pool. */
function upAndDown({ builder }: Growth, name: string, input: string): string {
  const scales = builder.constant(
    `${name}.scales`,
    float32Tensor([4], Float32Array.of(1, 1, 2, 2)),
  );
  const modes = {
    mode: { kind: 'string', value: 'linear' },
    coordinate_transformation_mode: { kind: 'string', value: 'half_pixel' },
  } as const;
  const large = builder.node(`${name}.large`, 'Resize', [input, '', scales], modes);
  return builder.node(name, 'MaxPool', [large], { kernel_shape: ints(2, 2), strides: ints(2, 2) });
}
