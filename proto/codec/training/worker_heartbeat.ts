import { z } from 'zod';
import type { Result } from '../../../common/result';
import { countField, lineField, listField, nameField } from '../field';
import { decodeJson, encodeJson } from '../json';

/** A worker with hundreds of processes; more is no heartbeat. */
export const largestHeartbeatBytes = 256 * 1024;

const heartbeatVersion = 1;

/** How a predictor worker is right now, every few seconds. Lost ones are not resent. */
export interface WorkerHeartbeat {
  readonly worker: string;
  readonly engine: 'native' | 'wasm';
  /** Why this engine, in a line. */
  readonly engineReason: string;
  readonly processes: number;
  /** What each busy process works at, in a line. */
  readonly workingAt: readonly string[];
  readonly atMs: number;
}

const documentSchema = z
  .object({
    v: z.literal(heartbeatVersion),
    worker: nameField,
    engine: z.enum(['native', 'wasm']),
    engineReason: lineField,
    processes: countField,
    workingAt: listField(lineField),
    atMs: countField,
  })
  .transform(({ worker, engine, engineReason, processes, workingAt, atMs }): WorkerHeartbeat => ({
    worker,
    engine,
    engineReason,
    processes,
    workingAt,
    atMs,
  }));

/** JSON, so that anybody can read along. */
export function encodeWorkerHeartbeat(heartbeat: WorkerHeartbeat): Uint8Array {
  return encodeJson({ v: heartbeatVersion, ...heartbeat });
}

/** Never throws; the error names the field that is wrong. */
export function decodeWorkerHeartbeat(bytes: Uint8Array): Result<WorkerHeartbeat, string> {
  return decodeJson(bytes, documentSchema, largestHeartbeatBytes);
}
