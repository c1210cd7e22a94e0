import { decodeResult } from '../../../proto/codec/result';
import { BadInputError } from '../../../common/bad_input';
import { createLogger } from '../../../platform/logger';
import { systemClock } from '../../../platform/time/clock';
import { connectBus } from '../../../platform/nats/bus';
import { createResultConsumer } from '../../../coordinator/results/result_consumer';
import { resultConsumer, resultStream } from '../../../proto/subjects';
import { startNatsServer } from '../../servers/nats_server';

const logger = createLogger('test', 'silent');

it('a server without JetStream is a clear line for the user', async () => {
  const plain = await startNatsServer({ jetStream: false });
  const plainBus = await connectBus(plain.url, 'coordinator', logger);
  const consumer = createResultConsumer({
    bus: plainBus,
    decodeLarge: (bytes) => Promise.resolve(decodeResult(bytes)),
    handle: () => Promise.resolve(),
    onFailure: () => undefined,
    clock: systemClock,
    logger,
  });
  const refused = await consumer.start().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(BadInputError);
  expect((refused as Error).message).toMatch(/has no JetStream .*start it with --jetstream$/);
  await consumer.close();
  await plainBus.close();
  await plain.stop();
});

it('a stream of this name that results could be lost with is refused, and left as it is', async () => {
  const server = await startNatsServer();
  const bus = await connectBus(server.url, 'coordinator', logger);
  const manager = await bus.connection.jetstreamManager();
  await manager.streams.add({ name: resultStream, subjects: ['something.else'] });
  const consumer = createResultConsumer({
    bus,
    decodeLarge: (bytes) => Promise.resolve(decodeResult(bytes)),
    handle: () => Promise.resolve(),
    onFailure: () => undefined,
    clock: systemClock,
    logger,
  });
  await expect(consumer.start()).rejects.toThrow(BadInputError);
  await expect(manager.consumers.info(resultStream, resultConsumer)).rejects.toThrow(
    'consumer not found',
  );
  expect((await manager.streams.info(resultStream)).config.subjects).toEqual(['something.else']);
  await consumer.close();
  await bus.close();
  await server.stop();
});
