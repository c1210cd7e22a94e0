import { setMaxListeners } from 'node:events';
import { assert } from '../../common/assert';
import { ok } from '../../common/result';
import type { Target } from '../../common/target';
import type { Clock } from '../../platform/time/clock';
import type { ArtifactRecords } from '../ledger/artifact_records';
import type { CandidatePreparation } from './candidate_preparation';
import type { Stage, StageResult, StageTask } from './stage';
import { stageKeys, type StageKey } from './stage_key';
import type { StageRuns, Verdict } from './stage_runs';

interface PreparationParts {
  /** What a target needs, first to last; at least one. */
  readonly stagesOf: (target: Target) => readonly Stage[];
  readonly runs: Pick<StageRuns, 'known' | 'run'>;
  readonly artifacts: Pick<ArtifactRecords, 'save'>;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** Takes architectures through the stages of their targets. What was made already, for whatever target, is not made again. */
export function createPreparation(parts: PreparationParts): CandidatePreparation {
  return {
    prepare: async ({ target, ...network }, signal) => {
      // One signal is for all candidates of a search; a warning of a leak after ten would be wrong.
      setMaxListeners(0, signal);
      const made = await throughStages(parts, { network, stages: parts.stagesOf(target), signal });
      if (made.ok) await parts.artifacts.save(made.value.artifact, parts.clock.nowMs());
      return made;
    },
  };
}

interface Way extends Pick<StageTask, 'network'> {
  readonly stages: readonly Stage[];
  readonly signal: AbortSignal;
}

async function throughStages(
  { runs }: PreparationParts,
  { network, stages, signal }: Way,
): Promise<StageResult> {
  const keys = stageKeys(network, stages);
  const known = await lastKnown(keys, runs);
  if (known?.verdict.ok === false) return known.verdict;
  let previous = known?.verdict.value;
  for (const [index, stage] of stages.entries()) {
    if (known !== undefined && index <= known.index) continue;
    const made = await runs.run(keys[index] ?? '', stage, { network, previous }, signal);
    if (!made.ok) return made;
    previous = made.value;
  }
  assert(previous !== undefined, 'a target needs at least one stage');
  return ok(previous);
}

/** Where a stage's output is known, nobody asks for what led to it. */
async function lastKnown(
  keys: readonly StageKey[],
  runs: PreparationParts['runs'],
): Promise<{ readonly index: number; readonly verdict: Verdict } | undefined> {
  for (const [index, key] of [...keys.entries()].reverse()) {
    const verdict = await runs.known(key);
    if (verdict !== undefined) return { index, verdict };
  }
  return undefined;
}
