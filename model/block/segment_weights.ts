import { assert } from '../../common/assert';
import { createRandom, type Random } from '../../common/random';
import type { Tensor } from '../onnx/graph';
import { float32Tensor } from '../onnx/graph_builder';
import { inputsOf, segmentInput, type ConvLayer, type Layer } from './layer';
import type { Shape } from './layer_shape';
import { drawProjection, type ProjectionShape } from './projection';
import {
  activated,
  activationShift,
  added,
  averaged,
  maximized,
  multiplied,
  standardSignal,
  type Signal,
} from './signal';

/** Share of a channel's variance that is common to an image's pixels, and left in the mean over the tokens that attention mixes. */
const imageMeanShare = 0.1;
const attentionShare = 0.1;
/** How far a 3x3 maximum lies above the mean, in standard deviations. */
const maximumDeviations = 1.5;
/** Standard deviation of positions beside tokens of 1; the class token's is that of the others, with which it shares an encoding. */
const positionDeviation = 0.3;

/** The drawn constants of a segment by name. Equal segments, shapes and seeds give equal values. */
export function drawWeights(
  segment: { readonly layers: readonly Layer[]; readonly rectifiedInput: boolean },
  shapes: ReadonlyMap<string, Shape>,
  seed: string,
): ReadonlyMap<string, Tensor> {
  const random = createRandom(seed);
  const drawn: Drawing = { weights: new Map(), shapes, random };
  const signals = new Map<string, Signal>([
    [segmentInput, standardSignal(channelsOf(shapes.get(segmentInput)), segment.rectifiedInput)],
  ]);
  segment.layers.forEach((layer, index) => {
    const [first, second = first] = inputsOf(layer).map((name) => signals.get(name));
    assert(first !== undefined && second !== undefined, `layer ${layer.name} reads an earlier one`);
    signals.set(
      layer.name,
      drawLayer(drawn, layer, { first, second, next: behind(segment.layers, index) }),
    );
  });
  return drawn.weights;
}

interface Drawing {
  readonly weights: Map<string, Tensor>;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly random: Random;
}

interface Inputs {
  readonly first: Signal;
  readonly second: Signal;
  readonly next: Behind;
}

/** What stands behind a layer and shapes its weights: a normalization or factor that folds into it, an activation that reads it. */
interface Behind {
  readonly folded: Layer | undefined;
  readonly isActivated: boolean;
}

function behind(layers: readonly Layer[], index: number): Behind {
  const next = layers[index + 1];
  const folded = next?.kind === 'batchNorm' || next?.kind === 'multiply' ? next : undefined;
  const reader = folded === undefined ? next : layers[index + 2];
  return {
    folded,
    isActivated:
      reader?.kind === 'activation' &&
      reader.input === (folded ?? layers[index])?.name &&
      !gates.has(reader.function),
  };
}

const gates: ReadonlySet<string> = new Set(['sigmoid', 'hardsigmoid']);

function drawLayer(drawing: Drawing, layer: Layer, { first, second, next }: Inputs): Signal {
  switch (layer.kind) {
    case 'conv': {
      const shape = [layer.channels, first.mean.length / layer.groups, layer.kernel, layer.kernel];
      const coverage = tapCoverage(layer, drawing.shapes.get(layer.input) ?? []);
      return drawInto(drawing, layer.name, first, {
        shape,
        coverage,
        gain: next.folded?.kind === 'batchNorm' ? next.folded.gain : layer.gain,
        shift: next.isActivated ? activationShift : 0,
      });
    }
    case 'dense':
      return drawInto(drawing, layer.name, first, {
        shape: [layer.channels, first.mean.length],
        coverage: [1],
        gain: layer.gain * (next.folded?.kind === 'multiply' ? next.folded.factor : 1),
        shift: 0,
      });
    case 'layerNorm':
      return drawNormalization(drawing, layer.name, first);
    case 'classToken':
      drawEmbedding(drawing, layer.name, { shape: [1, first.mean.length], deviation: 1 });
      return first;
    case 'positions':
      drawEmbedding(drawing, layer.name, {
        shape: drawing.shapes.get(layer.name) ?? [],
        deviation: positionDeviation,
      });
      return first;
    case 'activation':
      return activated(first, layer.function);
    case 'globalPool':
      return averaged(
        first,
        imageMeanShare + (1 - imageMeanShare) / pixelsOf(drawing.shapes.get(layer.input)),
      );
    case 'maxPool':
      return maximized(first, maximumDeviations);
    case 'add':
      return added(first, second);
    case 'scale':
      return multiplied(first, second);
    case 'matMul':
      // Attention: a mean over the tokens of the second. Of the scores, which softmax takes as they are, nothing is followed.
      return averaged(second, attentionShare);
    case 'batchNorm':
    case 'multiply':
    case 'flatten':
    case 'tokens':
    case 'splitHeads':
    case 'mergeHeads':
    case 'softmax':
    case 'firstToken':
      return first;
  }
}

function drawNormalization({ weights, random }: Drawing, name: string, input: Signal): Signal {
  const draw = random.derive(name);
  const weight = vector(input.mean.length, () => 1 + 0.2 * (draw.next() - 0.5));
  const bias = vector(input.mean.length, () => 0.2 * (draw.next() - 0.5));
  weights.set(`${name}.weight`, float32Tensor([weight.length], weight));
  weights.set(`${name}.bias`, float32Tensor([bias.length], bias));
  return { mean: bias, variance: weight.map((value) => value * value) };
}

/** Constants that are read as tokens, not multiplied by. */
function drawEmbedding(
  { weights, random }: Drawing,
  name: string,
  { shape, deviation }: { readonly shape: Shape; readonly deviation: number },
): void {
  const values = spread(random.derive(name), shape, deviation);
  weights.set(`${name}.weight`, float32Tensor(shape, values));
}

function drawInto(
  { weights, random }: Drawing,
  name: string,
  input: Signal,
  shape: ProjectionShape,
): Signal {
  const { weight, bias, output } = drawProjection(input, shape, random.derive(name));
  weights.set(`${name}.weight`, weight);
  weights.set(`${name}.bias`, bias);
  return output;
}

/** For each tap of a kernel the share of output pixels at which it lies within the image. */
function tapCoverage(
  { kernel, stride, padding }: ConvLayer,
  [, , height = 1, width = 1]: Shape,
): readonly number[] {
  const along = (size: number): number[] => {
    const windows = Math.floor((size + 2 * padding - kernel) / stride) + 1;
    return Array.from({ length: kernel }, (_, tap) => {
      const inside = Array.from(
        { length: windows },
        (_unused, window) => window * stride + tap - padding,
      ).filter((pixel) => pixel >= 0 && pixel < size);
      return inside.length / windows;
    });
  };
  const columns = along(width);
  return along(height).flatMap((row) => columns.map((column) => row * column));
}

function spread(random: Random, shape: Shape, deviation: number): Float32Array {
  const limit = deviation * Math.sqrt(3);
  return vector(
    shape.reduce((product, size) => product * size, 1),
    () => limit * (2 * random.next() - 1),
  );
}

function vector(length: number, value: () => number): Float32Array {
  return Float32Array.from({ length }, value);
}

function pixelsOf(shape: Shape | undefined): number {
  return (shape?.[2] ?? 1) * (shape?.[3] ?? 1);
}

function channelsOf(shape: Shape | undefined): number {
  return shape?.[1] ?? 0;
}
