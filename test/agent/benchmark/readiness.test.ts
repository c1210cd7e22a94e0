import {
  judgeReadiness,
  limitsFor,
  readinessLimitsSchema,
  waitUntilReady,
  type ReadinessWait,
} from '../../../agent/benchmark/readiness';
import type { DeviceState } from '../../../common/device';
import { farmFault } from '../../../common/fault';
import { fail, ok } from '../../../common/result';
import { calmState } from './scripted_device';

const limits = readinessLimitsSchema.parse(undefined);
const hot: DeviceState = { ...calmState, celsiusBySensor: { skin: 44 } };

describe('a device may be timed', () => {
  test.each<[string, Partial<DeviceState>]>([
    ['when it is calm', {}],
    [
      'at the limits themselves',
      { batteryPercent: 30, batteryCelsius: 40, celsiusBySensor: { skin: 40, CPU0: 65, nsp0: 65 } },
    ],
    [
      'without battery and sensors, like the host',
      { batteryPercent: null, batteryCelsius: null, thermalStatus: null, celsiusBySensor: {} },
    ],
    [
      'when a sensor is hot that has nothing to do with it',
      { celsiusBySensor: { 'modem-pa': 90, socd: 99 } },
    ],
    [
      'when what is hot is no chip, whatever its name',
      { celsiusBySensor: { 'cpu-modem': 90 }, kindBySensor: { 'cpu-modem': 'other' } },
    ],
  ])('%s', (_, state) => {
    expect(judgeReadiness({ ...calmState, ...state }, limits)).toEqual({ kind: 'ready' });
  });

  test.each<[string, Partial<DeviceState>, string, string]>([
    [
      'with an empty battery',
      { batteryPercent: 29 },
      'battery-low',
      'battery at 29 %, at least 30 % is required',
    ],
    [
      'while Android throttles',
      { thermalStatus: 1 },
      'too-hot',
      "Android's thermal status is 1, at most 0 is allowed",
    ],
    [
      'with a hot skin',
      { celsiusBySensor: { skin: 40.1 } },
      'too-hot',
      'skin is at 40.1 °C, at most 40 °C is allowed',
    ],
    [
      'with a hot chip',
      { celsiusBySensor: { GPU1: 70 } },
      'too-hot',
      'GPU1 is at 70.0 °C, at most 65 °C is allowed',
    ],
    [
      "with a chip that is hot by a name of its maker's",
      { celsiusBySensor: { AP: 92 }, kindBySensor: { AP: 'chip' } },
      'too-hot',
      'AP is at 92.0 °C, at most 65 °C is allowed',
    ],
    [
      "with a battery that is hot by a name of its maker's",
      { celsiusBySensor: { BAT: 48 }, kindBySensor: { BAT: 'battery' } },
      'too-hot',
      'BAT is at 48.0 °C, at most 40 °C is allowed',
    ],
    [
      'with a skin sensor of any name',
      {
        celsiusBySensor: { 'fps-therm-monitor': 47 },
        kindBySensor: { 'fps-therm-monitor': 'skin' },
      },
      'too-hot',
      'fps-therm-monitor is at 47.0 °C, at most 40 °C is allowed',
    ],
    [
      'with a hot battery',
      { batteryCelsius: 41 },
      'too-hot',
      'battery is at 41.0 °C, at most 40 °C is allowed',
    ],
  ])('not %s', (...[, state, code, reason]) => {
    expect(judgeReadiness({ ...calmState, ...state }, limits)).toEqual({
      kind: 'wait',
      code,
      reason,
    });
  });
});

test('a machine with a fan may be hotter than a phone, but not as hot as it gets', () => {
  const at = (celsius: number): DeviceState => ({
    ...calmState,
    celsiusBySensor: { 'cpu-thermal': celsius },
  });
  expect(judgeReadiness(at(85), limitsFor('host', limits))).toEqual({ kind: 'ready' });
  expect(judgeReadiness(at(99), limitsFor('host', limits))).toMatchObject({ code: 'too-hot' });
  expect(judgeReadiness(at(85), limitsFor('phone', limits))).toMatchObject({ code: 'too-hot' });
});

describe('waiting', () => {
  function waitWith(
    states: (DeviceState | 'gone')[],
    more: Partial<ReadinessWait> = {},
  ): { wait: ReadinessWait; sleepsMs: number[] } {
    let nowMs = 0;
    const sleepsMs: number[] = [];
    const clock = {
      nowMs: () => nowMs,
      sleep: (durationMs: number) => {
        sleepsMs.push(durationMs);
        nowMs += durationMs;
        return Promise.resolve();
      },
    };
    const readState: ReadinessWait['readState'] = () => {
      const state = states.length > 1 ? states.shift()! : states[0]!;
      return Promise.resolve(
        state === 'gone' ? fail(farmFault('disconnected', 'unplugged')) : ok(state),
      );
    };
    return {
      sleepsMs,
      wait: {
        clock,
        limits,
        signal: new AbortController().signal,
        recentState: null,
        readState,
        ...more,
      },
    };
  }

  test('ends as soon as the device is ready, with the state that was good', async () => {
    const { wait, sleepsMs } = waitWith([hot, hot, calmState]);
    expect(await waitUntilReady(wait)).toEqual(ok(calmState));
    expect(sleepsMs).toEqual([5_000, 5_000]);
  });

  test('asks nothing when a fresh state is known to be good', async () => {
    const { wait } = waitWith(['gone'], { recentState: calmState });
    expect(await waitUntilReady(wait)).toEqual(ok(calmState));
  });

  test('asks again when the fresh state was bad', async () => {
    const { wait } = waitWith([calmState], { recentState: hot });
    expect(await waitUntilReady(wait)).toEqual(ok(calmState));
  });

  test.each<[DeviceState, string]>([
    [hot, 'too-hot'],
    [{ ...calmState, batteryPercent: 5 }, 'battery-low'],
  ])('is bounded', async (state, code) => {
    const { wait, sleepsMs } = waitWith([state]);
    expect(await waitUntilReady(wait)).toMatchObject({
      ok: false,
      error: {
        kind: 'farm-fault',
        code,
        message: expect.stringContaining('waited 600 s') as string,
      },
    });
    expect(sleepsMs.reduce((sum, each) => sum + each, 0)).toBe(600_000);
  });

  test('ends when the device is unplugged', async () => {
    expect(await waitUntilReady(waitWith([hot, 'gone']).wait)).toMatchObject({
      ok: false,
      error: { code: 'disconnected' },
    });
  });

  test('ends when the job is stopped', async () => {
    expect(
      await waitUntilReady(waitWith([hot], { signal: AbortSignal.abort() }).wait),
    ).toMatchObject({ ok: false, error: { code: 'stopped' } });
  });
});
