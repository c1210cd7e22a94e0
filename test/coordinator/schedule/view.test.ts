import {
  agentViews,
  busyDevicesOf,
  deviceViews,
  targetViews,
  utilisation,
} from '../../../coordinator/views/fleet/fleet_view';
import { createFarm, phone } from './farm';

function busyFarm(): ReturnType<typeof createFarm> {
  const farm = createFarm();
  farm.attach('rack', [phone('p1'), phone('p2'), phone('p3')]);
  farm.attach('shelf', [phone('p4')]);
  for (const jobId of ['a', 'b']) farm.submit(jobId);
  farm.submit('nowhere', { target: 'sm8650/tflite/npu/int8' });
  farm.send({ kind: 'device-drained', deviceSerial: 'p3' });
  farm.send({ kind: 'agent-detached', agentId: 'shelf' });
  return farm;
}

describe('the views', () => {
  it('count devices and waiting jobs by target, targets without devices included', () => {
    expect(targetViews(busyFarm().state)).toEqual([
      {
        target: 'sm8550/tflite/cpu/int8',
        idle: 0,
        busy: 2,
        unavailable: 2,
        quarantined: 0,
        queued: 0,
        virtual: 4,
      },
      {
        target: 'sm8650/tflite/npu/int8',
        idle: 0,
        busy: 0,
        unavailable: 0,
        quarantined: 0,
        queued: 1,
        virtual: 0,
      },
    ]);
  });

  it('give the share of usable devices that is at work', () => {
    const farm = busyFarm();
    expect(utilisation(farm.state)).toEqual({ busy: 2, usable: 2, ratio: 1 });
    farm.finish('a');
    expect(utilisation(farm.state)).toEqual({ busy: 1, usable: 2, ratio: 0.5 });
    expect(utilisation(createFarm().state).ratio).toBe(0);
  });

  it('count the devices at work for one owner, by target', () => {
    const farm = busyFarm();
    farm.finish('a');
    farm.submit('c', { owner: { ownerId: 'another' } });
    expect([...busyDevicesOf(farm.state, 'search')]).toEqual([['sm8550/tflite/cpu/int8', 1]]);
    expect([...busyDevicesOf(farm.state, 'another')]).toEqual([['sm8550/tflite/cpu/int8', 1]]);
    expect(busyDevicesOf(farm.state, 'nobody').size).toBe(0);
  });

  it('show agents with their state and devices', () => {
    expect(agentViews(busyFarm().state)).toMatchObject([
      { agentId: 'rack', state: { kind: 'attached' }, devices: 3 },
      { agentId: 'shelf', state: { kind: 'detached' }, devices: 1 },
    ]);
  });

  it('show devices with the time they were at work, the running lease included', () => {
    const farm = busyFarm();
    farm.live(5_000, ['rack']);
    farm.finish('a');
    farm.live(2_000, ['rack']);
    const [first, second] = deviceViews(farm.state);
    expect(first).toMatchObject({
      agentId: 'rack',
      state: { kind: 'idle' },
      busyMs: 5_000,
      targets: ['sm8550/tflite/cpu/int8'],
    });
    expect(second).toMatchObject({ state: { kind: 'leased' }, busyMs: 7_000 });
  });
});
