import os from 'node:os';
import { z } from 'zod';
import {
  hostField,
  hostPortField,
  listenField,
  logLevelField,
  natsServerField,
  portField,
  programDataDirField,
} from '../platform/config/fields';
import { shown } from '../common/one_line';
import { isPoolName, precisions, runtimes, units, type Offer } from '../common/target';
import { readinessLimitsSchema } from './benchmark/readiness';
import { toolPathsSchema } from './tools/tool_paths';

const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'expected letters, digits, dot, dash or underscore, at most 63',
  );

/** `<runtime>/<unit>/<precision>`: a target without its pool. */
const offer = z.string().transform((text, context): Offer => {
  const [runtime, unit, precision, ...rest] = text.split('/');
  const found = {
    runtime: runtimes.find((each) => each === runtime),
    unit: units.find((each) => each === unit),
    precision: precisions.find((each) => each === precision),
  };
  if (rest.length === 0 && found.runtime && found.unit && found.precision)
    return { runtime: found.runtime, unit: found.unit, precision: found.precision };
  context.addIssue({
    code: 'custom',
    message: `"${shown(text)}" is no runtime; expected <runtime>/<unit>/<precision>, for example tflite/npu/int8`,
  });
  return z.NEVER;
});

/** The agent's YAML. Everything has a default, so that an empty file is a working agent on one machine. */
export const agentConfigSchema = z.strictObject({
  agent: name.default(
    () =>
      `${os
        .hostname()
        .replaceAll(/[^A-Za-z0-9._-]/g, '-')
        .slice(0, 50)}-agent`,
  ),
  coordinator: hostPortField.default('127.0.0.1:7600'),
  nats: natsServerField,
  dataDir: programDataDirField('agent'),
  cacheBytes: z.number().int().min(1_000_000).default(20_000_000_000),
  logLevel: logLevelField,
  http: listenField(7602),
  adb: z
    .strictObject({
      enabled: z.boolean().default(true),
      host: hostField,
      port: portField(5037),
      binary: z.string().default('adb'),
      startServer: z.boolean().default(true),
    })
    .prefault({}),
  host: z
    .strictObject({
      enabled: z.boolean().default(true),
      cores: z.array(z.number().int().min(0).max(1023)).default([]),
    })
    .prefault({}),
  /** Pool names by the phone's serial; without one it is the SoC's. */
  pools: z
    .record(
      z.string(),
      z.string().refine(isPoolName, 'expected lower-case letters, digits, dot, dash or underscore'),
    )
    .default({}),
  exclude: z.array(z.string()).default([]),
  /** What a phone offers, by serial; without an entry, all that its tools allow. */
  runtimes: z.record(z.string(), z.array(offer)).default({}),
  tools: toolPathsSchema,
  readiness: readinessLimitsSchema,
});

export type AgentConfig = z.infer<typeof agentConfigSchema>;
