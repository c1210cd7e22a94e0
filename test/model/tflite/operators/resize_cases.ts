import { float32Tensor, int } from '../../../../model/onnx/graph_builder';
import { type OperatorCase, text, image, one } from '../operator_case';

function resized(
  name: string,
  attributes: Readonly<Record<string, string>>,
  scale: number,
  kinds: readonly string[],
): OperatorCase {
  return {
    name,
    inputs: [image],
    outputShape: [1, 8, Math.floor(9 * scale), Math.floor(10 * scale)],
    kinds,
    build: (b, [x]) =>
      b.node(
        'y',
        'Resize',
        [x!, '', b.constant('scales', float32Tensor([4], Float32Array.of(1, 1, scale, scale)))],
        Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, text(value)])),
      ),
  };
}

export const resizeCases: readonly OperatorCase[] = [
  resized(
    'nearest by 2',
    { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    2,
    ['RESIZE_NEAREST_NEIGHBOR'],
  ),
  resized('nearest by 2, half pixel', { mode: 'nearest' }, 2, ['RESIZE_NEAREST_NEIGHBOR']),
  {
    ...resized(
      'bilinear, half pixel',
      { mode: 'linear', coordinate_transformation_mode: 'half_pixel' },
      2,
      ['RESIZE_BILINEAR'],
    ),
    rounding: { share: 0.1 },
  },
  // TFLite's integer kernel weighs neighbours with ten bits.
  {
    wideSteps: 100,
    ...resized(
      'bilinear, corners',
      { mode: 'linear', coordinate_transformation_mode: 'align_corners' },
      2,
      ['RESIZE_BILINEAR'],
    ),
    rounding: { share: 0.1 },
  },
  {
    wideSteps: 600,
    ...resized(
      'bilinear, asymmetric',
      { mode: 'linear', coordinate_transformation_mode: 'asymmetric' },
      3,
      ['RESIZE_BILINEAR'],
    ),
  },
  one('depth to space', 'DepthToSpace', {
    attributes: { blocksize: int(2) },
    output: [1, 2, 18, 20],
    kinds: ['DEPTH_TO_SPACE'],
  }),
  one('depth to space, CRD', 'DepthToSpace', {
    attributes: { blocksize: int(2), mode: text('CRD') },
    output: [1, 2, 18, 20],
    kinds: ['GATHER', 'DEPTH_TO_SPACE'],
  }),
  one('space to depth', 'SpaceToDepth', {
    input: [1, 2, 8, 10],
    attributes: { blocksize: int(2) },
    output: [1, 8, 4, 5],
    kinds: ['SPACE_TO_DEPTH'],
  }),
];
