import { BadInputError } from '../../../common/bad_input';
import type { BlockOutcome, ProbeTask } from '../../../common/training/training_task';
import type { TaskContext, TaskPerformers } from '../../../predictor/task/task_context';
import { artifactsOf, performTask } from '../../../predictor/worker/tasks';
import { blockTask, reference } from '../sample_tasks';

const outcome: BlockOutcome = {
  kind: 'block',
  weights: 'a'.repeat(64),
  trainNsr: 0.2,
  validationNsr: 0.3,
  quantizedNsr: 0.4,
  macs: 1,
  parameters: 1,
  seconds: 1,
};
const context = {} as TaskContext;
const other = (): never => {
  throw new Error('another kind was performed');
};
const performers = (block: TaskPerformers['block']): TaskPerformers => ({
  block,
  network: other,
  probe: other,
});

test('a task is done by the performer of its kind', async () => {
  const end = await performTask(
    blockTask,
    context,
    performers(() => Promise.resolve(outcome)),
  );
  expect(end).toEqual({ kind: 'done', outcome });
});

test('what the task itself is at fault for is its end', async () => {
  const failing = performers(() => Promise.reject(new BadInputError('the loss is NaN')));
  expect(await performTask(blockTask, context, failing)).toEqual({
    kind: 'failed',
    reason: 'the loss is NaN',
  });
});

test('what the process is at fault for is not', async () => {
  const broken = performers(() => Promise.reject(new Error('no memory')));
  await expect(performTask(blockTask, context, broken)).rejects.toThrow('no memory');
});

test('each artifact of a task is fetched once, and none for blocks that are drawn', () => {
  const weights = 'b'.repeat(64);
  const block = { spec: blockTask.spec, weights };
  const probe: ProbeTask = {
    kind: 'probe',
    reference,
    blocks: [block, block, { ...block, weights: null }],
    images: 10,
  };
  expect(artifactsOf(probe)).toEqual([reference.model, weights]);
  expect(artifactsOf(blockTask)).toEqual([reference.model]);
});
