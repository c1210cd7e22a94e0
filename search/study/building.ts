import type { Artifact } from '../../common/artifact';
import { assert } from '../../common/assert';
import { candidateFault, farmFault, type CandidateFault } from '../../common/fault';
import type { Job } from '../../common/job';
import { nextTrial, type Abandoned, type Infeasible } from '../../common/trial';
import { fleetAimOf } from '../spec/search_spec';
import { violationOfBuilt } from '../spec/violation';
import { endTrial } from './ending';
import type { Build, StudyEvent, TrialName } from './event';
import { decisionMsOf, type Lane } from './lane';
import { isOver } from './phase';
import { pauseFor } from './serving';
import { isExternal, type Study } from './state';
import { submit } from './submission';
import { laneNow, update, updateLane, type Turn } from './turn';

/** Builds that may fail in a row before the search pauses: one can be bad luck, so many mean that the builder is broken. */
const mostFailuresInRow = 10;

/** A model is made; one beyond the limits is not measured. */
export function trialBuilt(turn: Turn, name: TrialName, build: Build): void {
  const { constraints } = laneNow(turn, name.target).target;
  const violation = violationOfBuilt(constraints, {
    ...build,
    modelBytes: build.artifact.sizeBytes,
  });
  const refusal: Infeasible | null =
    violation === undefined
      ? null
      : {
          kind: 'infeasible',
          refusedBy: { kind: 'limit', excess: violation.amount },
          fault: candidateFault('invalid-model', `not measured: ${violation.reasons.join('; ')}`),
        };
  const { trials } = laneNow(turn, name.target);
  const trial = trials.get(name.architecture);
  if (trial === undefined) return;
  update(turn, { buildFailures: 0 });
  const next = nextTrial(trial, { kind: 'built', artifact: build.artifact, refusal });
  updateLane(turn, name.target, { trials: trials.set(name.architecture, next) });
}

/** A stage says that the target will never run it. That is not in the ledger: after a restart it is found again. */
export function trialRefused(turn: Turn, name: TrialName, fault: CandidateFault): void {
  update(turn, { buildFailures: 0 });
  endUnsaved(turn, name, { kind: 'infeasible', refusedBy: { kind: 'runtime' }, fault });
}

/** There is no model, which says nothing of the architecture. */
export function buildFailed(turn: Turn, name: TrialName, message: string): void {
  if (isOver(turn.study.phase)) return;
  const buildFailures = turn.study.buildFailures + 1;
  update(turn, { buildFailures });
  endUnsaved(turn, name, {
    kind: 'abandoned',
    fault: farmFault('artifact-unavailable', message),
  });
  if (buildFailures >= mostFailuresInRow)
    pauseFor(
      turn,
      `${mostFailuresInRow} models in a row could not be built: ${message}; resume the search when that is mended`,
    );
}

/** It ends before there is anything of it to save. An outside searcher learns of it from the ledger. */
function endUnsaved(
  turn: Turn,
  { target, architecture }: TrialName,
  end: Infeasible | Abandoned,
): void {
  const lane = laneNow(turn, target);
  const trial = lane.trials.get(architecture);
  if (trial?.state.kind !== 'proposed') return;
  const { sequence } = trial;
  if (isExternal(turn.study))
    turn.effects.push({ kind: 'abandon-offer', offer: { target, architecture, sequence } });
  updateLane(turn, target, { unsaved: lane.unsaved.filter((each) => each !== architecture) });
  endTrial(turn, { target, architecture }, end);
}

/** Writes what is ready, one after the other, in the order of proposal. */
export function saveNextTrial(turn: Turn, target: string): void {
  const lane = laneNow(turn, target);
  const architecture = lane.unsaved.first();
  const trial = architecture === undefined ? undefined : lane.trials.get(architecture);
  if (lane.saving !== null || trial?.state.kind !== 'built') return;
  const { artifact, refusal } = trial.state;
  const job = jobOf(turn.study, lane, { architecture: trial.architecture, artifact });
  updateLane(turn, target, { saving: job });
  const { sequence } = trial;
  turn.effects.push({
    kind: 'save-trial',
    trial: { target, architecture: trial.architecture, sequence, job },
    refusal,
  });
}

/** It is in the ledger, and with its job the engine's, unless it ended there. */
export function trialSaved(
  turn: Turn,
  { target, architecture, end }: Extract<StudyEvent, { readonly kind: 'trial-saved' }>,
): void {
  const lane = laneNow(turn, target);
  const trial = lane.trials.get(architecture);
  const job = lane.saving;
  assert(trial !== undefined && job !== null, `${architecture} was being saved`);
  updateLane(turn, target, {
    trials: lane.trials.set(architecture, nextTrial(trial, { kind: 'saved', job })),
    unsaved: lane.unsaved.shift(),
    saving: null,
  });
  if (end === null) submit(turn, { job, target, architecture, purpose: { kind: 'trial' } });
  else endTrial(turn, { target, architecture }, end);
}

function jobOf(
  { settings, accuracyPercentOf }: Study,
  lane: Lane,
  { architecture, artifact }: { readonly architecture: string; readonly artifact: Artifact },
): Job {
  const { spec, jobIdOf } = settings;
  const { name, target, constraints } = lane.target;
  // Where one front is over all targets, being dominated on this one decides nothing.
  const decisionMs =
    fleetAimOf(spec) === undefined
      ? decisionMsOf(lane, accuracyPercentOf(architecture))
      : (constraints.latencyMsMax ?? Infinity);
  return {
    jobId: jobIdOf({ target: name, architecture, round: null }),
    target,
    artifact,
    plan: {
      ...spec.plan,
      ...(decisionMs === Infinity ? {} : { decisionMs }),
      ...(spec.fresh ? { again: true } : {}),
    },
  };
}
