import os from 'node:os';
import { z } from 'zod';
import {
  hostPortField,
  listenField,
  logLevelField,
  natsServerField,
  programDataDirField,
} from '../../../platform/config/fields';
import { parseYaml } from '../../../platform/config/yaml';

const schema = z.strictObject({
  dataDir: programDataDirField('some-program'),
  http: listenField(7_777),
  nats: natsServerField,
  partner: hostPortField.default('127.0.0.1:8888'),
  logLevel: logLevelField,
});
const read = (text: string): z.infer<typeof schema> => parseYaml(text, schema, 'some.yaml');

it('everything has a default, on this machine only', () => {
  expect(read('')).toEqual({
    dataDir: `${os.homedir()}/.local/share/pareto-farm/some-program`,
    http: { host: '127.0.0.1', port: 7_777 },
    nats: 'nats://127.0.0.1:4222',
    partner: '127.0.0.1:8888',
    logLevel: 'info',
  });
});

it('of an address, each half by itself', () => {
  expect(read('http: { port: 0 }').http).toEqual({ host: '127.0.0.1', port: 0 });
  expect(read('http: { host: "::1" }').http).toEqual({ host: '::1', port: 7_777 });
});

it("a leading ~ is the user's home", () => {
  expect(read('dataDir: ~/farm').dataDir).toBe(`${os.homedir()}/farm`);
});

it.each([
  ['http: { port: 65536 }', 'field http.port: '],
  ['http: { port: 1.5 }', 'field http.port: '],
  ['http: { host: "a b" }', 'field http.host: expected an address or the name of a host'],
  ['http: { hots: x }', 'field http: unknown field hots; the fields here are host, port'],
  ['partner: here', 'field partner: expected HOST:PORT, for example 127.0.0.1:7600'],
  ['partner: here:70000', 'field partner: expected HOST:PORT with a port from 1 to 65535'],
  ['nats: http://secret@host', 'field nats: expected nats://HOST:PORT'],
  ['logLevel: loud', 'field logLevel: '],
  ['dataDir: ""', 'field dataDir: expected the path of a folder'],
])('refuses %s', (text, message) => {
  expect(() => read(text)).toThrow(`some.yaml: ${message}`);
  expect(() => read(text)).not.toThrow('secret');
});
