import { z } from 'zod';
import { fail, type Result } from '../../common/result';
import { decodeJson } from '../../proto/codec/json';
import type { SearchView } from '../searches/search_view';
import type { SummaryRecord } from '../ledger/summary_records';

/** To be raised whenever a summary means something else than before: kept ones are then computed anew. */
export const summaryVersion = 1;

/** A thousand targets with their picks; more was not written by us. */
const largestSummaryBytes = 4 * 1024 * 1024;

const countField = z.int().nonnegative();

const budgetSchema = z.object({
  measurements: countField.optional(),
  phoneMinutes: z.number().optional(),
  wallMinutes: z.number().optional(),
});

const pickSchema = z.object({
  kind: z.enum(['fastest', 'knee', 'most-accurate']),
  architecture: z.string(),
  accuracyPercent: z.number(),
  latencyMs: z.number(),
  isVirtual: z.boolean(),
});

const targetSchema = z.object({
  target: z.string(),
  budget: budgetSchema,
  spent: z.object({ measured: countField, phoneMs: z.number() }),
  phoneMs: z.number(),
  measured: countField,
  reused: countField,
  infeasible: countField,
  abandoned: countField,
  inFlight: countField,
  confirming: countField,
  confirmed: countField,
  confirmedMs: z.number(),
  hypervolume: z.number().nullable(),
  frontHypervolume: z.number(),
  frontSize: countField,
  uncertain: countField,
  virtualMeasurements: countField,
  picks: z.array(pickSchema),
});

const summarySchema: z.ZodType<SearchView> = z.object({
  searchId: z.string(),
  name: z.string(),
  state: z.enum(['running', 'paused', 'stopped', 'finished']),
  space: z.string(),
  strategy: z.string(),
  seed: z.number(),
  createdAtMs: countField,
  isBudgetShared: z.boolean(),
  wall: z.object({ ranMs: countField, runningSinceMs: countField.nullable() }),
  problem: z.string().nullable(),
  targets: z.array(targetSchema),
  frontModels: z.array(z.string()),
});

/**
 * The summary that was kept of a search which has ended. The error says why there is none: it was never kept, it is of
 * another version, a job that was under way has ended since, or the search went on after it and the process died before
 * the next one was written.
 */
export function readSummary(record: SummaryRecord): Result<SearchView, string> {
  const { state, ranMs, lastEnd, summary } = record;
  if (summary === null) return fail('none was kept');
  if (summary.version !== summaryVersion) return fail(`is of version ${String(summary.version)}`);
  if (summary.lastEnd !== lastEnd) return fail('a job ended after it');
  const read = decodeJson(Buffer.from(summary.json), summarySchema, largestSummaryBytes);
  if (!read.ok) return read;
  const { value } = read;
  return value.state === state && value.wall.ranMs === ranMs
    ? read
    : fail('the search went on after it');
}

export function hasEnded({ state }: Pick<SearchView, 'state'>): boolean {
  return state === 'finished' || state === 'stopped';
}
