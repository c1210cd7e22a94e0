import { encodeTelemetry } from '../../proto/codec/telemetry';
import { telemetrySubject } from '../../proto/subjects';
import { CoordinatorLab, metric } from './coordinator_lab';
import { fleet } from './fleet_client';
import { describeError, insecure } from './grpc_fixture';
import { sampleMeasurement, samplePhone, samplePhones, sampleTarget } from './sample_fleet';
import { attachAgent } from './scripted_agent';
import type { AgentList__Output } from '../../proto/generated/farm/v1/AgentList';
import type { Search__Output } from '../../proto/generated/farm/v1/Search';
import { loadFarmServices } from '../../proto/service';

const services = loadFarmServices();

describe('the fleet of a running coordinator', () => {
  let lab: CoordinatorLab;
  beforeEach(async () => {
    lab = await CoordinatorLab.open();
  });
  afterEach(() => lab.close());

  it('is ready only when it can work, and shows its devices', async () => {
    const coordinator = await lab.start();
    const ready = await fetch(`http://127.0.0.1:${String(coordinator.httpPort)}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([200, 'ready\n']);
    const agent = attachAgent(coordinator.address, 'shelf');
    agent.hello(samplePhones(3));
    await agent.next('welcome');
    while ((await metric(coordinator, 'farm_agents{state="attached"}')) === undefined);
    expect(await metric(coordinator, 'farm_devices{pool="sm8550",state="idle"}')).toBe(
      'farm_devices{pool="sm8550",state="idle"} 3',
    );
    expect(await metric(coordinator, 'farm_nats_connected')).toBe('farm_nats_connected 1');
    agent.die();
  });

  it('shows what agents tell over NATS about their devices', async () => {
    const coordinator = await lab.start();
    const agent = attachAgent(coordinator.address, 'shelf');
    agent.hello([samplePhone('phone')]);
    await agent.next('welcome');
    const state = sampleMeasurement('phone').conditions.before;
    const telemetry = encodeTelemetry({
      agentId: 'shelf',
      deviceSerial: 'phone',
      state: { ...state, batteryPercent: 77 },
      activity: 'idle',
      atMs: 1,
    });
    // A message that comes before the subscription is lost, as telemetry may be.
    while ((await metric(coordinator, 'farm_device_battery_percent')) === undefined)
      lab.publisher.publish(telemetrySubject('shelf', 'phone'), telemetry);
    expect(await metric(coordinator, 'farm_device_battery_percent')).toBe(
      'farm_device_battery_percent{serial="phone",pool="sm8550"} 77',
    );
    agent.die();
  });

  it('keeps a device drained over a restart', async () => {
    const first = await lab.start();
    const agent = attachAgent(first.address, 'shelf');
    agent.hello([samplePhone('phone')]);
    await agent.next('welcome');
    await fleet(first.address).drain('phone');
    await first.stop();
    const second = await lab.start();
    const again = attachAgent(second.address, 'shelf');
    again.hello([samplePhone('phone')]);
    await again.next('welcome');
    expect(await fleet(second.address).states()).toEqual([['phone', 'drained']]);
    await fleet(second.address).resume('phone');
    expect(await fleet(second.address).states()).toEqual([['phone', 'idle']]);
    expect(await fleet(second.address).remove('phone').catch(describeError)).toMatch(
      /^FAILED_PRECONDITION: device phone is attached/,
    );
    expect(await fleet(second.address).drain('stranger').catch(describeError)).toMatch(
      /^NOT_FOUND: device "stranger"/,
    );
    again.die();
  });

  it('tells all who ask the same of a device whose agent was killed, and searches at once', async () => {
    const coordinator = await lab.start();
    const agent = attachAgent(coordinator.address, 'shelf');
    agent.hello([samplePhone('phone')]);
    await agent.next('welcome');
    const searches = new services.SearchService(coordinator.address, insecure());
    const farm = new services.FleetService(coordinator.address, insecure());
    const spec = `name: sample\nspace: nasbench201\ntargets: [${sampleTarget}]\nbudget: { measurements: 10 }\n`;
    const { searchId } = await new Promise<Search__Output>((resolve, reject) =>
      searches.create({ specYaml: spec }, (error, value) =>
        value === undefined ? reject(error ?? new Error('no answer')) : resolve(value),
      ),
    );
    await new Promise((resolve) => searches.pause({ searchId }, resolve));
    const readings = async (): Promise<unknown> => {
      const search = await new Promise<Search__Output | undefined>((resolve) =>
        searches.get({ searchId }, (_, value) => resolve(value)),
      );
      const agents = await new Promise<AgentList__Output | undefined>((resolve) =>
        farm.listAgents({}, (_, value) => resolve(value)),
      );
      return {
        search: search?.targets[0]?.devices,
        agents: agents?.agents.map(({ state, deviceCount }) => [state, deviceCount]),
        states: (await fleet(coordinator.address).states()).map(([, state]) => state),
        idle: await metric(coordinator, 'farm_devices{pool="sm8550",state="idle"}'),
        attached: await metric(coordinator, 'farm_agents{state="attached"}'),
      };
    };
    while ((await metric(coordinator, 'farm_agents{state="attached"}')) === undefined);
    expect(await readings()).toMatchObject({ search: 1, agents: [['ATTACHED', 1]] });
    agent.die();
    while ((await metric(coordinator, 'farm_agents{state="attached"}')) !== undefined);
    expect(await readings()).toEqual({
      search: 0,
      agents: [['DETACHED', 0]],
      states: ['absent'],
      idle: undefined,
      attached: undefined,
    });
    searches.close();
    farm.close();
  });
});
