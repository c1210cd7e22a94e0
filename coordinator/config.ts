import { z } from 'zod';
import {
  listenField,
  logLevelField,
  natsServerField,
  programDataDirField,
} from '../platform/config/fields';

/** The coordinator's YAML. Everything has a default, so that an empty file is a working coordinator on one machine. */
export const coordinatorConfigSchema = z.strictObject({
  /** Ledger and artifacts: all that the coordinator must not lose. */
  dataDir: programDataDirField('coordinator'),
  grpc: listenField(7600),
  /** `/metrics`, `/healthz`, `/readyz`. */
  http: listenField(7601),
  nats: natsServerField,
  /** Models beyond this are dropped, least recently used first, but for those that open searches and fronts need. */
  artifactBytes: z.int().min(1_000_000).default(50_000_000_000),
  logLevel: logLevelField,
});

export type CoordinatorConfig = z.infer<typeof coordinatorConfigSchema>;
