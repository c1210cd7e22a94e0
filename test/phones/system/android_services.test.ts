import { readState } from '../../../agent/device/android/state';
import { AndroidServices } from '../../../phones/system/android_services';
import type { SensorNaming } from '../../../phones/system/dumpsys';
import { Heat } from '../../../phones/physics/heat';
import type { DeviceState } from '../../../common/device';
import { barePhone, run } from '../bare_phone';

function servicesOf(
  naming: SensorNaming,
  batteryFrozen = false,
): { readonly services: AndroidServices; readonly heat: Heat; readonly state: () => DeviceState } {
  const heat = new Heat(0);
  const services = new AndroidServices({
    levelPercent: 80,
    batteryFrozen,
    naming,
    heat: () => heat,
  });
  return {
    services,
    heat,
    state: () =>
      readState(
        [services.dump('battery', []) ?? '', services.dump('thermalservice', []) ?? '', ''],
        0,
      ),
  };
}

test('Samsung names its sensors otherwise than Qualcomm; their types say what they are', () => {
  expect(servicesOf('samsung').state().kindBySensor).toEqual({
    AP: 'chip',
    BAT: 'battery',
    SKIN: 'skin',
    USB: 'other',
    PA: 'other',
  });
  expect(servicesOf('qualcomm').state().kindBySensor).toEqual({
    CPU0: 'chip',
    GPU0: 'chip',
    nsp0: 'chip',
    battery: 'battery',
    skin: 'skin',
  });
});

test('a battery that was set says what it was told until it is reset', () => {
  const { services, state } = servicesOf('qualcomm');
  expect(state()).toMatchObject({ batteryFrozen: false, batteryPercent: 80 });
  expect(services.dump('battery', ['set', 'level', '100'])).toBe('');
  expect(services.dump('battery', ['set', '-f', 'temp', '251'])).toBe('');
  expect(state()).toMatchObject({ batteryFrozen: true, batteryPercent: 100, batteryCelsius: 25.1 });
  services.dump('battery', ['reset']);
  expect(state()).toMatchObject({ batteryFrozen: false, batteryPercent: 80 });
});

test('an overridden status is marked until it is reset', () => {
  const { services, state } = servicesOf('qualcomm');
  services.command('thermalservice', ['override-status', '3']);
  expect(state()).toMatchObject({ thermalStatusOverridden: true, thermalStatus: 3 });
  expect(services.command('thermalservice', ['override-status', '9']).status).not.toBe(0);
  services.command('thermalservice', ['reset']);
  expect(state()).toMatchObject({ thermalStatusOverridden: false, thermalStatus: 0 });
});

test('the shell of a phone has these commands', async () => {
  const phone = barePhone();
  expect((await run(phone, 'dumpsys battery unplug; dumpsys battery | head -n 4')).output).toBe(
    "Current Battery Service state:\n  (UPDATES STOPPED -- use 'reset' to restart)\n  AC powered: false\n  USB powered: false\n",
  );
  expect(
    (await run(phone, 'cmd thermalservice override-status 2; dumpsys thermalservice | head -n 1'))
      .output,
  ).toBe('IsStatusOverride: true\n');
});
