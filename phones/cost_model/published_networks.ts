import type { OperatorCost } from '../../model/cost/network_cost';
import { NetworkSketch } from './network_sketch';

const pictureSize = 224;
const classes = 1000;

function sketch(): NetworkSketch {
  return new NetworkSketch(pictureSize, 3);
}

/** Sandler et al., arXiv 1801.04381, table 2: expansion, channels, repetitions, stride. */
function mobilenetV2(): NetworkSketch {
  const net = sketch().convolve({ channels: 32, kernel: 3, stride: 2 });
  const stages = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ] as const;
  for (const [expansion, channels, repetitions, firstStride] of stages) {
    for (let index = 0; index < repetitions; index += 1) {
      const input = net.channels;
      if (expansion > 1) net.convolve({ channels: input * expansion, kernel: 1 });
      net.depthwise(3, index === 0 ? firstStride : 1).convolve({ channels, kernel: 1 });
      if (index > 0) net.combine('Add');
    }
  }
  return net.convolve({ channels: 1280, kernel: 1 }).globalPool().classify(classes);
}

/** He et al., arXiv 1512.03385, two convolutions a block. */
function resnet18(): NetworkSketch {
  const net = sketch().convolve({ channels: 64, kernel: 7, stride: 2 }).pool(2);
  for (const channels of [64, 128, 256, 512]) {
    for (const block of [0, 1]) {
      const stride = block === 0 && channels > 64 ? 2 : 1;
      shortcut(net, channels, stride);
      net
        .convolve({ channels, kernel: 3, stride })
        .convolve({ channels, kernel: 3 })
        .combine('Add');
    }
  }
  return net.globalPool().classify(classes);
}

interface Bottlenecks {
  readonly blocks: readonly number[];
  readonly firstWidth: number;
  readonly groups: number;
}

/** ResNet, its wide form (arXiv 1605.07146) and ResNeXt (arXiv 1611.05431). */
function bottleneckNet({ blocks, firstWidth, groups }: Bottlenecks): NetworkSketch {
  const net = sketch().convolve({ channels: 64, kernel: 7, stride: 2 }).pool(2);
  for (const [stage, repetitions] of blocks.entries()) {
    const width = firstWidth * 2 ** stage;
    const channels = 256 * 2 ** stage;
    for (let block = 0; block < repetitions; block += 1) {
      const stride = block === 0 && stage > 0 ? 2 : 1;
      shortcut(net, channels, stride);
      net
        .convolve({ channels: width, kernel: 1 })
        .convolve({ channels: width, kernel: 3, stride, groups })
        .convolve({ channels, kernel: 1 })
        .combine('Add');
    }
  }
  return net.globalPool().classify(classes);
}

/** The projection beside a block that changes the shape; the block itself starts again from the old shape. */
function shortcut(net: NetworkSketch, channels: number, stride: number): void {
  if (net.channels === channels && stride === 1) return;
  const { size, channels: before } = net;
  net.convolve({ channels, kernel: 1, stride });
  net.size = size;
  net.channels = before;
}

/** Iandola et al., arXiv 1602.07360, version 1.1. */
function squeezenet11(): NetworkSketch {
  const net = sketch().convolve({ channels: 64, kernel: 3, stride: 2, unpadded: true }).pool(2);
  const fire = (squeezed: number, expanded: number): void => {
    net.convolve({ channels: squeezed, kernel: 1 });
    net.convolve({ channels: expanded, kernel: 1 });
    net.channels = squeezed;
    net.convolve({ channels: expanded, kernel: 3 }).move('Concat', 2 * expanded);
  };
  fire(16, 64);
  fire(16, 64);
  net.pool(2);
  fire(32, 128);
  fire(32, 128);
  net.pool(2);
  fire(48, 192);
  fire(48, 192);
  fire(64, 256);
  fire(64, 256);
  return net.convolve({ channels: classes, kernel: 1 }).globalPool();
}

/** Ma et al., arXiv 1807.11164, width 1. */
function shufflenetV2(): NetworkSketch {
  const net = sketch().convolve({ channels: 24, kernel: 3, stride: 2 }).pool(2);
  for (const [repetitions, channels] of [
    [4, 116],
    [8, 232],
    [4, 464],
  ] as const) {
    const half = channels / 2;
    for (let block = 0; block < repetitions; block += 1) {
      if (block === 0) {
        const { size, channels: before } = net;
        net.depthwise(3, 2).convolve({ channels: half, kernel: 1 });
        net.size = size;
        net.channels = before;
        net
          .convolve({ channels: half, kernel: 1 })
          .depthwise(3, 2)
          .convolve({ channels: half, kernel: 1 });
      } else {
        net.move('Split');
        net.channels = half;
        net
          .convolve({ channels: half, kernel: 1 })
          .depthwise(3)
          .convolve({ channels: half, kernel: 1 });
      }
      net.move('Concat', channels).move('Transpose');
    }
  }
  return net.convolve({ channels: 1024, kernel: 1 }).globalPool().classify(classes);
}

