import { connect } from 'nats';
import { startNatsServer } from './nats_server';

it('a server that was killed comes back on the same port with what it had stored', async () => {
  const server = await startNatsServer();
  try {
    const first = await connect({ servers: server.url });
    const manager = await first.jetstreamManager();
    await manager.streams.add({ name: 'KEPT', subjects: ['kept'] });
    await first.jetstream().publish('kept', 'x');
    await first.close();
    const before = server.pid();
    await server.restart();
    expect(server.pid()).not.toBe(before);
    const second = await connect({ servers: server.url });
    const kept = await (await second.jetstreamManager()).streams.info('KEPT');
    expect(kept.state.messages).toBe(1);
    await second.close();
  } finally {
    await server.stop();
  }
  expect(server.pid()).toBeUndefined();
});
