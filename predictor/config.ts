import os from 'node:os';
import { z } from 'zod';
import {
  hostPortField,
  listenField,
  logLevelField,
  natsServerField,
  programDataDirField,
} from '../platform/config/fields';

const mostProcesses = 256;

/** The predictor's YAML. Everything has a default, so that an empty file is a working worker on one machine. */
export const predictorConfigSchema = z.strictObject({
  worker: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
      'expected letters, digits, dot, dash or underscore, at most 63',
    )
    .default(
      () =>
        `${os
          .hostname()
          .replaceAll(/[^A-Za-z0-9._-]/g, '-')
          .slice(0, 50)}-predictor`,
    ),
  coordinator: hostPortField.default('127.0.0.1:7600'),
  nats: natsServerField,
  dataDir: programDataDirField('predictor'),
  /** Tasks at once; one core is left to everything else. */
  processes: z
    .number()
    .int()
    .min(1)
    .max(mostProcesses)
    .default(() => Math.max(1, os.availableParallelism() - 1)),
  /** Of each process. */
  threads: z.number().int().min(1).max(mostProcesses).default(1),
  engine: z.enum(['auto', 'native', 'wasm']).default('auto'),
  /** TensorFlow.js grows natively over thousands of steps; above this a process saves its task and is replaced. */
  memoryCeilingMb: z.number().int().min(256).default(3_072),
  featureCacheBytes: z.number().int().min(0).default(8_000_000_000),
  cacheBytes: z.number().int().min(1_000_000).default(4_000_000_000),
  logLevel: logLevelField,
  http: listenField(7603),
});

export type PredictorConfig = z.infer<typeof predictorConfigSchema>;
