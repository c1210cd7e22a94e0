import type { NatsConnection } from 'nats';
import { createLogger } from '../../../platform/logger';
import { connectBus, type Bus } from '../../../platform/nats/bus';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenToTelemetry } from '../../../coordinator/results/telemetry_listener';
import { encodeTelemetry } from '../../../proto/codec/telemetry';
import { telemetrySubject } from '../../../proto/subjects';
import { aMeasurement } from '../../contract/ledger/ledger_samples';
import { startNatsServer, type NatsServer } from '../../servers/nats_server';

const logger = createLogger('test', 'silent');
let server: NatsServer;
let bus: Bus;
let sender: NatsConnection;

beforeEach(async () => {
  server = await startNatsServer();
  bus = await connectBus(server.url, 'coordinator', logger);
  sender = (await connectBus(server.url, 'agent', logger)).connection;
});
afterEach(async () => {
  await bus.close();
  await sender.close();
  await server.stop();
});

it('the last telemetry of each device is at hand, and garbage does no harm', async () => {
  const listener = listenToTelemetry(bus, logger);
  await bus.connection.flush();
  const state = aMeasurement(1).conditions.before;
  const tell = (deviceSerial: string, atMs: number): void =>
    sender.publish(
      telemetrySubject('agent-1', deviceSerial),
      encodeTelemetry({ agentId: 'agent-1', deviceSerial, state, activity: 'measure', atMs }),
    );
  tell('p1', 1);
  sender.publish(telemetrySubject('agent-1', 'p1'), 'garbage');
  tell('p2', 2);
  tell('p1', 3);
  await until(() => listener.latest('p1')?.atMs === 3);
  expect(listener.latest('p2')?.atMs).toBe(2);
  expect(listener.latest('p3')).toBeUndefined();
});

it('remembers as many devices as it may, and forgets the one heard of longest ago', async () => {
  const listener = listenToTelemetry(bus, logger);
  await bus.connection.flush();
  const state = aMeasurement(1).conditions.before;
  const tell = (deviceSerial: string): void =>
    sender.publish(
      telemetrySubject('agent-1', deviceSerial),
      encodeTelemetry({ agentId: 'agent-1', deviceSerial, state, activity: 'idle', atMs: 1 }),
    );
  tell('again');
  tell('oldest');
  tell('again');
  for (let index = 0; index < 9_998; index += 1) tell(`p${String(index)}`);
  await until(() => listener.latest('p9997') !== undefined);
  expect(listener.latest('oldest')).toBeDefined();
  tell('one more');
  await until(() => listener.latest('one more') !== undefined);
  expect(listener.latest('oldest')).toBeUndefined();
  expect(listener.latest('again')).toBeDefined();
});

/** Bounded by the test's own time limit. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}
