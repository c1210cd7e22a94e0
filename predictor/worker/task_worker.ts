import { BadInputError } from '../../common/bad_input';
import { FarmError } from '../../common/farm_error';
import { trainBlock } from '../distill/train_block';
import { openEngine } from '../engine/open_engine';
import { finetuneNetwork } from '../finetune/finetune_network';
import { MaterialShelf, type Material } from '../material/material';
import { probeNetwork } from '../probe/probe_network';
import type { TaskContext } from '../task/task_context';
import { serveTasks } from './serve_tasks';
import type { Reference } from '../../common/training/reference';

// The module of a worker's child process.
const shelf = new MaterialShelf();

/** What is wrong with a reference or its data is the task's own failure: another worker would find it too. */
async function materialOf(reference: Reference, context: TaskContext): Promise<Material> {
  try {
    return await shelf.of(reference, context);
  } catch (error) {
    if (error instanceof BadInputError) throw new FarmError('failed', error.message);
    throw error;
  }
}

serveTasks({
  openEngine: ({ engine, threads }) => openEngine({ kind: engine, threads }),
  performers: {
    block: async (task, context) =>
      trainBlock(task, await materialOf(task.reference, context), context),
    network: async (task, context) =>
      finetuneNetwork(task, await materialOf(task.reference, context), context),
    probe: async (task, context) =>
      probeNetwork(task, await materialOf(task.reference, context), context),
  },
});
