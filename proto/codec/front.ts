import { z } from 'zod';
import type { Result } from '../../common/result';
import type { FleetFrontPoints as WireFleetFront } from '../generated/farm/v1/FleetFrontPoints';
import type { ExportResponse as WireExport } from '../generated/farm/v1/ExportResponse';
import type { FrontList as WireFrontList } from '../generated/farm/v1/FrontList';
import type { Front as WireFront } from '../generated/farm/v1/Front';
import type { FrontPoint as WirePoint } from '../generated/farm/v1/FrontPoint';
import { deviceKind } from './device_kind';
import { countField, listField, readField } from './field';
import { artifactSchema, artifactToWire } from './job';
import { optionalField, present } from './optional';
import { wordCodec } from './word';

const trust = wordCodec(['firm', 'fair', 'weak', 'virtual']);
const fleetKind = wordCodec(['joint', 'worst', 'weighted']);

/** A front of more is no choice any more. */
const mostPoints = 100_000;
const numberField = z.number();
const millisecondsField = z.number().positive();

const pointSchema = z.object({
  architecture: z.string(),
  accuracy: numberField,
  latencyMs: millisecondsField,
  latencyMsP5: optionalField(numberField),
  latencyMsP95: optionalField(numberField),
  sizeBytes: countField,
  deviceSerial: z.string(),
  jobId: z.string(),
  artifactDigest: z.string(),
  caveats: listField(z.string()),
  reusedFromJobId: optionalField(z.string()),
  sessions: countField,
  latencyMsLow: optionalField(numberField),
  latencyMsHigh: optionalField(numberField),
  trust: trust.field,
  trustReasons: listField(z.string()),
  hash: z.string(),
  deviceKind: deviceKind.field,
  runs: countField,
  threads: countField,
  celsiusLow: optionalField(numberField),
  celsiusHigh: optionalField(numberField),
});

const statementFields = { accuracySource: z.string(), weights: z.string() };

const frontSchema = z.object({
  target: z.string(),
  points: listField(pointSchema, mostPoints),
  uncertain: listField(pointSchema, mostPoints),
  hypervolume: numberField,
  ...statementFields,
});

const fleetPointSchema = z.object({
  architecture: z.string(),
  accuracy: numberField,
  latenciesMs: listField(numberField),
  fleetLatencyMs: optionalField(numberField),
  hash: z.string(),
});

const fleetFrontSchema = z.object({
  kind: fleetKind.field,
  targets: listField(z.string()),
  points: listField(fleetPointSchema, mostPoints),
  virtualTargets: listField(z.string()),
  ...statementFields,
});

const frontListSchema = z.object({ fronts: listField(frontSchema) });

const exportedModelSchema = z.object({
  artifact: artifactSchema,
  architecture: z.string(),
  hash: z.string(),
  accuracy: numberField,
  ...statementFields,
});

/** A model of a search, with what its file does not say. */
export type ExportedModelFacts = Readonly<z.infer<typeof exportedModelSchema>>;

/** The front of one target as `farm search front` tells it; null is what is not known. proto/farm/v1/search.proto says what each field means. */
export type ListedFront = Readonly<z.infer<typeof frontSchema>>;
export type ListedPoint = Readonly<ListedFront['points'][number]>;
/** The front over all targets of a search. */
export type ListedFleetFront = Readonly<z.infer<typeof fleetFrontSchema>>;

function frontToWire({ points, uncertain, ...front }: ListedFront): WireFront {
  return { ...front, points: points.map(pointToWire), uncertain: uncertain.map(pointToWire) };
}

export function frontListToWire(fronts: readonly ListedFront[]): WireFrontList {
  return { fronts: fronts.map(frontToWire) };
}

/** The error names the field that is wrong. */
export function frontListFromWire(
  wire: unknown,
): Result<{ readonly fronts: readonly ListedFront[] }, string> {
  return readField(frontListSchema, wire);
}

export function exportedModelToWire({ artifact, ...model }: ExportedModelFacts): WireExport {
  return { ...model, artifact: artifactToWire(artifact) };
}

/** The error names the field that is wrong. */
export function exportedModelFromWire(wire: unknown): Result<ExportedModelFacts, string> {
  return readField(exportedModelSchema, wire);
}

export function fleetFrontToWire({ points, ...front }: ListedFleetFront): WireFleetFront {
  return { ...front, kind: fleetKind.toWire(front.kind), points: points.map(present) };
}

/** The error names the field that is wrong. */
export function fleetFrontFromWire(wire: unknown): Result<ListedFleetFront, string> {
  return readField(fleetFrontSchema, wire);
}

function pointToWire(point: ListedPoint): WirePoint {
  return {
    ...present(point),
    trust: trust.toWire(point.trust),
    deviceKind: deviceKind.toWire(point.deviceKind),
  };
}
