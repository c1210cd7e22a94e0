import type { JetStreamManager } from 'nats';
import { BadInputError } from '../../../common/bad_input';
import { connectBus, type Bus } from '../../../platform/nats/bus';
import { createLogger } from '../../../platform/logger';
import { requireJetStream } from '../../../platform/nats/jetstream';
import { ensureWorkQueue, type WorkQueueStream } from '../../../platform/nats/work_queue';
import { startNatsServer, type NatsServer } from '../../servers/nats_server';

const queue: WorkQueueStream = {
  stream: 'QUEUE',
  subjects: 'queue.>',
  largestBytes: 1_000_000,
  oldestMs: 60_000,
  onePerSubject: true,
};

describe('a work queue', () => {
  let server: NatsServer;
  let bus: Bus;
  let manager: JetStreamManager;

  beforeAll(async () => {
    server = await startNatsServer();
    bus = await connectBus(server.url, 'test', createLogger('test', 'silent'));
    manager = await requireJetStream(bus);
  });
  afterAll(async () => {
    await bus.close();
    await server.stop();
  });

  test('is made by whoever comes first, and holds one message a subject', async () => {
    await ensureWorkQueue(manager, queue);
    await ensureWorkQueue(manager, queue);
    const stream = bus.connection.jetstream();
    await stream.publish('queue.a', 'once');
    await expect(stream.publish('queue.a', 'twice')).rejects.toMatchObject({
      api_error: { description: 'maximum messages per subject exceeded' },
    });
    await stream.publish('queue.b', 'another');
    expect((await manager.streams.info('QUEUE')).state.messages).toBe(2);
  });

  test('takes new bounds', async () => {
    await ensureWorkQueue(manager, { ...queue, largestBytes: 2_000_000 });
    expect((await manager.streams.info('QUEUE')).config.max_bytes).toBe(2_000_000);
  });

  test('says when the broker has a stream of its name that is another', async () => {
    await manager.streams.add({ name: 'OTHER', subjects: ['other.>'] });
    await expect(
      ensureWorkQueue(manager, { ...queue, stream: 'OTHER', subjects: 'other.>' }),
    ).rejects.toThrow(BadInputError);
  });
});
