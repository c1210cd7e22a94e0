import fc from 'fast-check';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseTarget } from '../../../../common/target';
import { agentSilenceMs } from '../../../../coordinator/schedule/state/limits';
import { FleetView } from '../../../../coordinator/views/fleet/fleet_view';
import { createFarm, defaultTarget, farmFailure, phone, type Farm } from '../../schedule/farm';
import { moves, play, startedFarm, targets } from '../../schedule/random_events';
import { expectedFleet } from './fleet_oracle';

const target = parseTarget(defaultTarget);

function viewOf(farm: Farm): FleetView {
  return new FleetView(() => farm.state);
}

function busyFarm(): Farm {
  const farm = createFarm();
  farm.attach('rack', [phone('p1'), phone('p2'), phone('p3')]);
  farm.attach('shelf', [phone('p4')]);
  for (const jobId of ['a', 'b']) farm.submit(jobId);
  farm.submit('nowhere', { target: 'sm8650/tflite/npu/int8' });
  farm.send({ kind: 'device-drained', deviceSerial: 'p3' });
  farm.send({ kind: 'agent-detached', agentId: 'shelf' });
  return farm;
}

describe('the fleet view', () => {
  it('counts devices and waiting jobs by target, targets without devices included', () => {
    const none = { idle: 0, busy: 0, unavailable: 0, quarantined: 0, queued: 0, virtual: 0 };
    expect(viewOf(busyFarm()).targets()).toEqual([
      { ...none, target: 'sm8550/tflite/cpu/int8', busy: 2, unavailable: 2, virtual: 4 },
      { ...none, target: 'sm8650/tflite/npu/int8', queued: 1 },
    ]);
  });

  it('gives the share of usable devices that is at work', () => {
    const farm = busyFarm();
    const view = viewOf(farm);
    expect(view.utilisation()).toBe(1);
    farm.finish('a');
    expect(view.utilisation()).toBe(0.5);
    expect(viewOf(createFarm()).utilisation()).toBe(0);
  });

  it('counts the devices at work for one owner or for all, by target', () => {
    const farm = busyFarm();
    const view = viewOf(farm);
    farm.finish('a');
    farm.submit('c', { owner: { ownerId: 'another' } });
    expect([...view.busyDevices('search')]).toEqual([[defaultTarget, 1]]);
    expect([...view.busyDevices('another')]).toEqual([[defaultTarget, 1]]);
    expect([...view.busyDevices()]).toEqual([[defaultTarget, 2]]);
    expect(view.leases()).toBe(2);
    expect(view.busyDevices('nobody').size).toBe(0);
  });

  it('shows agents with their state and the devices within their reach', () => {
    expect(viewOf(busyFarm()).agents()).toMatchObject([
      { agentId: 'rack', state: { kind: 'attached' }, devices: 3 },
      { agentId: 'shelf', state: { kind: 'detached' }, devices: 0 },
    ]);
  });

  it('shows devices with the time they were at work, the running lease included', () => {
    const farm = busyFarm();
    farm.live(5_000, ['rack']);
    farm.finish('a');
    farm.live(2_000, ['rack']);
    const view = viewOf(farm);
    const [first, second] = view.devices();
    expect(first).toMatchObject({
      agentId: 'rack',
      state: { kind: 'idle' },
      busyMs: 5_000,
      targets: ['sm8550/tflite/cpu/int8'],
    });
    expect(second).toMatchObject({ state: { kind: 'leased' }, busyMs: 7_000 });
    expect(view.device('p2')).toEqual(second);
    expect(view.device('stranger')).toBeUndefined();
  });

  it('tells why a device is out of reach, and since when, from the moment its agent goes', () => {
    const farm = createFarm();
    farm.attach('rack', [phone('p1')]);
    farm.nowMs = 500;
    farm.send({ kind: 'agent-detached', agentId: 'rack' });
    const absent = {
      kind: 'absent',
      cause: 'agent-lost',
      sinceMs: 500,
      returnsTo: { kind: 'idle' },
    };
    expect(viewOf(farm).device('p1')?.state).toEqual(absent);
    farm.hear('rack');
    expect(viewOf(farm).device('p1')?.state).toEqual({ kind: 'idle' });
  });
});

