import type {
  BatchValues,
  LossTarget,
  NamedValues,
  NetworkPart,
  TrainableNetwork,
  TrainingEngine,
} from '../../../../predictor/engine/engine';
import { batchOf, randomValues } from './network_lab';
import { drawn, graphOf, type OperatorCase } from './one_operator';

const rate = 1e-3;
/** How far the finite difference goes to either side. */
const distance = 1e-2;

/**
 * Relative difference of the loss's slope along its gradient and of the same by finite differences: of an operator behind a product with trained factors, so that
 * the gradient goes through the operator, and of its own trained constants.
 */
export function gradientError(engine: TrainingEngine, each: OperatorCase): number {
  const [first, ...own] = each.shape;
  const factors = first === 1 ? [1, ...own] : each.shape;
  const parts: readonly NetworkPart[] = [
    {
      kind: 'graph',
      name: 'factors',
      graph: graphOf({ kind: 'Mul', shape: each.shape, operands: [drawn(...factors)] }),
    },
    { kind: 'graph', name: 'operator', graph: graphOf(each) },
  ];
  const input = batchOf(2, each.shape, 'input');
  const network = engine.createNetwork(parts);
  const output = network.infer(input);
  const target: LossTarget = {
    kind: 'features',
    features: randomValues(output.shape, 'target'),
    variance: new Float32Array(output.shape.at(-1) ?? 1).fill(1),
  };
  const before = weightsOf(network);
  stepOf(network, { input, target, learningRate: rate });
  const after = weightsOf(network);
  network.close();
  const slopes = before.map((weights, part) => slopeOf(weights, after[part]!));
  const length = Math.hypot(
    ...slopes.flatMap((slope) => [...slope.values()].flatMap((values) => [...values])),
  );
  const [above, below] = [distance, -distance].map((by) => {
    const moved = engine.createNetwork(
      parts.map((part, index) =>
        withWeights(part, before[index]!, { slope: slopes[index]!, by: by / length }),
      ),
    );
    const loss = stepOf(moved, { input, target, learningRate: 0 });
    moved.close();
    return loss;
  });
  return Math.abs((above! - below!) / (2 * distance) - length) / Math.max(length, 0.05);
}

function weightsOf(network: TrainableNetwork): readonly NamedValues[] {
  return ['factors', 'operator'].map((part) => network.weightsOf(part));
}

/** The loss before it. */
function stepOf(
  network: TrainableNetwork,
  step: {
    readonly input: BatchValues;
    readonly target: LossTarget;
    readonly learningRate: number;
  },
): number {
  const training = network.train({
    kind: 'sgd',
    weightDecay: 0,
    clipNorm: null,
    trainedParts: ['factors', 'operator'],
    quantizationAware: false,
  });
  const loss = training.step(step.input, step.target, step.learningRate);
  training.close();
  return loss;
}

function slopeOf(before: NamedValues, after: NamedValues): ReadonlyMap<string, Float32Array> {
  return new Map(
    [...before].map(([name, { data }]) => [
      name,
      data.map((value, index) => (value - after.get(name)!.data[index]!) / rate),
    ]),
  );
}

function withWeights(
  part: NetworkPart,
  weights: NamedValues,
  { slope, by }: { readonly slope: ReadonlyMap<string, Float32Array>; readonly by: number },
): NetworkPart {
  if (part.kind === 'layers') return part;
  const initializers = new Map(part.graph.initializers);
  for (const [name, { data, shape }] of weights)
    initializers.set(name, {
      elementType: 'float32',
      shape,
      data: data.map((value, index) => value + by * slope.get(name)![index]!),
    });
  return { ...part, graph: { ...part.graph, initializers } };
}
