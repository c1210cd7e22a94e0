import type { BlockSpec } from '../../../../common/block_spec';
import { createRandom } from '../../../../common/random';
import { blockSegment, type Segment } from '../../../../model/block/network_spec';
import type { NetworkSpace } from '../../../../model/space/network_space';
import type { TrainingEngine, NamedValues, NetworkPart } from '../../../../predictor/engine/engine';

const mostChannels = 8;
const groupWidth = 32;
const imageSide = 8;

export interface BlockCase {
  readonly segment: Segment;
  /** Batch 1. */
  readonly inputShape: readonly number[];
}

/** The layer structures of a space's blocks, each once, with few channels and one or two cells. */
function blockCases(space: NetworkSpace): readonly BlockCase[] {
  const cases = new Map<string, BlockCase>();
  for (const choices of space.blockChoices?.() ?? [])
    for (const { spec } of choices) {
      const small = shrunken(spec);
      const key = JSON.stringify(small);
      if (!cases.has(key))
        cases.set(key, {
          segment: blockSegment(small, 0),
          inputShape:
            small.kind === 'conv'
              ? [1, small.inputChannels, imageSide, imageSide]
              : [5, small.tokenWidth],
        });
    }
  return [...cases.values()];
}

function shrunken(spec: BlockSpec): BlockSpec {
  const depth = Math.min(2, spec.depth);
  if (spec.kind === 'transformer')
    return {
      ...spec,
      depth,
      tokenWidth: 16,
      embedding: spec.embedding === spec.tokenWidth ? 16 : 24,
    };
  // A grouped cell needs two groups to show that they are kept apart.
  const most = spec.cell === 'grouped' ? groupWidth : mostChannels;
  const outputChannels =
    spec.inputChannels === spec.outputChannels
      ? most
      : spec.cell === 'bottleneck'
        ? 2 * most
        : most + 8;
  return { ...spec, depth, inputChannels: most, outputChannels };
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
