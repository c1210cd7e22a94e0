import { z } from 'zod';
import type { Result } from '../../common/result';
import type { HistoryPart as WirePart } from '../generated/farm/v1/HistoryPart';
import type { PastMeasurement as WireMeasurement } from '../generated/farm/v1/PastMeasurement';
import { deviceSchema, deviceToWire } from './device';
import { deviceKind } from './device_kind';
import { countField, listField, readField } from './field';
import { optionalField, present } from './optional';
import { refusalSchema } from './result';
import { wordCodec } from './word';

const candidateState = wordCodec([
  'open',
  'measured',
  'reused',
  'infeasible',
  'excluded',
  'abandoned',
  'stopped',
]);

/** A search of as many measurements is beyond what a shelf of phones makes in years. */
const mostHypervolumes = 1_000_000;
const mostDevices = 100_000;
const numberField = z.number();
const refusalField = optionalField(
  z.preprocess(
    (wire) =>
      typeof wire === 'object' && wire !== null
        ? { unitFailed: null, operator: null, ...wire }
        : wire,
    refusalSchema,
  ),
);

const measurementSchema = z.object({
  latencyMs: z.number().positive(),
  sessionMediansMs: listField(numberField),
  deviceSerial: z.string(),
  soc: z.string(),
  osBuild: z.string(),
  agentVersion: z.string(),
  tool: z.string(),
  toolVersion: optionalField(z.string()),
  toolDigest: optionalField(z.string()),
  command: z.string(),
  threads: countField,
  boundary: z.string(),
  celsiusBefore: optionalField(numberField),
  celsiusAfter: optionalField(numberField),
  cpuKhzBefore: optionalField(countField),
  cpuKhzAfter: optionalField(countField),
  caveats: listField(z.string()),
  startedAtMs: countField,
  finishedAtMs: countField,
  deviceKind: deviceKind.field,
});

const candidateSchema = z.object({
  target: z.string(),
  sequence: countField,
  architecture: z.string(),
  choices: listField(countField),
  features: listField(numberField),
  accuracy: numberField,
  state: candidateState.field,
  faultCode: optionalField(z.string()),
  faultMessage: optionalField(z.string()),
  refusal: refusalField,
  endedSequence: optionalField(countField),
  jobId: z.string(),
  measurement: optionalField(measurementSchema),
  confirmations: listField(measurementSchema),
});

const headerSchema = z.object({
  specYaml: z.string(),
  positions: listField(z.object({ name: z.string(), choices: listField(z.string()).min(1) })),
  targets: listField(
    z.object({ target: z.string(), hypervolumes: listField(numberField, mostHypervolumes) }),
  ),
  devices: listField(deviceSchema, mostDevices),
  accuracySource: z.string(),
  weights: z.string(),
});

const partSchema = z.discriminatedUnion('part', [
  z.object({ part: z.literal('header'), header: headerSchema }),
  z.object({ part: z.literal('candidate'), candidate: candidateSchema }),
]);

/** What a search tried, piece by piece; null is what is not known. proto/farm/v1/search.proto says what each field means. */
export type HistoryPiece = Readonly<z.infer<typeof partSchema>>;
export type HistoryHeader = Readonly<z.infer<typeof headerSchema>>;
export type HistoryCandidate = Readonly<z.infer<typeof candidateSchema>>;
export type HistoryMeasurement = Readonly<z.infer<typeof measurementSchema>>;

export function historyToWire(piece: HistoryPiece): WirePart {
  if (piece.part === 'header')
    return { header: { ...piece.header, devices: piece.header.devices.map(deviceToWire) } };
  const { measurement, confirmations, refusal, ...candidate } = piece.candidate;
  return {
    candidate: {
      ...present(candidate),
      state: candidateState.toWire(candidate.state),
      ...(refusal === null ? {} : { refusal: present(refusal) }),
      ...(measurement === null ? {} : { measurement: measurementToWire(measurement) }),
      confirmations: confirmations.map(measurementToWire),
    },
  };
}

/** The error names the field that is wrong. */
export function historyFromWire(wire: unknown): Result<HistoryPiece, string> {
  return readField(partSchema, wire);
}

function measurementToWire(measurement: HistoryMeasurement): WireMeasurement {
  return { ...present(measurement), deviceKind: deviceKind.toWire(measurement.deviceKind) };
}
