import { z } from 'zod';
import type { Artifact } from '../../common/artifact';
import { unreachable } from '../../common/assert';
import type { Job, Lease } from '../../common/job';
import type { Result } from '../../common/result';
import type {
  CoordinatorMessage as WireMessage,
  CoordinatorMessage__Output as WireMessageOutput,
} from '../generated/farm/v1/CoordinatorMessage';
import { readField } from './field';
import {
  artifactSchema,
  artifactToWire,
  jobSchema,
  jobToWire,
  leaseSchema,
  leaseToWire,
} from './job';

/** A heartbeat below 10 ms would be a flood, one above 10 min no sign of life. */
const heartbeatLimitsMs = { min: 10, max: 600_000 } as const;

/** What the coordinator says to one agent. */
export type CoordinatorMessage =
  | { readonly kind: 'welcome'; readonly heartbeatIntervalMs: number }
  | { readonly kind: 'run-job'; readonly job: Job; readonly lease: Lease }
  /** The lease is void: end the work, publish nothing for it. */
  | { readonly kind: 'stop-job'; readonly lease: Lease }
  | { readonly kind: 'prefetch-artifact'; readonly artifact: Artifact };

const wireSchema = z.discriminatedUnion('message', [
  z.object({
    message: z.literal('welcome'),
    welcome: z.object({
      heartbeatIntervalMs: z.int().min(heartbeatLimitsMs.min).max(heartbeatLimitsMs.max),
    }),
  }),
  z.object({
    message: z.literal('runJob'),
    runJob: z
      .object({ job: jobSchema, lease: leaseSchema })
      .refine((run) => run.job.jobId === run.lease.jobId, 'the lease is of another job'),
  }),
  z.object({ message: z.literal('stopJob'), stopJob: z.object({ lease: leaseSchema }) }),
  z.object({
    message: z.literal('prefetchArtifact'),
    prefetchArtifact: z.object({ artifact: artifactSchema }),
  }),
]);

const messageSchema = wireSchema.transform((wire): CoordinatorMessage => {
  switch (wire.message) {
    case 'welcome':
      return { kind: 'welcome', ...wire.welcome };
    case 'runJob':
      return { kind: 'run-job', ...wire.runJob };
    case 'stopJob':
      return { kind: 'stop-job', ...wire.stopJob };
    case 'prefetchArtifact':
      return { kind: 'prefetch-artifact', ...wire.prefetchArtifact };
    default:
      return unreachable(wire);
  }
});

export function coordinatorMessageToWire(message: CoordinatorMessage): WireMessage {
  switch (message.kind) {
    case 'welcome':
      return { welcome: { heartbeatIntervalMs: message.heartbeatIntervalMs } };
    case 'run-job':
      return { runJob: { job: jobToWire(message.job), lease: leaseToWire(message.lease) } };
    case 'stop-job':
      return { stopJob: { lease: leaseToWire(message.lease) } };
    case 'prefetch-artifact':
      return { prefetchArtifact: { artifact: artifactToWire(message.artifact) } };
    default:
      return unreachable(message);
  }
}

/** The error names the field that is wrong; a message of a kind that this version does not know is an error too. */
export function coordinatorMessageFromWire(
  wire: WireMessageOutput,
): Result<CoordinatorMessage, string> {
  return readField(messageSchema, wire);
}