describe('an agent dies', () => {
  /** What each kind of reader sees of one phone on one agent. */
  function readings(view: FleetView): unknown {
    const [agent] = view.agents();
    const [{ idle, busy, unavailable } = { idle: 0, busy: 0, unavailable: 0 }] = view.targets();
    return {
      agent: agent?.state.kind,
      ofAgent: agent?.devices,
      device: view.device('p1')?.state.kind,
      counts: { idle, busy, unavailable },
      forSearches: view.deviceCount(target),
      utilisation: view.utilisation(),
    };
  }

  it.each([
    ['its stream breaks', true],
    ['it only falls silent', false],
  ])(
    'when %s, all readers agree on its idle phone at each moment, through all ticks',
    (_, breaks) => {
      const farm = createFarm();
      const view = viewOf(farm);
      farm.attach('rack', [phone('p1')]);
      const here = {
        agent: 'attached',
        ofAgent: 1,
        device: 'idle',
        counts: { idle: 1, busy: 0, unavailable: 0 },
        forSearches: 1,
        utilisation: 0,
      };
      const gone = {
        ofAgent: 0,
        device: 'absent',
        counts: { idle: 0, busy: 0, unavailable: 1 },
        forSearches: 0,
        utilisation: 0,
      };
      expect(readings(view)).toEqual(here);
      if (breaks) farm.send({ kind: 'agent-detached', agentId: 'rack' });
      farm.after(agentSilenceMs - 1_000);
      expect(readings(view)).toEqual(breaks ? { ...gone, agent: 'detached' } : here);
      // Nothing but ticks comes from here on.
      farm.after(1_000);
      expect(readings(view)).toEqual({ ...gone, agent: 'lost' });
      farm.after(120_000);
      expect(readings(view)).toEqual({ ...gone, agent: 'lost' });
      farm.hear('rack');
      expect(readings(view)).toEqual(here);
    },
  );

  it('its phone at work serves nobody any more, though the lease has a while to run', () => {
    const farm = createFarm();
    const view = viewOf(farm);
    farm.attach('rack', [phone('p1')]);
    farm.submit('a');
    farm.send({ kind: 'agent-detached', agentId: 'rack' });
    expect(readings(view)).toMatchObject({ ofAgent: 0, device: 'leased', forSearches: 0 });
    farm.after(agentSilenceMs);
    expect(readings(view)).toMatchObject({ ofAgent: 0, device: 'absent', forSearches: 0 });
  });
});