interface RegnetShape {
  readonly stem: number;
  readonly depths: readonly number[];
  readonly widths: readonly number[];
  readonly groupWidth: number;
  readonly excited: boolean;
}

/** Radosavovic et al., arXiv 2003.13678. */
function regnet({ stem, depths, widths, groupWidth, excited }: RegnetShape): NetworkSketch {
  const net = sketch().convolve({ channels: stem, kernel: 3, stride: 2 });
  for (const [stage, width] of widths.entries()) {
    for (let block = 0; block < (depths[stage] ?? 0); block += 1) {
      const stride = block === 0 ? 2 : 1;
      const squeezed = Math.round(net.channels / 4);
      shortcut(net, width, stride);
      net
        .convolve({ channels: width, kernel: 1 })
        .convolve({ channels: width, kernel: 3, stride, groups: width / groupWidth });
      if (excited) net.excite(squeezed);
      net.convolve({ channels: width, kernel: 1 }).combine('Add');
    }
  }
  return net.globalPool().classify(classes);
}

/** Szegedy et al., arXiv 1409.4842, as torchvision builds it: 1x1, 3x3 with its reduction, "5x5" (a 3x3) with its, pool projection. */
function googlenet(): NetworkSketch {
  const net = sketch()
    .convolve({ channels: 64, kernel: 7, stride: 2 })
    .pool(2)
    .convolve({ channels: 64, kernel: 1 })
    .convolve({ channels: 192, kernel: 3 })
    .pool(2);
  const branches = [
    [64, 96, 128, 16, 32, 32],
    [128, 128, 192, 32, 96, 64],
    'pool',
    [192, 96, 208, 16, 48, 64],
    [160, 112, 224, 24, 64, 64],
    [128, 128, 256, 24, 64, 64],
    [112, 144, 288, 32, 64, 64],
    [256, 160, 320, 32, 128, 128],
    'pool',
    [256, 160, 320, 32, 128, 128],
    [384, 192, 384, 48, 128, 128],
  ] as const;
  for (const branch of branches) {
    if (branch === 'pool') {
      net.pool(2);
      continue;
    }
    const input = net.channels;
    const [one, threeReduced, three, fiveReduced, five, projected] = branch;
    const from = (): NetworkSketch => {
      net.channels = input;
      return net;
    };
    from().convolve({ channels: one, kernel: 1 });
    from().convolve({ channels: threeReduced, kernel: 1 }).convolve({ channels: three, kernel: 3 });
    from().convolve({ channels: fiveReduced, kernel: 1 }).convolve({ channels: five, kernel: 3 });
    from().pool(1).convolve({ channels: projected, kernel: 1 });
    net.move('Concat', one + three + five + projected);
  }
  return net.globalPool().classify(classes);
}

/** The operators of the networks in published.csv, by their names there. */
export function publishedNetworks(): ReadonlyMap<string, readonly OperatorCost[]> {
  const networks: readonly (readonly [string, NetworkSketch])[] = [
    ['mobilenet_v2', mobilenetV2()],
    ['resnet18', resnet18()],
    ['resnet50', bottleneckNet({ blocks: [3, 4, 6, 3], firstWidth: 64, groups: 1 })],
    ['resnet101', bottleneckNet({ blocks: [3, 4, 23, 3], firstWidth: 64, groups: 1 })],
    ['wideresnet50', bottleneckNet({ blocks: [3, 4, 6, 3], firstWidth: 128, groups: 1 })],
    ['resnext50', bottleneckNet({ blocks: [3, 4, 6, 3], firstWidth: 128, groups: 32 })],
    ['squeezenet1_1', squeezenet11()],
    ['shufflenet_v2', shufflenetV2()],
    [
      'regnet_y_800mf',
      regnet({
        stem: 32,
        depths: [1, 3, 8, 2],
        widths: [64, 144, 320, 784],
        groupWidth: 16,
        excited: true,
      }),
    ],
    [
      'regnet',
      regnet({
        stem: 32,
        depths: [2, 6, 15, 2],
        widths: [96, 192, 432, 1008],
        groupWidth: 48,
        excited: false,
      }),
    ],
    ['googlenet', googlenet()],
  ];
  return new Map(networks.map(([name, net]) => [name, net.operators]));
}
