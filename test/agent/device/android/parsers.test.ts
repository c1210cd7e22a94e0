import fc from 'fast-check';
import { parseBattery } from '../../../../agent/device/android/battery';
import { parseClusters, parseCpuinfoClusters, parseCpuinfoHardware, parseFrequencies } from '../../../../agent/device/android/cpu';
import { parseDiskFreeBytes, parseMemoryBytes } from '../../../../agent/device/android/disk';
import { parseGetprop } from '../../../../agent/device/android/getprop';
import { readIdentification } from '../../../../agent/device/android/hardware';
import { socName } from '../../../../agent/device/android/soc';
import { readState } from '../../../../agent/device/android/state';
import { parseThermalService } from '../../../../agent/device/android/thermal';
import { parseDeviceList } from '../../../../agent/device/adb/device_list';

const thermalText = `IsStatusOverride: false
ThermalEventListeners:
\tcallbacks: 1
Thermal Status: 2
Cached temperatures:
\tTemperature{mValue=99.0, mType=0, mName=CPU0, mStatus=0}
\tTemperature{mValue=98.0, mType=4, mName=cached only, mStatus=0}
HAL Ready: true
Current temperatures from HAL:
\tTemperature{mValue=41.5, mType=0, mName=CPU0, mStatus=0}
\tTemperature{mValue=33.25, mType=3, mName=skin, mStatus=2}
\tTemperature{mValue=NaN, mType=9, mName=nsp0, mStatus=0}
\tTemperature{mValue=4.3, mType=6, mName=vbat, mStatus=0}
\tTemperature{mValue=15.0, mType=8, mName=socd, mStatus=0}
Current cooling devices from HAL:
\tCoolingDevice{mValue=0, mType=2, mName=thermal-cpufreq-0}
Temperature static thresholds from HAL:
\tTemperatureThreshold{mType=3, mName=skin, mHotThrottlingThresholds=[NaN, 40.0], mColdThrottlingThresholds=[NaN]}
`;

describe('dumpsys thermalservice', () => {
  it('gives what the HAL says now, not the cache, and no volts or charge', () => {
    expect(parseThermalService(thermalText)).toEqual({ status: 2, overridden: false, celsiusBySensor: { CPU0: 41.5, skin: 33.25 } });
  });

  it('sees that the status was overridden', () => {
    expect(parseThermalService('IsStatusOverride: true\nThermal Status: 0\n')).toMatchObject({ status: 0, overridden: true });
  });

  it('takes a sensor of any name for a name', () => {
    const text = 'Current temperatures from HAL:\n\tTemperature{mValue=1.0, mType=0, mName=__proto__, mStatus=0}\n';
    expect(Object.keys(parseThermalService(text).celsiusBySensor)).toEqual(['__proto__']);
  });
});

describe('dumpsys battery', () => {
  it('scales the level and reads tenths of degrees', () => {
    expect(parseBattery('Current Battery Service state:\n  USB powered: true\n  level: 30\n  scale: 40\n  temperature: 305\n')).toEqual({ percent: 75, celsius: 30.5 });
  });

  it('knows frost, and a phone without battery', () => {
    expect(parseBattery('  level: 50\n  scale: 100\n  temperature: -12\n').celsius).toBe(-1.2);
    expect(parseBattery('Can\'t find service: battery\n')).toEqual({ percent: null, celsius: null });
    expect(parseBattery('  level: 50\n  scale: 0\n').percent).toBeNull();
  });
});

describe('getprop', () => {
  it('reads empty values, brackets and line breaks in values, and goes on after them', () => {
    const text = '[a]: []\n[b.c]: [x [y]: z]\r\n[multi]: [one\ntwo]\n[cut]: [no end\n[d]: [last]\n';
    expect([...parseGetprop(text)]).toEqual([['a', ''], ['b.c', 'x [y]: z'], ['multi', 'one\ntwo'], ['d', 'last']]);
  });

  it('gives back any map that a phone could print', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9._]{0,20}$/);
    const value = fc.stringMatching(/^[ -Z^-~]{0,30}$/);
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, value), { selector: ([each]) => each }), (properties) => {
        const text = properties.map(([key, text]) => `[${key}]: [${text}]\n`).join('');
        expect([...parseGetprop(text)]).toEqual(properties);
      }),
    );
  });
});

