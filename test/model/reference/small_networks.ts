import { createRandom, type Random } from '../../../common/random';
import { elementCount, type DeclaredTensor, type Graph } from '../../../model/onnx/graph';
import {
  createGraphBuilder,
  float,
  float32Tensor,
  int,
  ints,
  type GraphBuilder,
} from '../../../model/onnx/graph_builder';

/** Builds networks layer by layer, with seeded weights. */
interface Layers {
  readonly builder: GraphBuilder;
  readonly weights: (name: string, ...shape: number[]) => string;
  readonly conv: (
    name: string,
    input: string,
    shape: {
      readonly from: number;
      readonly to: number;
      readonly kernel: number;
      readonly stride?: number;
      readonly depthwise?: boolean;
    },
  ) => string;
}

function layers(name: string): Layers {
  const builder = createGraphBuilder(name);
  const random: Random = createRandom(name);
  const weights = (constant: string, ...shape: number[]): string =>
    builder.constant(
      constant,
      float32Tensor(
        shape,
        Float32Array.from(
          { length: elementCount(shape) },
          () => random.normal() / Math.sqrt(elementCount(shape.slice(1)) + 1),
        ),
      ),
    );
  return {
    builder,
    weights,
    conv: (at, input, { from, to, kernel, stride = 1, depthwise = false }) => {
      const pad = (kernel - 1) / 2;
      const attributes = {
        kernel_shape: ints(kernel, kernel),
        strides: ints(stride, stride),
        pads: ints(pad, pad, pad, pad),
        group: int(depthwise ? from : 1),
      };
      return builder.node(
        at,
        'Conv',
        [
          input,
          weights(`${at}.weight`, to, depthwise ? 1 : from, kernel, kernel),
          weights(`${at}.bias`, to),
        ],
        attributes,
      );
    },
  };
}

const logits: readonly DeclaredTensor[] = [
  { name: 'logits', elementType: 'float32', shape: [1, 10] },
];

function classifier({ builder, weights }: Layers, features: string, channels: number): Graph {
  const pooled = builder.node('head.pool', 'GlobalAveragePool', [features]);
  builder.node(
    'logits',
    'Gemm',
    [
      builder.node('head.flat', 'Flatten', [pooled], { axis: int(1) }),
      weights('head.weight', 10, channels),
      weights('head.bias', 10),
    ],
    { transB: int(1) },
  );
  return builder.finish(logits);
}

/** Stem (8 channels, stride 2), then two stages of two residual blocks each (16 and 32 channels), as in ResNet. */
export function residualNetwork(): Graph {
  const net = layers('residual');
  const { builder, conv } = net;
  let at = builder.node('stem.relu', 'Relu', [
    conv('stem.conv', builder.input('image', [1, 3, 32, 32]), {
      from: 3,
      to: 8,
      kernel: 3,
      stride: 2,
    }),
  ]);
  at = builder.node('stem.pool', 'MaxPool', [at], {
    kernel_shape: ints(2, 2),
    strides: ints(2, 2),
  });
  let from = 8;
  for (const [stage, to] of [16, 32].entries()) {
    for (const block of [0, 1]) {
      const name = `stage${stage}.block${block}`;
      const stride = block === 0 ? 2 : 1;
      const first = builder.node(`${name}.relu1`, 'Relu', [
        conv(`${name}.conv1`, at, { from, to, kernel: 3, stride }),
      ]);
      const second = conv(`${name}.conv2`, first, { from: to, to, kernel: 3 });
      const shortcut =
        block === 0 ? conv(`${name}.shortcut`, at, { from, to, kernel: 1, stride }) : at;
      at = builder.node(`${name}.out`, 'Relu', [
        builder.node(`${name}.add`, 'Add', [second, shortcut]),
      ]);
      from = to;
    }
  }
  return classifier(net, at, from);
}

/** Inverted residuals with swish and squeeze-and-excitation, as in EfficientNet: stem, then 8, 16, 16 channels at strides 2, 4, 8, then a wide pointwise layer. */
export function gatedNetwork(): Graph {
  const net = layers('gated');
  const { builder, conv } = net;
  const swish = (name: string, input: string): string =>
    builder.node(`${name}.swish`, 'Mul', [
      input,
      builder.node(`${name}.sigmoid`, 'Sigmoid', [input]),
    ]);
  const gate = (name: string, input: string, channels: number): string => {
    const pooled = builder.node(`${name}.pool`, 'GlobalAveragePool', [input]);
    const squeezed = swish(
      `${name}.squeeze`,
      conv(`${name}.squeeze`, pooled, { from: channels, to: 2, kernel: 1 }),
    );
    return builder.node(name, 'Mul', [
      input,
      builder.node(`${name}.gate`, 'Sigmoid', [
        conv(`${name}.excite`, squeezed, { from: 2, to: channels, kernel: 1 }),
      ]),
    ]);
  };
  let at = swish(
    'stem',
    conv('stem', builder.input('image', [1, 3, 32, 32]), { from: 3, to: 8, kernel: 3, stride: 2 }),
  );
  let from = 8;
  for (const [index, [to, stride]] of (
    [
      [8, 1],
      [16, 2],
      [16, 1],
      [24, 2],
      [24, 1],
    ] as const
  ).entries()) {
    const name = `mb${index}`;
    const expanded = swish(
      `${name}.expand`,
      conv(`${name}.expand`, at, { from, to: from * 4, kernel: 1 }),
    );
    const deep = swish(
      `${name}.depth`,
      conv(`${name}.depth`, expanded, {
        from: from * 4,
        to: from * 4,
        kernel: 3,
        stride,
        depthwise: true,
      }),
    );
    const out = conv(`${name}.project`, gate(`${name}.se`, deep, from * 4), {
      from: from * 4,
      to,
      kernel: 1,
    });
    at = from === to && stride === 1 ? builder.node(`${name}.add`, 'Add', [out, at]) : out;
    from = to;
  }
  return classifier(net, swish('wide', conv('wide', at, { from, to: 64, kernel: 1 })), 64);
}

