import { z } from 'zod';
import { readField } from '../../../proto/codec/field';
import { FarmError } from '../../../common/farm_error';
import type { FarmClient } from '../../link/farm_client';

const textField = z.string().max(20_000);
const numberField = z.number();
const countField = z.int().nonnegative();

const kindField = z.enum(['phone', 'host', 'virtual']);
const statementFields = { accuracySource: textField, weights: textField };

const progressSchema = z.object({
  ...{ target: textField, abandoned: countField, hypervolume: numberField, measured: countField },
  ...{
    budget: countField,
    budgetPhoneMinutes: numberField,
    budgetWallMinutes: numberField,
    spentMeasurements: countField,
    spentPhoneMinutes: numberField,
  },
});

const searchSchema = z.object({
  ...{
    searchId: textField,
    name: textField,
    state: z.enum(['running', 'paused', 'stopped', 'finished']),
    space: textField,
    strategy: textField,
    seed: countField,
  },
  ...{ createdAtMs: countField, wallMinutes: numberField, problem: textField },
  targets: z.array(progressSchema),
});

const pointSchema = z.object({
  ...{
    architecture: textField,
    accuracy: numberField,
    latencyMs: z.number().positive(),
    sessions: countField,
    latencyMsLow: numberField,
    latencyMsHigh: numberField,
  },
  ...{
    sizeBytes: countField,
    deviceSerial: textField,
    trust: z.enum(['firm', 'fair', 'weak', 'virtual']),
    trustReasons: z.array(textField),
  },
  ...{
    hash: textField,
    deviceKind: kindField,
    runs: countField,
    threads: countField,
    celsiusLow: numberField,
    celsiusHigh: numberField,
  },
});

const frontSchema = z.object({
  ...{
    target: textField,
    points: z.array(pointSchema),
    uncertain: z.array(pointSchema),
    hypervolume: numberField,
  },
  ...statementFields,
});

const deviceSchema = z.object({
  serial: textField,
  kind: textField,
  manufacturer: textField,
  model: textField,
  soc: textField,
  osBuild: textField,
});

const headerSchema = z.object({
  specYaml: z.string(),
  positions: z.array(z.object({ name: textField, choices: z.array(textField).min(1) })),
  targets: z.array(z.object({ target: textField, hypervolumes: z.array(numberField) })),
  devices: z.array(deviceSchema),
  ...statementFields,
});

const measurementSchema = z.object({
  ...{
    latencyMs: z.number().positive(),
    sessionMediansMs: z.array(numberField),
    deviceSerial: textField,
    soc: textField,
    osBuild: textField,
  },
  ...{
    agentVersion: textField,
    tool: textField,
    toolVersion: textField,
    toolDigest: textField,
    command: textField,
    threads: countField,
    boundary: textField,
  },
  ...{
    celsiusBefore: numberField,
    celsiusAfter: numberField,
    cpuKhzBefore: countField,
    cpuKhzAfter: countField,
    caveats: z.array(textField),
  },
  ...{ startedAtMs: countField, finishedAtMs: countField, deviceKind: kindField },
});

const candidateSchema = z.object({
  ...{
    target: textField,
    sequence: countField,
    architecture: textField,
    choices: z.array(countField),
    features: z.array(numberField),
    accuracy: numberField,
  },
  ...{
    state: z.enum(['open', 'measured', 'reused', 'infeasible', 'excluded', 'abandoned', 'stopped']),
    faultCode: textField,
    faultMessage: textField,
    endedSequence: countField,
  },
  measurement: measurementSchema.nullable(),
  /** Those that measured it again at the end. */
  confirmations: z.array(measurementSchema),
});

/** Far more than a shelf of phones measures in a year; a report of more would not be read. */
const mostCandidates = 200_000;

const inputSchema = z.object({
  search: searchSchema,
  fronts: z.array(frontSchema),
  header: headerSchema,
  candidates: z.array(candidateSchema),
});

/** What a report is made of, as the coordinator tells it. */
export type ReportInput = z.infer<typeof inputSchema>;
export type ReportCandidate = ReportInput['candidates'][number];
export type ReportMeasurement = NonNullable<ReportCandidate['measurement']>;
export type ReportPoint = ReportInput['fronts'][number]['points'][number];

/** Asks the coordinator for all of it. @throws FarmError for a search that there is not, and for answers that make no sense */
export async function fetchReportInput(
  farm: Pick<FarmClient, 'getSearch' | 'fronts' | 'history'>,
  searchId: string,
): Promise<ReportInput> {
  const [search, fronts] = await Promise.all([farm.getSearch(searchId), farm.fronts(searchId, '')]);
  const candidates: unknown[] = [];
  let header: unknown;
  for await (const part of farm.history(searchId)) {
    if (part.part === 'header') header = part.header;
    else candidates.push(part.candidate);
    if (candidates.length > mostCandidates)
      throw new FarmError(
        'failed',
        `search ${searchId} has more than ${String(mostCandidates)} candidates, the most that a report takes`,
      );
  }
  return readReportInput({ search, fronts, header, candidates });
}

/** Validates it. @throws FarmError that names the field */
export function readReportInput(input: unknown): ReportInput {
  const read = readField(inputSchema, input);
  if (!read.ok)
    throw new FarmError(
      'failed',
      `the coordinator's account of the search cannot be read (${read.error}); is it of the same version?`,
    );
  return read.value;
}
