import { createLogger } from '../../../platform/logger';
import { connectBus, type Bus } from '../../../platform/nats/bus';
import { jetStreamCode, jetStreamCodeOf, requireJetStream } from '../../../platform/nats/jetstream';
import { startNatsServer, type NatsServer } from '../../servers/nats_server';

const logger = createLogger('test', 'silent');
const servers: NatsServer[] = [];
const buses: Bus[] = [];
afterEach(async () => {
  for (const bus of buses.splice(0)) await bus.close();
  for (const server of servers.splice(0)) await server.stop();
});

async function connect(jetStream: boolean): Promise<Bus> {
  const server = await startNatsServer({ jetStream });
  servers.push(server);
  const bus = await connectBus(server.url, 'test', logger);
  buses.push(bus);
  return bus;
}

async function codeOf(work: Promise<unknown>): Promise<number | undefined> {
  return work.then(
    () => undefined,
    (error: unknown) => jetStreamCodeOf(error),
  );
}

it('the codes are what a server answers', async () => {
  const bus = await connect(true);
  const manager = await requireJetStream(bus);
  expect(await codeOf(manager.streams.info('NONE'))).toBe(jetStreamCode.streamNotFound);
  await manager.streams.add({ name: 'SOME', subjects: ['some'] });
  expect(await codeOf(manager.consumers.info('SOME', 'none'))).toBe(jetStreamCode.consumerNotFound);
  const store = await bus.connection.jetstream().views.kv('bucket');
  await store.put('key', 'first', { previousSeq: 0 });
  expect(await codeOf(store.put('key', 'second', { previousSeq: 7 }))).toBe(
    jetStreamCode.wrongLastSequence,
  );
});

it('what is no error of JetStream has no code', async () => {
  const bus = await connect(true);
  await bus.close();
  expect(await codeOf(bus.connection.jetstreamManager())).toBeUndefined();
  expect(jetStreamCodeOf('a text')).toBeUndefined();
});

it('a server without JetStream is a clear line for the user', async () => {
  const bus = await connect(false);
  await expect(requireJetStream(bus)).rejects.toThrow(
    /^the NATS server at 127\.0\.0\.1:\d+ has no JetStream \(.+\); start it with --jetstream$/,
  );
});

it('a connection that is closed is no server without JetStream', async () => {
  const bus = await connect(true);
  await bus.close();
  await expect(requireJetStream(bus)).rejects.toThrow('CONNECTION_CLOSED');
});
