import { farmFault } from '../../common/fault';
import type { Lease } from '../../common/job';
import { loadFarmServices } from '../../proto/service';
import type { TargetList__Output } from '../../proto/generated/farm/v1/TargetList';
import { eventually } from '../e2e/processes';
import { CoordinatorLab, metric } from './coordinator_lab';
import { fleet } from './fleet_client';
import { insecure } from './grpc_fixture';
import { failedResult, measuredResult, sampleFloatTarget, samplePhone } from './sample_fleet';
import { attachAgent } from './scripted_agent';

jest.setTimeout(60_000);

/** The fault is on its way through the broker. */
const quarantineDeadlineMs = 10_000;
const services = loadFarmServices();
const words = "dlopen failed: library 'libQnnHtp.so' not found";

const targetsOf = (address: string): Promise<TargetList__Output['targets']> =>
  new Promise((resolve, reject) => {
    const client = new services.FleetService(address, insecure());
    client.listTargets({}, (error, list) => {
      client.close();
      if (list === undefined) reject(error ?? new Error('no answer'));
      else resolve(list.targets);
    });
  });

describe('tools that fail for two models on one phone', () => {
  let lab: CoordinatorLab;
  beforeEach(async () => {
    lab = await CoordinatorLab.open();
  });
  afterEach(() => lab.close());

  it('take the target from the phone, say so everywhere, and come back with the operator’s word', async () => {
    const coordinator = await lab.start();
    const { address } = coordinator;
    const agent = attachAgent(address, 'shelf');
    agent.hello([samplePhone('phone')]);
    await agent.next('welcome');
    const fail = (lease: Lease): Promise<unknown> =>
      lab.publish(failedResult(lease, 'shelf', farmFault('tool-missing', words)));
    const heartbeats = setInterval(
      () => agent.say({ kind: 'heartbeat', heldLeases: [] }),
      1_000,
    ).unref();
    const first = lab.bench(address, await lab.upload(address, 1));
    await fail((await agent.next('run-job')).lease);
    first.cancel();
    await first.ended;
    const second = lab.bench(address, await lab.upload(address, 2));
    // After a rest: the tool that ended at once is not tried again at once.
    await fail((await agent.next('run-job')).lease);
    await eventually('the target is quarantined', quarantineDeadlineMs, async () =>
      (await fleet(address).troubles()).some((trouble) => trouble.includes('quarantined')),
    );
    // Two models, one phone: the next job is told what it waits for.
    const third = lab.bench(address, await lab.upload(address, 3));
    while (third.updates.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(third.updates[0]?.detail).toMatch(
      /^waits until 20.*: its tools failed on phone \(tool-missing: dlopen failed: library 'libQnnHtp\.so' not found\); mend them, then: farm devices resume phone$/,
    );
    const troubles = await fleet(address).troubles();
    expect(troubles).toEqual([
      ['phone', 'idle', sampleFloatTarget, 'quarantined', expect.stringContaining(words)],
    ]);
    expect(await targetsOf(address)).toMatchObject([
      { target: sampleFloatTarget, devicesUnavailable: 1, devicesQuarantined: 1, jobsQueued: 2 },
      { devicesIdle: 1, devicesQuarantined: 0 },
    ]);
    const series = `farm_device_target_quarantined{serial="phone",target="${sampleFloatTarget}"}`;
    expect(await metric(coordinator, series)).toBe(`${series} 1`);
    await fleet(address).resume('phone');
    for (const bench of [second, third]) {
      const { lease, job } = await agent.next('run-job');
      await lab.publish(measuredResult(lease, 'shelf', job.artifact.digest));
      expect(await bench.ended).toBe('OK');
    }
    expect(await fleet(address).troubles()).toEqual([]);
    clearInterval(heartbeats);
    agent.die();
  });

  it('do not make two clients measure the same bytes twice', async () => {
    const { address } = await lab.start();
    const agent = attachAgent(address, 'shelf');
    agent.hello([samplePhone('phone'), samplePhone('another')]);
    await agent.next('welcome');
    const artifact = await lab.upload(address);
    const first = lab.bench(address, artifact);
    const { lease } = await agent.next('run-job');
    const second = lab.bench(address, artifact);
    while (second.updates.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await lab.publish(measuredResult(lease, 'shelf', artifact.digest));
    expect([await first.ended, await second.ended]).toEqual(['OK', 'OK']);
    expect(second.updates.at(-1)).toMatchObject({
      state: 'measured',
      deviceSerial: lease.deviceSerial,
      detail: `the same model was being measured as job ${lease.jobId}`,
    });
    expect(second.updates.at(-1)?.resultJson).toBe(first.updates.at(-1)?.resultJson);
    expect(agent.received.filter(({ kind }) => kind === 'run-job')).toHaveLength(1);
    agent.die();
  });
});
