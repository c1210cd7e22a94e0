import { assert } from '../../common/assert';
import { artifactOf } from '../../common/trial';
import type { Remeasurement, TrialName } from './event';
import { laneNow, updateLane, type Turn } from './turn';

/** Asks for one more measurement of a network that was built. What dies before it is saved is asked for again, or is forgotten with the doubt. */
export function askAgain(
  turn: Turn,
  { target, architecture, round }: TrialName & Pick<Remeasurement, 'round'>,
): string {
  const lane = laneNow(turn, target);
  const trial = lane.trials.get(architecture);
  const artifact = trial === undefined ? null : artifactOf(trial);
  assert(artifact !== null, `${architecture} was measured, so it was built`);
  const { spec, jobIdOf } = turn.study.settings;
  const jobId = jobIdOf({ target, architecture, round });
  turn.effects.push({
    kind: 'save-remeasurement',
    remeasurement: {
      ...{ target, architecture, round, sequence: lane.nextRemeasurement },
      job: { jobId, target: lane.target.target, artifact, plan: { ...spec.plan, again: true } },
    },
  });
  updateLane(turn, target, { nextRemeasurement: lane.nextRemeasurement + 1 });
  return jobId;
}
