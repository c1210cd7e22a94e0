import { assert } from '../../../common/assert';
import type { Layer } from '../../../model/block/layer';
import type { Shape } from '../../../model/block/layer_shape';
import { elementCount } from '../../../model/onnx/graph';
import type { LayersPart, BatchValues } from '../engine';
import { drawEmbedding, drawWeight } from './draw';
import { asIs, convLayout, denseLayout, depthwiseLayout, type WeightLayout } from './layout';
import type { Parameter } from './parameter';

/** What is trained or collected of one layer; given weights, or else drawn ones. */
export function layerParameters(
  layer: Layer,
  shapes: ReadonlyMap<string, Shape>,
  part: LayersPart,
): readonly Parameter[] {
  const inputShape = 'input' in layer ? (shapes.get(layer.input) ?? []) : [];
  const channels = inputShape[1] ?? 1;
  const make = (role: string, shape: readonly number[], how: Making): Parameter =>
    parameterOf(`${layer.name}.${role}`, shape, how, part);
  const constant = (role: string, kind: Parameter['kind'], value: number): Parameter =>
    make(role, [channels], {
      kind,
      layout: asIs,
      draw: (shape) => new Float32Array(elementCount(shape)).fill(value),
    });
  switch (layer.kind) {
    case 'conv': {
      const isDepthwise = layer.groups === channels && layer.channels === channels && channels > 1;
      const shape = [layer.channels, channels / layer.groups, layer.kernel, layer.kernel];
      const layout = isDepthwise ? depthwiseLayout : convLayout;
      const weight = make('weight', shape, { kind: 'weight', layout, draw: drawWeight });
      return layer.bias ? [weight, biasOf(layer.channels, make)] : [weight];
    }
    case 'dense':
      return [
        make('weight', [layer.channels, channels], {
          kind: 'weight',
          layout: denseLayout,
          draw: drawWeight,
        }),
        biasOf(layer.channels, make),
      ];
    case 'batchNorm':
      return [
        constant('scale', 'offset', 1),
        constant('shift', 'offset', 0),
        constant('mean', 'running', 0),
        constant('variance', 'running', 1),
      ];
    case 'layerNorm':
      return [constant('weight', 'offset', 1), constant('bias', 'offset', 0)];
    case 'classToken':
      return [make('weight', [1, channels], { kind: 'offset', layout: asIs, draw: drawEmbedding })];
    case 'positions':
      return [make('weight', inputShape, { kind: 'offset', layout: asIs, draw: drawEmbedding })];
    default:
      return [];
  }
}

interface Making {
  readonly kind: Parameter['kind'];
  readonly layout: WeightLayout;
  readonly draw: (shape: readonly number[], seed: string) => Float32Array;
}

function biasOf(
  channels: number,
  make: (role: string, shape: readonly number[], how: Making) => Parameter,
): Parameter {
  return make('bias', [channels], {
    kind: 'offset',
    layout: asIs,
    draw: (shape) => new Float32Array(elementCount(shape)),
  });
}

function parameterOf(
  name: string,
  shape: readonly number[],
  { kind, layout, draw }: Making,
  part: LayersPart,
): Parameter {
  const given = part.weights?.get(name);
  assert(
    part.weights === undefined || given !== undefined,
    `the weights of ${part.name} have ${name}`,
  );
  const values: BatchValues = given ?? {
    shape,
    data: draw(shape, `${part.seed}/${part.name}/${name}`),
  };
  assert(values.data.length === elementCount(shape), `${name} has the layer's shape`);
  return {
    name,
    shape: layout.shapeOf(shape),
    kind,
    initial: layout.imported({ data: values.data, shape }),
    exported: (data) => layout.exported(data, shape),
  };
}
