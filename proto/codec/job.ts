import { z } from 'zod';
import {
  isArtifactDigest,
  largestArtifactBytes,
  modelFormats,
  type Artifact,
} from '../../common/artifact';
import { planLimits, type BenchmarkPlan, type Job, type Lease } from '../../common/job';
import type { Result } from '../../common/result';
import { formatTarget } from '../../common/target';
import { toTarget } from '../../common/target_field';
import type {
  Artifact as WireArtifact,
  Artifact__Output as WireArtifactOutput,
} from '../generated/farm/v1/Artifact';
import type {
  BenchmarkPlan as WirePlan,
  BenchmarkPlan__Output as WirePlanOutput,
} from '../generated/farm/v1/BenchmarkPlan';
import type { Job as WireJob } from '../generated/farm/v1/Job';
import type { Lease as WireLease } from '../generated/farm/v1/Lease';
import { countField, durationField, longestName, nameField, readField } from './field';

export const digestField = z
  .string()
  .refine(isArtifactDigest, 'is no SHA-256 in lower-case hexadecimal');

export const artifactSchema: z.ZodType<Artifact> = z.object({
  digest: digestField,
  sizeBytes: countField.max(largestArtifactBytes),
  format: z.enum(modelFormats),
});

export const planSchema: z.ZodType<BenchmarkPlan> = z.object({
  sessions: limited(planLimits.sessions),
  runs: limited(planLimits.runs),
  warmupRuns: limited(planLimits.warmupRuns),
  threads: limited(planLimits.threads),
  sessionDeadlineMs: limited(planLimits.sessionDeadlineMs),
  // On the wire 0 stands for none.
  decisionMs: durationField
    .transform((decisionMs) => (decisionMs > 0 ? decisionMs : undefined))
    .optional(),
  // Between the coordinator and its ledger only: to an agent every job is one of its own.
  again: z.boolean().optional(),
});

const targetField = z.string().max(longestName).transform(toTarget);

export const jobSchema: z.ZodType<Job> = z.object({
  jobId: nameField,
  target: targetField,
  artifact: artifactSchema,
  plan: planSchema,
});
export const leaseSchema: z.ZodType<Lease> = z.object({
  jobId: nameField,
  deviceSerial: nameField,
  epoch: countField,
  nonce: nameField,
});

export function artifactToWire(artifact: Artifact): WireArtifact {
  return { ...artifact };
}

export function artifactFromWire(wire: WireArtifactOutput | null): Result<Artifact, string> {
  return readField(artifactSchema, wire);
}

export function planToWire({
  sessions,
  runs,
  warmupRuns,
  threads,
  sessionDeadlineMs,
  decisionMs,
}: BenchmarkPlan): WirePlan {
  return { sessions, runs, warmupRuns, threads, sessionDeadlineMs, decisionMs: decisionMs ?? 0 };
}

/** Refuses what is outside `planLimits`. */
export function planFromWire(wire: WirePlanOutput | null): Result<BenchmarkPlan, string> {
  return readField(planSchema, wire);
}

export function jobToWire(job: Job): WireJob {
  return {
    jobId: job.jobId,
    target: formatTarget(job.target),
    artifact: artifactToWire(job.artifact),
    plan: planToWire(job.plan),
  };
}

export function leaseToWire(lease: Lease): WireLease {
  return { ...lease };
}

function limited(limits: { readonly min: number; readonly max: number }): z.ZodInt {
  return z.int().min(limits.min).max(limits.max);
}
