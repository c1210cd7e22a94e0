import { z } from 'zod';
import type { Result } from '../../common/result';
import type { End as WireEnd } from '../generated/farm/v1/End';
import type { Proposed as WireProposed } from '../generated/farm/v1/Proposed';
import { deviceKind } from './device_kind';
import { countField, readField } from './field';
import { optionalField, present } from './optional';
import { wordCodec } from './word';

const proposedState = wordCodec([
  'waiting',
  'beyond-budget',
  'in-flight',
  'measured',
  'reused',
  'infeasible',
  'abandoned',
]);
const endKind = wordCodec(['measured', 'reused', 'infeasible', 'abandoned']);

const proposedSchema = z.object({
  architecture: z.string(),
  sequence: countField,
  state: proposedState.field,
});

const endSchema = z.object({
  cursor: countField,
  sequence: countField,
  architecture: z.string(),
  kind: endKind.field,
  accuracy: z.number(),
  latencyMs: optionalField(z.number()),
  // Infinite where it cannot run at all.
  violation: z.number().or(z.literal(Infinity)),
  sessions: countField,
  relativeNoise: optionalField(z.number()),
  jobId: optionalField(z.string()),
  reason: optionalField(z.string()),
  deviceKind: optionalField(deviceKind.field),
});

/** How a proposal of an outside searcher stands. */
type ProposalAnswer = Readonly<z.infer<typeof proposedSchema>>;
/** What became of one, as its searcher learns it; null is what is not known. proto/farm/v1/search.proto says what each field means. */
export type ProposalEnd = Readonly<z.infer<typeof endSchema>>;

export function proposedToWire(proposed: ProposalAnswer): WireProposed {
  return { ...proposed, state: proposedState.toWire(proposed.state) };
}

/** The error names the field that is wrong. */
export function proposedFromWire(wire: unknown): Result<ProposalAnswer, string> {
  return readField(proposedSchema, wire);
}

export function endToWire(end: ProposalEnd): WireEnd {
  const { deviceKind: kind, ...fields } = end;
  return {
    ...present(fields),
    kind: endKind.toWire(end.kind),
    ...(kind === null ? {} : { deviceKind: deviceKind.toWire(kind) }),
  };
}

/** The error names the field that is wrong. */
export function endFromWire(wire: unknown): Result<ProposalEnd, string> {
  return readField(endSchema, wire);
}