/** A vision transformer: patches of 8 pixels, a class token, `depth` layers of width 12 and two heads. */
export function transformer(depth: number): Graph {
  const net = layers('transformer');
  const { builder, weights } = net;
  const [width, heads, tokens] = [12, 2, 17];
  const list = (name: string, ...values: number[]): string =>
    builder.constant(name, {
      elementType: 'int64',
      shape: [values.length],
      data: BigInt64Array.from(values, BigInt),
    });
  const norm = (name: string, input: string): string =>
    builder.node(
      name,
      'LayerNormalization',
      [input, weights(`${name}.scale`, width), weights(`${name}.bias`, width)],
      { axis: int(-1), epsilon: float(1e-6) },
    );
  const dense = (name: string, input: string, size: readonly [number, number]): string =>
    builder.node(name, 'Add', [
      builder.node(`${name}.mul`, 'MatMul', [input, weights(`${name}.weight`, ...size)]),
      weights(`${name}.bias`, size[1]),
    ]);
  const patches = builder.node(
    'patches',
    'Conv',
    [
      builder.input('image', [1, 3, 32, 32]),
      weights('patch.weight', width, 3, 8, 8),
      weights('patch.bias', width),
    ],
    { kernel_shape: ints(8, 8), strides: ints(8, 8) },
  );
  const flat = builder.node(
    'flat',
    'Transpose',
    [builder.node('rows', 'Reshape', [patches, list('rows.shape', 1, width, 16)])],
    { perm: ints(0, 2, 1) },
  );
  let at = builder.node('embedded', 'Add', [
    builder.node('joined', 'Concat', [weights('class', 1, 1, width), flat], { axis: int(1) }),
    weights('position', 1, tokens, width),
  ]);
  for (let layer = 0; layer < depth; layer += 1) {
    const name = `layer${layer}`;
    const normed = norm(`${name}.norm1`, at);
    const split = (role: string, ...perm: number[]): string =>
      builder.node(
        `${name}.${role}.heads`,
        'Transpose',
        [
          builder.node(`${name}.${role}.split`, 'Reshape', [
            dense(`${name}.${role}`, normed, [width, width]),
            list(`${name}.${role}.shape`, 1, tokens, heads, width / heads),
          ]),
        ],
        { perm: ints(...perm) },
      );
    const scores = builder.node(
      `${name}.scores`,
      'Softmax',
      [
        builder.node(`${name}.product`, 'MatMul', [
          split('query', 0, 2, 1, 3),
          split('key', 0, 2, 3, 1),
        ]),
      ],
      { axis: int(-1) },
    );
    const mixed = builder.node(
      `${name}.back`,
      'Transpose',
      [builder.node(`${name}.mixed`, 'MatMul', [scores, split('value', 0, 2, 1, 3)])],
      { perm: ints(0, 2, 1, 3) },
    );
    const attended = dense(
      `${name}.project`,
      builder.node(`${name}.merged`, 'Reshape', [
        mixed,
        list(`${name}.merge.shape`, 1, tokens, width),
      ]),
      [width, width],
    );
    const middle = builder.node(`${name}.attention`, 'Add', [attended, at]);
    const wide = builder.node(`${name}.gelu`, 'Gelu', [
      dense(`${name}.widen`, norm(`${name}.norm2`, middle), [width, 4 * width]),
    ]);
    at = builder.node(`${name}.out`, 'Add', [
      dense(`${name}.narrow`, wide, [4 * width, width]),
      middle,
    ]);
  }
  const first = builder.node(
    'first',
    'Gather',
    [
      norm('norm', at),
      builder.constant('zero', { elementType: 'int64', shape: [], data: BigInt64Array.of(0n) }),
    ],
    { axis: int(1) },
  );
  builder.node(
    'logits',
    'Gemm',
    [first, weights('head.weight', 10, width), weights('head.bias', 10)],
    { transB: int(1) },
  );
  return builder.finish(logits);
}
