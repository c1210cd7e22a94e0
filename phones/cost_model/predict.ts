import type { OperatorCost } from '../../model/cost/network_cost';
import type { LatencySource } from '../machine/latency_source';
import type { LatencyPrediction } from '../machine/machine';
import { fuseActivations } from './fusion';
import { networkUs, operatorUs } from './latency';
import { unitSpeed } from './speeds';
import { acceleratorTakes } from './unit_support';

/** Handing a tensor from an accelerator to the CPU or back, each time. */
const handOverUs = 150;
/** Predictions kept; each is a few numbers. */
const mostKept = 10_000;

/** Latencies from the model's own operators and the SoC's fitted speeds; each model is worked out once. */
export function costModelLatencies(): LatencySource {
  const kept = new Map<string, LatencyPrediction>();
  return ({ soc, digest, model, placement }) => {
    const key = `${soc}/${placement.runtime}/${placement.unit}/${placement.threads}/${digest}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const prediction = predict(soc, placement, fuseActivations(model.cost.operators));
    if (kept.size >= mostKept) kept.clear();
    kept.set(key, prediction);
    return prediction;
  };
}

function predict(
  soc: string,
  placement: Parameters<typeof unitSpeed>[1],
  operators: readonly OperatorCost[],
): LatencyPrediction {
  const speed = unitSpeed(soc, placement);
  const onCpu = placement.unit === 'cpu' || placement.unit === 'cpu-xnnpack';
  const taken = operators.map((operator) => onCpu || acceleratorTakes(operator.kind));
  const delegated = taken.filter((each) => each).length;
  const partitions = taken.filter((each, index) => each && taken[index - 1] !== true).length;
  if (delegated === operators.length)
    return {
      latencyMs: networkUs(operators, speed) / 1000,
      delegated,
      operators: operators.length,
      partitions,
    };
  const cpu = unitSpeed(soc, { ...placement, unit: 'cpu' });
  const us = operators.reduce(
    (sum, operator, index) => sum + operatorUs(operator, taken[index] === true ? speed : cpu),
    speed.overheadUs + 2 * partitions * handOverUs,
  );
  return { latencyMs: us / 1000, delegated, operators: operators.length, partitions };
}
