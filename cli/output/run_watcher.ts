import { FarmError } from '../../common/farm_error';
import type { RunStatus } from '../../proto/codec/training/training_run';
import type { FarmClient } from '../link/farm_client';
import { startProgress } from './progress';
import type { Terminal } from './terminal';

/** Shows a run's steps until it has ended. @throws FarmError when it failed or was stopped */
export async function watchRun(
  farm: Pick<FarmClient, 'watchRun' | 'trainingWorkers'>,
  runId: string,
  terminal: Terminal,
): Promise<RunStatus> {
  await noteMissingWorkers(farm, terminal);
  const progress = startProgress(terminal);
  let last: RunStatus | undefined;
  try {
    for await (const run of farm.watchRun(runId)) {
      last = run;
      for (const step of run.steps)
        progress.update(step.name, step.done + step.failed, step.tasks, pace(step));
    }
  } finally {
    progress.stop();
  }
  if (last?.state === 'done') return last;
  throw new FarmError(
    'failed',
    `run ${runId} ${last?.state === 'stopped' ? 'was stopped' : `failed: ${last?.detail ?? 'its end was not told'}`}; what was trained is kept, and the same command goes on`,
  );
}

async function noteMissingWorkers(
  farm: Pick<FarmClient, 'trainingWorkers'>,
  terminal: Terminal,
): Promise<void> {
  if ((await farm.trainingWorkers()).length === 0)
    terminal.note('no predictor worker is heard of; start one with: farm predictor');
}

/** Tasks per minute and the time left. */
export function pace({
  tasks,
  done,
  failed,
  endedHere,
  seconds,
}: RunStatus['steps'][number]): string {
  const failures = failed === 0 ? '' : `, ${failed} failed`;
  if (endedHere === 0 || seconds === 0) return failures.slice(2);
  const perMinute = (60 * endedHere) / seconds;
  const left = tasks - done - failed;
  const rate = `${perMinute.toFixed(1)} a minute`;
  return left === 0
    ? `${rate}${failures}`
    : `${rate}, ${duration((60 * left) / perMinute)} left${failures}`;
}

function duration(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
