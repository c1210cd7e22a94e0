import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { dataDirField } from '../platform/files/data_dir';
import { natsField } from '../platform/nats/nats_field';
import { isHost } from '../platform/http/host_port';

const host = z
  .string()
  .refine(isHost, 'expected an address or the name of a host')
  .default('127.0.0.1');
/** 0 = any free port. */
const port = z.int().min(0).max(65_535);

/** The coordinator's YAML. Everything has a default, so that an empty file is a working coordinator on one machine. */
export const coordinatorConfigSchema = z.strictObject({
  /** Ledger and artifacts: all that the coordinator must not lose. */
  dataDir: dataDirField.default(() =>
    path.join(os.homedir(), '.local/share/pareto-farm/coordinator'),
  ),
  grpc: z.strictObject({ host, port: port.default(7600) }).prefault({}),
  /** `/metrics`, `/healthz`, `/readyz`. */
  http: z.strictObject({ host, port: port.default(7601) }).prefault({}),
  nats: natsField.default('nats://127.0.0.1:4222'),
  /** Models beyond this are dropped, least recently used first, but for those that open searches and fronts need. */
  artifactBytes: z.int().min(1_000_000).default(50_000_000_000),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export type CoordinatorConfig = z.infer<typeof coordinatorConfigSchema>;
