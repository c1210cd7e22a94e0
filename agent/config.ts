import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { dataDirField } from '../platform/files/data_dir';
import { natsField } from '../platform/nats/nats_field';
import { isHost, readHostPort } from '../platform/http/host_port';
import { shown } from '../common/one_line';
import { isPoolName, precisions, runtimes, units, type Offer } from '../common/target';
import { readinessLimitsSchema } from './benchmark/readiness';
import { toolPathsSchema } from './tools/tool_paths';

const host = z.string().refine(isHost, 'expected an address or the name of a host');
const port = z.number().int().min(0).max(65_535);
const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'expected letters, digits, dot, dash or underscore, at most 63',
  );

const hostPort = z.string().superRefine((text, context) => {
  const address = readHostPort(text);
  if (!address.ok) context.addIssue({ code: 'custom', message: address.error });
});

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
  coordinator: hostPort.default('127.0.0.1:7600'),
  nats: natsField.default('nats://127.0.0.1:4222'),
  dataDir: dataDirField.default(() => path.join(os.homedir(), '.local/share/pareto-farm/agent')),
  cacheBytes: z.number().int().min(1_000_000).default(20_000_000_000),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  http: z.strictObject({ host: host.default('127.0.0.1'), port: port.default(7602) }).prefault({}),
  adb: z
    .strictObject({
      enabled: z.boolean().default(true),
      host: host.default('127.0.0.1'),
      port: port.default(5037),
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
