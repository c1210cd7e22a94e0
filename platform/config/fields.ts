import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { dataDirField } from '../files/data_dir';
import { isHost, readHostPort } from '../http/host_port';
import { natsField } from '../nats/nats_field';

/** What the configurations of several programs have; each with the default of a program on one machine. */
export const hostField = z
  .string()
  .refine(isHost, 'expected an address or the name of a host')
  .default('127.0.0.1');

/** 0 = any free port. */
export function portField(defaultPort: number): z.ZodDefault<z.ZodInt> {
  return z.int().min(0).max(65_535).default(defaultPort);
}

/** An address to listen on. */
export function listenField(defaultPort: number) {
  return z.strictObject({ host: hostField, port: portField(defaultPort) }).prefault({});
}

/** Where another program listens. */
export const hostPortField = z.string().superRefine((text, context) => {
  const address = readHostPort(text);
  if (!address.ok) context.addIssue({ code: 'custom', message: address.error });
});

export const logLevelField = z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info');

export const natsServerField = natsField.default('nats://127.0.0.1:4222');

/** A program's own folder, in the user's folder for data unless told otherwise (https://specifications.freedesktop.org/basedir-spec/latest/). */
export function programDataDirField(program: string) {
  return dataDirField.default(() => path.join(os.homedir(), '.local/share/pareto-farm', program));
}
