import { z } from 'zod';
import type { BlockSpec } from '../../../common/block_spec';
import type { Result } from '../../../common/result';
import type { TrainingEnd } from '../../../common/training/training_task';
import { countField, listField, readField } from '../field';
import { blockSpecSchema } from './block_spec';
import { trainingEndSchema } from './training_end';

/** One option of one block of a library, trained or failed. */
export interface TrainedOption {
  readonly block: number;
  readonly spec: BlockSpec;
  readonly end: TrainingEnd;
}

const mostOptions = 1_000_000;

const optionSchema: z.ZodType<TrainedOption> = z.strictObject({
  block: countField,
  spec: blockSpecSchema,
  end: trainingEndSchema,
});

export function libraryFromWire(wire: unknown): Result<readonly TrainedOption[], string> {
  const read = readField(z.object({ optionJson: listField(z.string(), mostOptions) }), wire);
  if (!read.ok) return read;
  try {
    return readField(
      z.array(optionSchema),
      read.value.optionJson.map((json) => JSON.parse(json) as unknown),
    );
  } catch {
    return { ok: false, error: 'an option is no JSON' };
  }
}
