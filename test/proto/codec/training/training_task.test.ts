import { taskId } from '../../../../proto/codec/training/content_digest';
import {
  decodeTrainingReport,
  encodeTrainingReport,
} from '../../../../proto/codec/training/training_end';
import {
  decodeTrainingTask,
  encodeTrainingTask,
  largestTaskBytes,
} from '../../../../proto/codec/training/training_task';
import { aBlockTask } from '../../../training_samples';

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

it('reads a task as it was written', () => {
  expect(decodeTrainingTask(encodeTrainingTask(aBlockTask(3)))).toEqual({
    ok: true,
    value: aBlockTask(3),
  });
});

it('names equal content equally, whatever the order of its keys', () => {
  const { recipe, ...rest } = aBlockTask(1);
  const reversed = Object.fromEntries(Object.entries(recipe).reverse()) as unknown as typeof recipe;
  expect(taskId({ recipe: reversed, ...rest })).toBe(taskId(aBlockTask(1)));
  expect(taskId(aBlockTask(2))).not.toBe(taskId(aBlockTask(1)));
  expect(taskId(aBlockTask(1))).toMatch(/^[0-9a-f]{64}$/);
});

it.each([
  ['a field too much', { ...aBlockTask(1), more: 1 }, 'more'],
  ['a block that cannot be', { ...aBlockTask(1), block: -1 }, 'block'],
  ['a kind of its own', { ...aBlockTask(1), kind: 'other' }, 'kind'],
])('refuses %s, and names it', (_what, document, field) => {
  const read = decodeTrainingTask(bytes(document));
  expect(read.ok ? '' : read.error).toContain(field);
});

it('refuses what is too large before it is parsed', () => {
  expect(decodeTrainingTask(new Uint8Array(largestTaskBytes + 1)).ok).toBe(false);
});

it('reads the report of a task as it was written, and no other version', () => {
  const report = {
    taskId: taskId(aBlockTask(1)),
    worker: 'w1',
    end: { kind: 'failed', reason: 'its loss became NaN' },
  } as const;
  expect(decodeTrainingReport(encodeTrainingReport(report))).toEqual({ ok: true, value: report });
  expect(decodeTrainingReport(bytes({ v: 2, ...report })).ok).toBe(false);
  expect(decodeTrainingReport(bytes({ v: 1, ...report, taskId: '../up' })).ok).toBe(false);
});
