import { Client, credentials } from '@grpc/grpc-js';
import { randomBytes } from 'node:crypto';
import type { NatsConnection } from 'nats';
import type { FarmClient } from '../../cli/link/farm_client';
import { formatYaml } from '../../platform/config/yaml';
import { loadSpace } from '../../model/space/load_space';
import { encodeResult } from '../../proto/codec/result';
import { resultSubject } from '../../proto/subjects';
import { aMeasurement, aResult } from '../contract/ledger/ledger_samples';

/** Something that a stranger sends to a coordinator. */
interface HostileInput {
  readonly name: string;
  readonly bytes: number;
  readonly send: (under: Surroundings) => Promise<unknown>;
}

interface Surroundings {
  readonly farm: FarmClient;
  readonly broker: NatsConnection;
  readonly grpcAddress: string;
  /** A target that the farm has. */
  readonly target: string;
}

export function hostileInputs(target: string): readonly HostileInput[] {
  return [
    { name: 'nothing', bytes: 0, send: () => Promise.resolve() },
    ...specifications(target),
    ...models(),
    ...results(),
    ...messages(),
  ];
}

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

function specifications(target: string): readonly HostileInput[] {
  const fine = (more: string): string =>
    `name: bench\nspace: nasbench201\ntargets: [${target}]\nbudget: { measurements: 1 }\n${more}`;
  const laughs = lines(
    9,
    (level) =>
      `l${level}: &l${level} [${Array(9)
        .fill(level === 0 ? 'lol' : `*l${level - 1}`)
        .join(', ')}]`,
  );
  return [
    specification('5,000 opening brackets', '['.repeat(5_000)),
    specification('100,000 opening brackets', '['.repeat(100_000)),
    specification(
      '250 kB of keys',
      lines(36_000, (index) => `k${index}: 1`),
    ),
    specification(
      'as many keys as are read',
      lines(14_000, (index) => `k${index}: 1`),
    ),
    specification('a billion laughs', laughs),
    specification('an error for each of 250,000 commas', `[${','.repeat(250_000)}]`),
    specification('1 MiB in one value', fine(`# ${'x'.repeat(1_000_000)}`)),
    specification('30 MB', 'x'.repeat(30_000_000)),
    specification(
      'an accuracy that no cell has',
      fine('constraints: { accuracyPercentMin: 99.9 }'),
    ),
    specification(
      'a target that nobody offers',
      fine('').replace(target, 'nowhere/onnxruntime/cpu/int8'),
    ),
    ...['surrogate', 'nsga2-async', 'random'].map((strategy) =>
      specification(`a search of donna-full within limits, ${strategy}`, blocks(target, strategy)),
    ),
  ];
}

function specification(name: string, text: string): HostileInput {
  const send = async ({ farm }: Surroundings): Promise<void> => {
    const { searchId } = await farm.createSearch(text, 'bench.yaml');
    await farm.stopSearch(searchId);
  };
  return { name: `specification: ${name}`, bytes: text.length, send };
}

/** The largest space that comes with the program, cut to an accuracy and to a size. */
function blocks(target: string, kind: string): string {
  const positions = loadSpace('donna-full').positions.map(({ name, values }, index) => [
    name,
    Object.fromEntries(values.map((value, choice) => [String(value), -choice / (index + 1)])),
  ]);
  return formatYaml({
    name: 'bench',
    space: 'donna-full',
    targets: [target],
    budget: { measurements: 1 },
    strategy: { kind },
    accuracy: { kind: 'additive', base: 76, options: Object.fromEntries(positions) as object },
    constraints: { accuracyPercentMin: 72, macsMax: 600_000_000 },
  });
}

function models(): readonly HostileInput[] {
  const model = (name: string, bytes: Buffer): HostileInput => ({
    name: `model: ${name}`,
    bytes: bytes.length,
    send: ({ farm }) => farm.uploadBytes(bytes, 'onnx'),
  });
  return [
    model('64 MB by chance', randomBytes(64_000_000)),
    model('64 MB of nested fields', Buffer.alloc(64_000_000, Buffer.from([0x3a, 0x7f]))),
  ];
}

function results(): readonly HostileInput[] {
  const sessions = Array.from({ length: 100 }, () => ({
    timings: { kind: 'samples' as const, samplesMs: Array<number>(10_000).fill(7.25) },
    initMs: null,
    peakMemoryBytes: null,
  }));
  const forged = aResult('nobody', 1, {
    kind: 'measured',
    measurement: { ...aMeasurement(7), sessions },
  });
  const texts = `{"outcome":{"kind":"measured","measurement":{"sessions":[{"timings":{"kind":"samples","samplesMs":[${'"",'.repeat(21_000)}""]}}]}}}`;
  return [
    result('7 MB of brackets', 1, Buffer.alloc(7_000_000, '[')),
    result('7 MB of numbers', 1, Buffer.from(`[${'1,'.repeat(3_499_000)}1]`)),
    result('10,000 that are no JSON', 10_000, Buffer.from('{"v":1,')),
    result('200 with 21,000 wrong samples each', 200, Buffer.from(texts)),
    result(
      'the samples of the largest plan, of no job',
      1,
      Buffer.from(encodeResult(forged)),
      resultSubject(forged.agentId, forged.lease.deviceSerial),
    ),
  ];
}

function result(
  name: string,
  count: number,
  bytes: Buffer,
  subject = resultSubject('stranger', 'phone'),
): HostileInput {
  const send = async ({ broker }: Surroundings): Promise<void> => {
    for (let index = 0; index < count; index += 1) broker.publish(subject, bytes);
    await broker.flush();
  };
  return { name: `results: ${name}`, bytes: count * bytes.length, send };
}

/** Protobuf fields that hold nothing, of which two bytes make an object, or a text, each. */
const emptyFields = (field: number, bytes: number): Buffer =>
  Buffer.alloc(bytes, Buffer.from([(field << 3) | 2, 0]));
/** Just below the limit on messages. */
const messageBytes = 4_000_000;

function messages(): readonly HostileInput[] {
  const devices = emptyFields(3, messageBytes);
  const length = [
    0x80 | (messageBytes & 0x7f),
    0x80 | ((messageBytes >> 7) & 0x7f),
    0x80 | ((messageBytes >> 14) & 0x7f),
    messageBytes >> 21,
  ];
  return [
    message(
      'a hello with 2,000,000 devices',
      '/farm.v1.AgentService/Attach',
      Buffer.concat([Buffer.from([0x0a, ...length]), devices]),
    ),
    message('2,000,000 proposals', '/farm.v1.SearchService/Propose', emptyFields(3, messageBytes)),
    message(
      '2,000,000 targets of a benchmark',
      '/farm.v1.BenchmarkService/Run',
      emptyFields(2, messageBytes),
    ),
  ];
}

function message(name: string, method: string, bytes: Buffer): HostileInput {
  const same = (buffer: Buffer): Buffer => buffer;
  const send = ({ grpcAddress }: Surroundings): Promise<void> => {
    const client = new Client(grpcAddress, credentials.createInsecure());
    return new Promise<void>((resolve) =>
      client.makeUnaryRequest(method, same, same, bytes, () => resolve()),
    ).finally(() => client.close());
  };
  return { name: `message: ${name}`, bytes: bytes.length, send };
}
