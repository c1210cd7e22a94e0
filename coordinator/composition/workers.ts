import type { ListedProcess } from '../../platform/processes/listed_process';
import { defaultStageProcesses, openStageProcesses } from '../candidates/stage_processes';
import type { ModelStageParts } from '../candidates/model_stages';
import type { Lifecycle } from '../../platform/lifecycle/lifecycle';
import {
  StrategistProcess,
  strategistProcessOptions,
} from '../searches/strategist/strategist_process';
import type { OpenStrategist } from '../searches/strategist/strategist';

/** The processes that build and that compute strategies for the coordinator; each begins with its first work and ends when idle. */
export interface WorkerProcesses {
  readonly builders: ModelStageParts['workers'];
  readonly openStrategist: OpenStrategist;
  /** Those that live. */
  list(): readonly ListedProcess[];
}

export function openWorkers(lifecycle: Lifecycle): WorkerProcesses {
  const builders = openStageProcesses(defaultStageProcesses);
  lifecycle.onStop('builders', () => builders.close());
  const surrogates = new StrategistProcess(strategistProcessOptions('surrogates'));
  lifecycle.onStop('surrogates', () => surrogates.close());
  const others = new StrategistProcess(strategistProcessOptions('other strategies'));
  lifecycle.onStop('other strategies', () => others.close());
  return {
    builders,
    // Those whose answers take microseconds wait for no surrogate.
    openStrategist: (task) =>
      (task.spec.strategy.kind === 'surrogate' ? surrogates : others).open(task),
    list: () => [builders, surrogates, others].flatMap((workers) => workers.processes()),
  };
}
