import { createRandom } from '../../../../common/random';
import type { Segment } from '../../../../model/block/network_spec';
import type { TrainingEngine, NamedValues, NetworkPart } from '../../../../predictor/engine/engine';

export interface BlockCase {
  readonly segment: Segment;
  /** Batch 1. */
  readonly inputShape: readonly number[];
}

export function layersPart(
  { segment, inputShape }: BlockCase,
  weights: NamedValues | undefined,
): NetworkPart {
  const { name, layers, output } = segment;
  return { kind: 'layers', name, layers, output, inputShape, weights, seed: 7 };
}

/** Drawn weights, with scales, shifts and running statistics that are not the neutral ones. */
export function unevenWeights(engine: TrainingEngine, block: BlockCase): NamedValues {
  const network = engine.createNetwork([layersPart(block, undefined)]);
  const random = createRandom(`uneven ${block.segment.name}`);
  const weights = new Map(
    [...network.weightsOf(block.segment.name)].map(([name, { data, shape }]) => {
      const isPositive = /\.(scale|variance)$/.test(name);
      const isVector = shape.length === 1;
      return [
        name,
        {
          shape,
          data: data.map((value) =>
            isPositive
              ? 0.5 + Math.abs(random.normal())
              : isVector
                ? value + 0.3 * random.normal()
                : value,
          ),
        },
      ] as const;
    }),
  );
  network.close();
  return weights;
}
