import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { connect, type NatsConnection } from 'nats';
import type { FarmClient } from '../../cli/link/farm_client';
import { systemClock } from '../../common/clock';
import { startFarm, type FarmUnderTest } from './farm_under_test';
import { number, section } from './report';

/** Time for what an input set going to show in the loop, beyond its answer. */
const settleMs = 1_000;
/** Each input as often, since a loop can be unlucky or lucky. */
const repetitions = 3;

interface HostileInput {
  readonly name: string;
  readonly bytes: number;
  readonly send: (under: Surroundings) => Promise<unknown>;
}

interface Surroundings {
  readonly farm: FarmClient;
  readonly broker: NatsConnection;
}

const lines = (count: number, line: (index: number) => string): string => Array.from({ length: count }, (_, index) => line(index)).join('\n');
const target = 'host/onnxruntime/cpu/int8';
const fine = (more: string): string => `name: bench\nspace: nasbench201\ntargets: [${target}]\nbudget: { measurements: 1 }\n${more}`;

function specification(name: string, text: string): HostileInput {
  return { name: `specification: ${name}`, bytes: text.length, send: ({ farm }) => farm.createSearch(text, 'bench.yaml') };
}

function model(name: string, bytes: Buffer): HostileInput {
  return { name: `model: ${name}`, bytes: bytes.length, send: ({ farm }) => farm.uploadBytes(bytes, 'onnx') };
}

function results(name: string, count: number, bytes: Buffer): HostileInput {
  const send = async ({ broker }: Surroundings): Promise<void> => {
    for (let index = 0; index < count; index += 1) broker.publish('farm.v1.result.stranger.phone', bytes);
    await broker.flush();
  };
  return { name: `results: ${name}`, bytes: count * bytes.length, send };
}

function hostileInputs(): readonly HostileInput[] {
  const laughs = lines(9, (level) => `l${level}: &l${level} [${Array(9).fill(level === 0 ? 'lol' : `*l${level - 1}`).join(', ')}]`);
  return [
    { name: 'nothing', bytes: 0, send: () => Promise.resolve() },
    specification('5,000 opening brackets', '['.repeat(5_000)),
    specification('100,000 opening brackets', '['.repeat(100_000)),
    specification('250 kB of keys', lines(36_000, (index) => `k${index}: 1`)),
    specification('as many keys as are read', lines(14_000, (index) => `k${index}: 1`)),
    specification('a billion laughs', laughs),
    specification('an error for each of 250,000 commas', `[${','.repeat(250_000)}]`),
    specification('1 MiB in one value', fine(`# ${'x'.repeat(1_000_000)}`)),
    specification('30 MB', 'x'.repeat(30_000_000)),
    specification('an accuracy that no cell has', fine('constraints: { accuracyPercentMin: 99.9 }')),
    specification('a target that nobody offers', fine('').replace('host/', 'nowhere/')),
    model('64 MB by chance', randomBytes(64_000_000)),
    model('64 MB of nested fields', Buffer.alloc(64_000_000, Buffer.from([0x3a, 0x7f]))),
    results('7 MB of brackets', 1, Buffer.alloc(7_000_000, '[')),
    results('7 MB of numbers', 1, Buffer.from(`[${'1,'.repeat(3_499_000)}1]`)),
    results('10,000 that are no JSON', 10_000, Buffer.from('{"v":1,')),
  ];
}

/** What a stranger sends to a coordinator that has a phone to look after, and for how long its event loop then stands still. */
export async function benchEventLoop(): Promise<void> {
  const under = await startFarm({ phones: 1, timeScale: 1, latencyMs: 5 });
  const broker = await connect({ servers: `127.0.0.1:${String(under.ports.nats)}` });
  const rows = [];
  try {
    for (const input of hostileInputs()) {
      const stoodMs: number[] = [];
      const answeredMs: number[] = [];
      for (let repetition = 0; repetition < repetitions; repetition += 1) {
        await longestStandMs(under);
        const startedMs = performance.now();
        await input.send({ farm: under.farm, broker }).catch(() => undefined);
        answeredMs.push(performance.now() - startedMs);
        await systemClock.sleep(settleMs);
        stoodMs.push(await longestStandMs(under));
      }
      rows.push([input.name, number(input.bytes), number(Math.max(...answeredMs)), number(Math.max(...stoodMs), 1)]);
    }
  } finally {
    await broker.close();
    await under.stop();
  }
  section(`The coordinator's event loop under what strangers send: the longest of ${repetitions} tries each`, ['INPUT', 'BYTES', 'ANSWERED MS', 'LOOP STOOD MS'], rows);
}

/** Since it was asked last: the coordinator's own histogram (perf_hooks.monitorEventLoopDelay, 10 ms apart), which a look resets. */
async function longestStandMs({ ports }: Pick<FarmUnderTest, 'ports'>): Promise<number> {
  const page = await (await fetch(`http://127.0.0.1:${String(ports.http)}/metrics`)).text();
  return Number(/^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(page)?.[1]) * 1_000;
}
