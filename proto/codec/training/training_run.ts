import { z } from 'zod';
import type { Result } from '../../../common/result';
import type { TrainingRun as WireRun } from '../../generated/farm/v1/TrainingRun';
import { countField, durationField, lineField, listField, nameField, readField } from '../field';
import { optionalField, present } from '../optional';
import { wordCodec } from '../word';

const state = wordCodec(['running', 'done', 'failed', 'stopped']);

const stepSchema = z.object({
  name: nameField,
  tasks: countField,
  done: countField,
  failed: countField,
  endedHere: countField,
  seconds: durationField,
});

const runSchema = z.object({
  runId: nameField,
  kind: nameField,
  reference: nameField,
  state: state.field,
  steps: listField(stepSchema),
  outcomeJson: optionalField(z.string()),
  detail: optionalField(lineField),
  createdAtMs: countField,
  endedAtMs: optionalField(countField),
});

/** A run of training as people see it. */
export type RunStatus = z.infer<typeof runSchema>;

export function runToWire({ state: word, ...run }: RunStatus): WireRun {
  return present({ ...run, state: state.toWire(word), steps: [...run.steps] });
}

export function runFromWire(wire: unknown): Result<RunStatus, string> {
  return readField(runSchema, wire);
}

export function runsFromWire(
  wire: unknown,
): Result<{ readonly runs: readonly RunStatus[] }, string> {
  return readField(z.object({ runs: listField(runSchema) }), wire);
}
