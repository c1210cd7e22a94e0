import { z } from 'zod';
import { trainingTaskSchema } from '../../proto/codec/training/training_task';
import { runKind } from './run_kind';

const mostTasks = 1_000;

/** Trains networks as they are given, each by its own recipe. */
export const networksRun = runKind(
  'networks',
  z.strictObject({
    reference: z.string().min(1).max(200),
    tasks: z.array(trainingTaskSchema).min(1).max(mostTasks),
  }),
  async ({ tasks }, context) => ({ ends: await context.perform('networks', tasks) }),
);
