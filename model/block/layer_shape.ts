import { assert } from '../../common/assert';
import { segmentInput, inputsOf, type Layer } from './layer';

export type Shape = readonly number[];

/** The shape of every layer's output by name, the segment's input included. */
export function inferLayerShapes(
  layers: readonly Layer[],
  input: Shape,
): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>([[segmentInput, input]]);
  for (const layer of layers) {
    shapes.set(
      layer.name,
      outputShape(
        layer,
        inputsOf(layer).map((name) => {
          const shape = shapes.get(name);
          assert(shape !== undefined, `layer ${layer.name} reads an earlier one`);
          return shape;
        }),
      ),
    );
  }
  return shapes;
}

function outputShape(layer: Layer, [first = [], second = []]: readonly Shape[]): Shape {
  const [one = 1, two = 1, height = 1, width = 1] = first;
  switch (layer.kind) {
    case 'conv':
      return [1, layer.channels, windows(height, layer), windows(width, layer)];
    case 'maxPool':
      return [1, two, windows(height, layer), windows(width, layer)];
    case 'dense':
      return [one, layer.channels];
    case 'globalPool':
      return [1, two, 1, 1];
    case 'flatten':
      return [1, two];
    case 'tokens':
      return [height * width, two];
    case 'classToken':
      return [one + 1, two];
    case 'firstToken':
      return [1, two];
    case 'splitHeads':
      return layer.transposed
        ? [layer.heads, two / layer.heads, one]
        : [layer.heads, one, two / layer.heads];
    case 'mergeHeads':
      return [two, one * height];
    case 'matMul':
      return [one, two, second[2] ?? 1];
    case 'batchNorm':
    case 'layerNorm':
    case 'activation':
    case 'add':
    case 'scale':
    case 'positions':
    case 'multiply':
    case 'softmax':
      return first;
  }
}

/** How many windows fit; at least one, or the image is too small for the network. */
function windows(
  size: number,
  {
    kernel,
    stride,
    padding,
  }: { readonly kernel: number; readonly stride: number; readonly padding: number },
): number {
  const count = Math.floor((size + 2 * padding - kernel) / stride) + 1;
  assert(count >= 1, `a window of ${kernel} fits ${size} pixels`);
  return count;
}
