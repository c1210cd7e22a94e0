import type {
  TrainingEngine,
  NamedValues,
  OptimizerSettings,
  TrainableNetwork,
  BatchValues,
} from '../../../../predictor/engine/engine';

/** Vectors of 3 to vectors of 2. */
export const [inputs, outputs] = [3, 2];
const part = 'classifier';

/** One dense layer; its weights are known throughout: 2x3 row by row, then the bias of 2. */
export function denseNetwork(engine: TrainingEngine, weights: readonly number[]): TrainableNetwork {
  const named: NamedValues = new Map([
    ['fc.weight', { shape: [outputs, inputs], data: Float32Array.from(weights.slice(0, 6)) }],
    ['fc.bias', { shape: [outputs], data: Float32Array.from(weights.slice(6)) }],
  ]);
  return engine.createNetwork([
    {
      kind: 'layers',
      name: part,
      layers: [{ kind: 'dense', name: 'fc', input: 'input', channels: outputs, gain: 1 }],
      output: 'fc',
      inputShape: [1, inputs],
      weights: named,
      seed: 1,
    },
  ]);
}

export function denseWeights(network: TrainableNetwork): readonly number[] {
  const weights = network.weightsOf(part);
  return ['fc.weight', 'fc.bias'].flatMap((name) => [...(weights.get(name)?.data ?? [])]);
}

export function settings(changes: Partial<OptimizerSettings> = {}): OptimizerSettings {
  return {
    kind: 'sgd',
    weightDecay: 0,
    clipNorm: null,
    trainedParts: [part],
    quantizationAware: false,
    ...changes,
  };
}

export function rows(width: number, data: readonly number[]): BatchValues {
  return { data: Float32Array.from(data), shape: [data.length / width, width] };
}

/** What the layer makes of the rows, in double precision. */
export function denseOutput(weights: readonly number[], data: readonly number[]): number[] {
  return Array.from({ length: data.length / inputs }, (_, row) =>
    Array.from({ length: outputs }, (_unused, output) =>
      Array.from(
        { length: inputs },
        (_value, input) => weights[output * inputs + input]! * data[row * inputs + input]!,
      ).reduce((sum, value) => sum + value, weights[6 + output]!),
    ),
  ).flat();
}
