import type { Artifact } from '../../common/artifact';
import { BadInputError } from '../../common/bad_input';
import type { BenchmarkPlan } from '../../common/job';
import { formatTarget, parseTarget, type Target } from '../../common/target';
import { offersTarget, targetsOf } from '../../common/device';
import { artifactFromWire, planFromWire } from '../../proto/codec/job';
import type { BenchmarkRequest__Output as WireRequest } from '../../proto/generated/farm/v1/BenchmarkRequest';
import type { DeviceRecord } from '../ledger/device_records';

export interface BenchmarkRequest {
  readonly artifact: Artifact;
  readonly targets: readonly Target[];
  readonly plan: BenchmarkPlan;
}

/** One user's look at a model; more is a search. */
const mostTargets = 64;
/** Enough to find the typing error, short enough for one line. */
const mostNamedTargets = 8;

/** @throws BadInputError that names the field, and the known targets for an unknown one. */
export function readBenchmarkRequest(
  wire: WireRequest,
  devices: readonly DeviceRecord[],
): BenchmarkRequest {
  const artifact = artifactFromWire(wire.artifact);
  if (!artifact.ok) throw new BadInputError(`benchmark: artifact: ${artifact.error}`);
  const plan = planFromWire(wire.plan);
  if (!plan.ok) throw new BadInputError(`benchmark: plan: ${plan.error}`);
  const names = [...new Set(wire.targets)];
  if (names.length === 0 || names.length > mostTargets)
    throw new BadInputError(
      `benchmark: targets: expected 1 to ${String(mostTargets)}, got ${String(names.length)}`,
    );
  const targets = names.map(parseTarget);
  const unknown = targets.find(
    (target) => !devices.some(({ description }) => offersTarget(description, target)),
  );
  if (unknown !== undefined)
    throw new BadInputError(
      `target "${formatTarget(unknown)}": no device of the fleet offers it; ${describeKnown(knownTargets(devices))}`,
    );
  return { artifact: artifact.value, targets, plan: plan.value };
}

function knownTargets(devices: readonly DeviceRecord[]): readonly string[] {
  const targets = devices.flatMap(({ description }) => targetsOf(description).map(formatTarget));
  return [...new Set(targets)].sort();
}

function describeKnown(names: readonly string[]): string {
  if (names.length === 0) return 'no device has attached yet; start an agent (farm agent)';
  const rest = names.length - mostNamedTargets;
  return `expected one of ${names.slice(0, mostNamedTargets).join(', ')}${rest > 0 ? ` and ${String(rest)} more (farm targets)` : ''}`;
}
