import type { Genotype } from '../../model/space/space';
import { unitSpeed } from '../../phones/cost_model/speeds';
import { fuseActivations } from '../../phones/cost_model/fusion';
import { operatorUs } from '../../phones/cost_model/latency';
import { assert } from '../../common/assert';
import type { Target } from '../../common/target';
import { inferLayerShapes, type Shape } from '../../model/block/layer_shape';
import { lowerLayers } from '../../model/block/lower';
import { macsOf } from '../../model/block/network_cost';
import {
  blockSegment,
  headSegment,
  stemSegment,
  type Segment,
} from '../../model/block/network_spec';
import type { OperatorCost } from '../../model/cost/network_cost';
import { elementCount } from '../../model/onnx/graph';
import { blockPlans } from '../../model/space/block_plan';
import { blockDocument } from '../model/space/block_document';
import { segmentInput } from '../../model/block/layer';
import type { Point } from '../../search/front/point';

/** Fronts of sums are thinned to so many points: of neighbours less than a ten-thousandth of the front apart one stays. */
const mostPoints = 10_000;

/** A network's latency on a virtual phone, from its blocks' operators: the phone's cost model adds them up. */
interface BlockLatencies {
  readonly latencyMsOf: (genotype: Genotype) => number;
  /** The non-dominated of all networks of the parts, whose errors are sums too. */
  frontOf(
    parts: readonly (readonly { readonly genotype: Genotype; readonly value: number }[])[],
    baseErrorPercent: number,
  ): readonly Point[];
}

/** In 8 bits, as quantized networks run; what lies between blocks is left out. */
export function blockLatencies(spaceName: string, target: Target): BlockLatencies {
  const document = blockDocument(spaceName);
  const speed = unitSpeed(target.pool, {
    runtime: target.runtime,
    unit: target.unit,
    threads: 1,
    quantizedOnly: false,
  });
  const size =
    typeof document.imageSize === 'number'
      ? [document.imageSize, document.imageSize]
      : document.imageSize;
  const costOf = (
    segment: Segment,
    input: Shape,
  ): { readonly us: number; readonly output: Shape } => {
    const { operators, output } = operatorsOf(segment, input);
    return {
      us: fuseActivations(operators).reduce(
        (sum, operator) => sum + operatorUs(operator, speed),
        0,
      ),
      output,
    };
  };
  const stem = costOf(stemSegment(document.stem), [1, 3, ...size]);
  let input = stem.output;
  const blocks = blockPlans(document, spaceName).map((plan, index) => {
    const here = input;
    const known = new Map<string, number>();
    input = costOf(blockSegment(plan.specOf(plan.dimensions.map(() => 0)), index), here).output;
    return {
      positions: plan.dimensions.length,
      usOf: (digits: Genotype): number => {
        const us =
          known.get(digits.join()) ?? costOf(blockSegment(plan.specOf(digits), index), here).us;
        known.set(digits.join(), us);
        return us;
      },
    };
  });
  const fixedUs =
    speed.overheadUs +
    stem.us +
    costOf(headSegment({ head: document.head, classes: document.classes }, false), input).us;
  return {
    latencyMsOf: (genotype) => {
      let from = 0;
      const us = blocks.reduce((sum, { positions, usOf }) => {
        from += positions;
        return sum + usOf(genotype.slice(from - positions, from));
      }, fixedUs);
      assert(from === genotype.length, 'a genotype has a choice for each position');
      return us / 1_000;
    },
    frontOf: (parts, baseErrorPercent) =>
      parts.reduce<readonly Point[]>(
        (front, options, index) => {
          const part = nondominated(
            options.map(({ genotype, value }): Point => [
              (blocks[index]?.usOf(genotype) ?? 0) / 1_000,
              -value,
            ]),
          );
          return nondominated(
            front.flatMap(([x = 0, y = 0]) =>
              part.map(([ownX = 0, ownY = 0]): Point => [x + ownX, y + ownY]),
            ),
          );
        },
        [[fixedUs / 1_000, baseErrorPercent]],
      ),
  };
}

function operatorsOf(
  { layers, output }: Segment,
  input: Shape,
): { readonly operators: readonly OperatorCost[]; readonly output: Shape } {
  const shapes = inferLayerShapes(layers, input);
  const { operators } = lowerLayers(layers, shapes);
  const sizes = new Map([
    [segmentInput, elementCount(input)],
    ...operators.map(({ name, outputShape }) => [name, elementCount(outputShape)] as const),
  ]);
  const costs = operators.map((operator): OperatorCost => ({
    name: operator.name,
    kind: operator.kind,
    macs: macsOf(operator, shapes),
    weightBytes: operator.inputs.reduce(
      (sum, each) => sum + (typeof each === 'string' ? 0 : elementCount(each.shape)),
      0,
    ),
    inputBytes: operator.inputs.reduce(
      (sum, each) => sum + (typeof each === 'string' ? (sizes.get(each) ?? 0) : 0),
      0,
    ),
    outputBytes: elementCount(operator.outputShape),
    quantized: true,
  }));
  return { operators: costs, output: shapes.get(output) ?? [] };
}

function nondominated(points: readonly Point[]): readonly Point[] {
  let lowest = Infinity;
  const front = points
    .toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0))
    .filter(([, y = 0]) => {
      const isLower = y < lowest - 1e-9;
      if (isLower) lowest = y;
      return isLower;
    });
  if (front.length <= mostPoints) return front;
  return front.filter(
    (_, index) => index === front.length - 1 || index % Math.ceil(front.length / mostPoints) === 0,
  );
}
