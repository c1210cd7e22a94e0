import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BadInputError } from '../../../common/bad_input';
import type { BlockOutcome, BlockTask } from '../../../common/training/training_task';
import type { TrainingEngine } from '../../../predictor/engine/engine';
import { TaskPaused, type TaskContext } from '../../../predictor/task/task_context';
import { script } from './scripted_tasks_names';
import { serveTasks } from '../../../predictor/worker/serve_tasks';

const engine: TrainingEngine = {
  kind: 'wasm',
  reason: 'scripted',
  createNetwork: () => {
    throw new Error('nothing is trained here');
  },
  memory: () => ({ tensors: 0, bytes: 0 }),
};

const never = (): never => {
  throw new Error('another kind of task');
};

serveTasks({
  openEngine: ({ engine: wish }) =>
    wish === 'native'
      ? Promise.reject(new BadInputError('no native here'))
      : Promise.resolve(engine),
  performers: { block, network: never, probe: never },
});

async function block(task: BlockTask, context: TaskContext): Promise<BlockOutcome> {
  appendFileSync(path.join(context.dataFolder, 'begun'), `${context.taskId} ${process.pid}\n`);
  const isFirst = (): boolean => {
    const marker = path.join(context.dataFolder, `${context.taskId}.marker`);
    if (existsSync(marker)) return false;
    writeFileSync(marker, '');
    return true;
  };
  switch (task.block) {
    case script.failed:
      throw new BadInputError('the loss is no number at step 3');
    case script.crashOnce:
      if (isFirst()) process.kill(process.pid, 'SIGKILL');
      break;
    case script.crashAlways:
      process.kill(process.pid, 'SIGKILL');
      break;
    case script.hang:
      if (isFirst()) await new Promise(() => undefined);
      break;
    case script.pauseOnce:
      if (isFirst()) throw new TaskPaused('made room');
      break;
    case script.untilReleased:
      while (!existsSync(path.join(context.dataFolder, 'released'))) {
        context.progress({ share: 0.5, loss: 0.1 });
        await sleep(20);
      }
      break;
    default:
  }
  const weights = await context.store(Buffer.from(`weights of ${context.taskId}`), 'npz');
  return {
    kind: 'block',
    weights,
    trainNsr: 0.1,
    validationNsr: 0.1,
    quantizedNsr: 0.1,
    macs: 1,
    parameters: 1,
    seconds: 0.1,
  };
}
