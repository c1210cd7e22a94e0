import { ownValue } from '../../common/own_value';
import { connectFarm, type FarmClient } from '../../cli/link/farm_client';
import { auditLedger } from './ledger_audit';
import { farmUp, type FarmUp } from './farm_up';
import { eventually, isAlive, processesNaming } from './processes';
import { writeSearchFile } from './search_file';

jest.setTimeout(120_000);

const targets = [
  'host/onnxruntime/cpu/int8',
  'sm8550/onnxruntime/npu/int8',
  'sm8650/onnxruntime/cpu/int8',
];
/** More than can be measured here: it is surely running whenever something is killed. */
const endlessMeasurements = 5_000;
const fewMeasurements = 25;
/** A dead agent's leases expire after 15 s; a coordinator that was restarted waits as long for agents that do not come. */
const recoveryDeadlineMs = 45_000;

interface Search {
  readonly searchId: string;
  readonly state: string;
  readonly targets: readonly { readonly target: string; readonly measured: number }[];
}

const faultless = { openJobs: 0, disagreeing: 0, measuredTwice: 0, measurementsWithoutAttempt: 0 };

interface Killed {
  readonly part: string;
  /** Of its command line. */
  readonly words: string;
  /** The targets that cannot get on without it. */
  readonly served: readonly string[];
}

describe('a search under farm up', () => {
  let farm: FarmUp;
  let searchId: string;
  const create = async (measurements: number, fresh = false): Promise<string> =>
    (
      (await farm.json(
        'search',
        'create',
        writeSearchFile(farm.folder, targets, measurements, { fresh }),
      )) as Search
    ).searchId;
  // What is asked many times a second is asked without a process for each.
  let client: FarmClient;
  const search = (): Promise<Search> => client.getSearch(searchId);
  const measured = async (served: readonly string[] = targets): Promise<number[]> =>
    (await search()).targets
      .filter(({ target }) => served.includes(target))
      .map((each) => each.measured);

  /** Every one of the targets has measurements that it did not have. */
  async function getsOn(served: readonly string[], before: readonly number[]): Promise<void> {
    await eventually(`${served.join()} get on`, recoveryDeadlineMs, async () => {
      // While the coordinator is away there is no answer.
      const counts = await measured(served).catch(() => []);
      return counts.length > 0 && counts.every((count, index) => count > (before[index] ?? 0));
    });
  }

  beforeAll(async () => {
    farm = await farmUp(2);
    client = connectFarm(`127.0.0.1:${farm.ports.grpc}`);
    searchId = await create(endlessMeasurements);
    await getsOn(targets, []);
  });
  afterAll(async () => {
    client.close();
    await farm.remove();
  });

  test.each<Killed>([
    { part: 'the coordinator', words: 'main.js coordinator', served: targets },
    { part: 'the agent of this machine', words: 'local-agent.yaml', served: targets.slice(0, 1) },
    {
      part: 'the agent of the phones',
      words: 'virtual-agent.yaml --virtual',
      served: targets.slice(1),
    },
    { part: "the phones' own process", words: 'phones/main.js', served: targets.slice(1) },
    { part: 'the adb server', words: 'adb -P', served: targets.slice(1) },
    { part: 'the broker', words: 'nats-server -c', served: targets },
  ])('goes on when kill -9 ends $part', async ({ words, served }) => {
    // What was under way when its parent was killed may be delivered before the parent has started it anew.
    await eventually(`${words} runs`, recoveryDeadlineMs, () =>
      farm.processes().some(({ command }) => command.includes(words)),
    );
    const before = await measured(served);
    const victim = farm.pid(words);
    process.kill(victim, 'SIGKILL');
    await eventually(
      'it runs again',
      recoveryDeadlineMs,
      () => !isAlive(victim) && farm.processes().some(({ command }) => command.includes(words)),
    );
    await getsOn(served, before);
  });

  test('that is stopped then has measured nothing twice and lost nothing', async () => {
    expect((await farm.run('search', 'stop', searchId)).status).toBe(0);
    expect(await farm.signal('SIGINT')).toBe(0);
    const audit = await auditLedger(farm.dataDir, searchId);
    expect(audit).toMatchObject({ ...faultless, searchState: 'stopped' });
    await farm.start();
    expect(await measured()).toEqual(
      targets.map((target) => ownValue(audit.measuredByTarget, target)),
    );
  });

  test('measures its exact budget although the coordinator and then farm up itself are killed, which leaves no process behind', async () => {
    searchId = await create(fewMeasurements, true);
    await getsOn(targets, []);
    process.kill(farm.pid('main.js coordinator'), 'SIGKILL');
    await getsOn(targets, [1, 1, 1]);
    const everything = farm.processes();
    await farm.signal('SIGKILL');
    await eventually('all parts end', 20_000, () => everything.every(({ pid }) => !isAlive(pid)));
    expect(processesNaming(farm.dataDir)).toEqual([]);
    await farm.start();
    await eventually('the search ends', 60_000, async () => (await search()).state === 'finished');
    expect(await farm.signal('SIGINT')).toBe(0);
    expect(await auditLedger(farm.dataDir, searchId)).toEqual({
      ...faultless,
      searchState: 'finished',
      measuredByTarget: Object.fromEntries(targets.map((target) => [target, fewMeasurements])),
    });
  });
});
