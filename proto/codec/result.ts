import { z } from 'zod';
import {
  candidateFaultCodes,
  farmFaultCodes,
  longestFaultMessage,
  longestOperatorName,
  type Refusal,
} from '../../common/fault';
import type { JobResult, Outcome } from '../../common/job';
import type { Result } from '../../common/result';
import { units } from '../../common/target';
import { nameField } from './field';
import { digestField, leaseSchema } from './job';
import { decodeJson, encodeJson } from './json';
import { measurementSchema } from './measurement';

/** A large plan's samples with room to spare; more is a mistake, and would hold up everyone behind it. */
export const largestResultBytes = 10 * 1024 * 1024;

const resultVersion = 1;
const faultMessageField = z.string().max(longestFaultMessage);

/** A refusal as JSON, on the wire and in the ledger. */
export const refusalSchema: z.ZodType<Refusal> = z.object({
  unitAsked: z.enum(units),
  unitFailed: z.enum(units).nullable(),
  reason: faultMessageField,
  operator: z.string().max(longestOperatorName).nullable(),
});

const candidateFaultSchema = z.object({
  kind: z.literal('candidate-fault'),
  code: z.enum(candidateFaultCodes),
  message: faultMessageField,
  // Agents of before send none.
  refusal: refusalSchema.nullable().default(null),
});

const outcomeSchema: z.ZodType<Outcome> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('measured'), measurement: measurementSchema }),
  candidateFaultSchema,
  z.object({
    kind: z.literal('farm-fault'),
    code: z.enum(farmFaultCodes),
    message: faultMessageField,
  }),
]);

const documentSchema = z
  .object({
    v: z.literal(resultVersion),
    lease: leaseSchema,
    agentId: nameField,
    artifactDigest: digestField,
    outcome: outcomeSchema,
  })
  .transform(({ lease, agentId, artifactDigest, outcome }): JobResult => ({
    lease,
    agentId,
    artifactDigest,
    outcome,
  }));

/** The JSON document of a result, as it is spooled, published and shown. */
export function encodeResult(result: JobResult): Uint8Array {
  return encodeJson({ v: resultVersion, ...result });
}

/** Never throws; the error names the field that is wrong. */
export function decodeResult(bytes: Uint8Array): Result<JobResult, string> {
  return decodeJson(bytes, documentSchema, largestResultBytes);
}
