import { setTimeout as sleep } from 'node:timers/promises';
import { BadInputError } from '../../../common/bad_input';
import { systemClock } from '../../../platform/time/clock';
import { createLogger } from '../../../platform/logger';
import { connectBus, type Bus } from '../../../platform/nats/bus';
import {
  claimCoordination,
  type CoordinatorClaim,
} from '../../../coordinator/results/coordinator_claim';
import { startNatsServer, type NatsServer } from '../../servers/nats_server';

jest.setTimeout(40_000);

const logger = createLogger('test', 'silent');
let server: NatsServer;
const buses: Bus[] = [];
const claims: CoordinatorClaim[] = [];
const lost: Error[] = [];

beforeEach(async () => {
  server = await startNatsServer();
});
afterEach(async () => {
  for (const claim of claims.splice(0)) await claim.close();
  for (const bus of buses.splice(0)) await bus.close();
  lost.length = 0;
  await server.stop();
});

/** A coordinator as far as its claim goes; `die` ends it as a kill would. */
async function start(
  dataDir: string,
  processId = 1,
): Promise<{ readonly die: () => Promise<void>; readonly close: () => Promise<void> }> {
  const bus = await connectBus(server.url, 'coordinator', logger);
  buses.push(bus);
  const claim = await claimCoordination({
    bus,
    holder: { host: 'lab', dataDir, processId },
    onLost: (error) => lost.push(error),
    clock: systemClock,
    logger,
  });
  claims.push(claim);
  return { die: () => bus.connection.close(), close: () => claim.close() };
}

const holderOf = async (): Promise<unknown> =>
  (
    await (await buses[0]!.connection.jetstream().views.kv('FARM_COORDINATOR')).get('holder')
  )?.json();

describe('the claim of a coordinator on its broker', () => {
  it('keeps a second one out, which learns the name of the first', async () => {
    await start('/data/first', 17);
    const refused = await start('/data/second').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(BadInputError);
    expect((refused as Error).message).toBe(
      'nats: another coordinator uses this server: the one of /data/first on lab (process 17); stop it, or give each a NATS server of its own',
    );
    expect(await holderOf()).toEqual({ host: 'lab', dataDir: '/data/first', processId: 17 });
  });

  it('goes to exactly one of several that start at once', async () => {
    const started = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map((name) => start(`/data/${name}`)),
    );
    expect(started.map(({ status }) => status).sort()).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
    ]);
  });

  it('is free at once when its holder ends in peace, and for the next process of the same folder whatever happened', async () => {
    const first = await start('/data/first', 1);
    await first.close();
    const second = await start('/data/second', 2);
    await second.die();
    await start('/data/second', 3);
    expect(lost).toEqual([]);
  });

  it('ends some seconds after a holder that was killed', async () => {
    const first = await start('/data/first');
    await first.die();
    await start('/data/second');
    expect(lost).toEqual([]);
  });

  it('is renewed over a restart of the broker, and when somebody deletes it', async () => {
    await start('/data/first');
    await server.restart();
    await until(async () => (await holderOf()) !== undefined);
    await (await buses[0]!.connection.jetstreamManager()).streams.delete('KV_FARM_COORDINATOR');
    await until(async () => (await holderOf()) !== undefined);
    expect(lost).toEqual([]);
  });

  it('is lost to another that took it while its holder could not be heard', async () => {
    await start('/data/first');
    const store = await buses[0]!.connection.jetstream().views.kv('FARM_COORDINATOR');
    await store.put(
      'holder',
      JSON.stringify({ host: 'far', dataDir: '/data/other', processId: 9 }),
    );
    await until(() => Promise.resolve(lost.length > 0));
    expect(lost.map(({ message }) => message)).toEqual([
      expect.stringContaining('the one of /data/other on far (process 9)'),
    ]);
  });
});

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (await isTrue().catch(() => false)) return;
    await sleep(50);
  }
  throw new Error('it did not come true');
}