describe('the version of the fleet', () => {
  it('does not change with work that is given out and done, nor with heartbeats and ticks', () => {
    const farm = createFarm();
    farm.attach('rack', [phone('p1'), phone('p2')]);
    const view = viewOf(farm);
    const { version } = view;
    for (const jobId of ['a', 'b', 'c']) farm.submit(jobId);
    farm.live(6_000, ['rack']);
    for (const jobId of ['a', 'b', 'c']) farm.finish(jobId);
    expect(view.version).toBe(version);
  });

  it.each<[string, (farm: Farm) => unknown]>([
    ['an agent comes', (farm) => farm.attach('shelf', [])],
    ['an agent goes', (farm) => farm.send({ kind: 'agent-detached', agentId: 'rack' })],
    ['an agent falls silent', (farm) => farm.after(agentSilenceMs)],
    [
      'a device comes',
      (farm) => farm.send({ kind: 'device-attached', agentId: 'rack', device: phone('p9') }),
    ],
    [
      'a device goes',
      (farm) =>
        farm.send({
          kind: 'device-detached',
          agentId: 'rack',
          deviceSerial: 'p1',
          reason: 'unplugged',
        }),
    ],
    [
      'a device offers something else',
      (farm) =>
        farm.send({ kind: 'device-attached', agentId: 'rack', device: phone('p1', [targets[1]!]) }),
    ],
    ['a device is drained', (farm) => farm.send({ kind: 'device-drained', deviceSerial: 'p1' })],
    ['a device is removed', (farm) => farm.send({ kind: 'device-removed', deviceSerial: 'p1' })],
    [
      'a device has to rest',
      (farm) => {
        farm.submit('a');
        farm.finish('a', farmFailure('too-hot'));
      },
    ],
  ])('grows when %s', (_, change) => {
    const farm = createFarm();
    farm.attach('rack', [phone('p1')]);
    const { version } = viewOf(farm);
    change(farm);
    expect(viewOf(farm).version).toBeGreaterThan(version);
  });

  it('is told to subscribers once for all changes of a turn, with the newest view, until they leave', async () => {
    const farm = createFarm();
    const view = viewOf(farm);
    const told: number[] = [];
    const leave = view.subscribe(() => void told.push(view.deviceCount(target)));
    const stepped = (act: () => unknown): void => {
      act();
      view.stepped();
    };
    stepped(() => farm.attach('rack', [phone('p1')]));
    stepped(() => farm.attach('shelf', [phone('p2')]));
    expect(told).toEqual([]);
    await nextTurn();
    expect(told).toEqual([2]);
    stepped(() => farm.submit('a'));
    stepped(() => farm.send({ kind: 'tick' }));
    await nextTurn();
    expect(told).toEqual([2]);
    farm.nowMs += agentSilenceMs / 4;
    for (let tick = 0; tick < 4; tick += 1) {
      stepped(() => farm.send({ kind: 'tick' }));
      farm.nowMs += agentSilenceMs / 4;
    }
    await nextTurn();
    expect(told).toEqual([2, 0]);
    leave();
    stepped(() => farm.hear('rack'));
    await nextTurn();
    expect(told).toEqual([2, 0]);
  });
});

describe('the fleet view, after any events', () => {
  it('equals what a scan of the state gives, whatever was asked before', () => {
    fc.assert(
      fc.property(moves, (played) => {
        const farm = startedFarm();
        // One view lives through all, so that nothing it kept may be stale.
        const view = viewOf(farm);
        for (const move of played) {
          play(farm, move);
          const expected = expectedFleet(farm.state, targets);
          expect(view.agents()).toEqual(expected.agents);
          expect(view.devices()).toEqual(expected.devices);
          expect(view.targets()).toEqual(expected.targets);
          expect(targets.map((each) => view.deviceCount(parseTarget(each)))).toEqual(
            expected.deviceCounts,
          );
        }
      }),
      { numRuns: 100 },
    );
  });

  it('agrees with itself: devices of agents, of states and of targets are the same devices', () => {
    fc.assert(
      fc.property(moves, (played) => {
        const farm = startedFarm();
        const view = viewOf(farm);
        for (const move of played) play(farm, move);
        const devices = view.devices();
        const reached = view.agents().reduce((sum, agent) => sum + agent.devices, 0);
        const absent = devices.filter(({ state }) => state.kind === 'absent').length;
        const orphans = devices.filter(
          ({ state }) => state.kind === 'leased' && state.afterwards.kind === 'absent',
        ).length;
        expect(reached).toBe(devices.length - absent - orphans);
        for (const { target: name, idle, busy, unavailable } of view.targets()) {
          const offering = devices.filter(({ targets: offered }) => offered.includes(name)).length;
          expect(idle + busy + unavailable).toBe(offering);
          expect(view.deviceCount(parseTarget(name))).toBeGreaterThanOrEqual(idle);
        }
        expect(view.leases()).toBe(
          [...view.busyDevices().values()].reduce((sum, busy) => sum + busy, 0),
        );
      }),
      { numRuns: 100 },
    );
  });
});