describe('the cores', () => {
  it('pairs policies with their largest frequencies', () => {
    expect(parseClusters('0 1 2 3\n4-6\n7\n', '2016000\n2803200\n3187200\n')).toEqual([
      { cores: [0, 1, 2, 3], largestFrequencyKhz: 2_016_000 },
      { cores: [4, 5, 6], largestFrequencyKhz: 2_803_200 },
      { cores: [7], largestFrequencyKhz: 3_187_200 },
    ]);
  });

  it('gives none where the lists do not fit', () => {
    expect(parseClusters('0 1\n2 3\n', '1000\n')).toEqual([]);
    expect(parseClusters('Permission denied\n', '1000\n')).toEqual([]);
  });

  it('groups by part number where frequencies are hidden', () => {
    const core = (id: number, part: string): string => `processor\t: ${id}\nCPU implementer\t: 0x51\nCPU part\t: ${part}\n\n`;
    const cpuinfo = `Processor\t: AArch64\n${core(0, '0x803')}${core(1, '0x803')}${core(2, '0x802')}Hardware\t: Qualcomm Technologies, Inc SDM845\n`;
    expect(parseCpuinfoClusters(cpuinfo)).toEqual([{ cores: [0, 1], largestFrequencyKhz: 0 }, { cores: [2], largestFrequencyKhz: 0 }]);
    expect(parseCpuinfoHardware(cpuinfo)).toBe('SDM845');
  });

  it('leaves out cores that are off', () => {
    expect(parseFrequencies('300000\n<unknown>\n1804800\n')).toEqual([300_000, 1_804_800]);
  });
});

describe('the SoC', () => {
  it.each([
    [{ 'ro.soc.model': 'SM8550', 'ro.board.platform': 'kalama' }, null, 'SM8550'],
    [{ 'ro.board.platform': 'kona' }, null, 'SM8250'],
    [{ 'ro.board.platform': 'somewhere' }, 'SDM845', 'SDM845'],
    [{ 'ro.board.platform': 'toString' }, null, 'toString'],
    [{ 'ro.soc.model': 'unknown' }, null, 'unknown'],
  ])('of %j with the kernel word %j is %s', (properties, kernelHardware, soc) => {
    expect(socName(new Map(Object.entries(properties)), kernelHardware)).toBe(soc);
  });
});

describe('memory and disk', () => {
  it('reads totals in bytes, with a wrapped device name too', () => {
    expect(parseMemoryBytes('MemTotal:        7654321 kB\nMemFree: 1 kB\n')).toBe(7_654_321 * 1024);
    expect(parseDiskFreeBytes('Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/block/dm-5 110000 30000 80000 28% /data\n')).toBe(80_000 * 1024);
    expect(parseDiskFreeBytes('Filesystem\n/dev/block/a-very-long-name\n  110000 30000 80000 28% /data\n')).toBe(80_000 * 1024);
    expect(parseDiskFreeBytes('df: /data/local/tmp: No such file\n')).toBeNull();
  });
});

describe('every parser', () => {
  const fragments = fc.constantFrom(...thermalText.split('\n'), '[a]: [', ']', '  level: 9', 'R1 device', 'processor : 1', 'CPU part : 0x1', 'MemTotal: 1 kB', ' 1 2 3 4%', '0-99999');
  const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.oneof(fragments, fc.string())).map((lines) => lines.join('\n')));

  it('takes any text', () => {
    fc.assert(
      fc.property(anything, anything, (first, second) => {
        const { hardware } = readIdentification([first, second, first, second, first, second, first, second], 'ADB1');
        expect(hardware.serial).not.toBe('');
        expect(hardware.memoryBytes).toBeGreaterThanOrEqual(0);
        const state = readState([first, second, first], 0);
        expect(Object.values(state.celsiusBySensor).every(Number.isFinite)).toBe(true);
        for (const phone of parseDeviceList(first)) expect(phone.adbSerial).not.toBe('');
      }),
    );
  });
});
