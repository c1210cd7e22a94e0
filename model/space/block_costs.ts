import { inSequence, type LayerCost } from '../block/network_cost';
import type { Blocks } from './blocks';
import type { AddedCosts, CostBounds } from './space';
import type { ArchitectureCost, SpaceSummary } from './network_space';

/** Bytes of a float32 value for each byte of an int8 one. */
const float32PerInt8 = 4;

/** Blocks are chosen independently, so least and most are sums over blocks. */
export function summarizeBlocks({ blocks, sharedCost }: Blocks): SpaceSummary {
  const total = (choose: (...values: readonly number[]) => number): ArchitectureCost => {
    const sum = (field: keyof ArchitectureCost): number =>
      blocks.reduce(
        (cost, block) =>
          cost +
          block
            .all()
            .map((option) => option.cost()[field])
            .reduce((one, other) => choose(one, other)),
        sharedCost[field],
      );
    return { macs: sum('macs'), parameters: sum('parameters') };
  };
  return {
    options: blocks.reduce((product, block) => product * BigInt(block.all().length), 1n),
    networks: blocks.reduce(
      (product, block) => product * BigInt(new Set(block.all().map(({ key }) => key)).size),
      1n,
    ),
    least: total(Math.min),
    most: total(Math.max),
  };
}

/** What no network of the blocks has less of. */
export function leastOfBlocks({ blocks, sharedCost }: Blocks): CostBounds {
  return boundsOf([
    blocks.reduce(
      (total, block) =>
        inSequence(
          total,
          block
            .all()
            .map(({ cost }) => cost())
            .reduce(leastOfEach),
        ),
      sharedCost,
    ),
  ]);
}

/** What none of the networks has less of. */
export function boundsOf(costs: readonly LayerCost[]): CostBounds {
  const { macs, parameters, peakActivationBytes, weightBytes } = costs.reduce(leastOfEach);
  return {
    macs,
    parameters,
    peakActivationBytes: Math.ceil(peakActivationBytes / float32PerInt8),
    modelBytes: Math.ceil(weightBytes / float32PerInt8),
  };
}

export function addedCosts({ macs, parameters, weightBytes }: LayerCost): AddedCosts {
  return { macs, parameters, modelBytes: weightBytes / float32PerInt8 };
}

function leastOfEach(one: LayerCost, other: LayerCost): LayerCost {
  return {
    macs: Math.min(one.macs, other.macs),
    parameters: Math.min(one.parameters, other.parameters),
    weightBytes: Math.min(one.weightBytes, other.weightBytes),
    peakActivationBytes: Math.min(one.peakActivationBytes, other.peakActivationBytes),
    operators: Math.min(one.operators, other.operators),
  };
}
