import fc from 'fast-check';
import { parseBattery } from '../../../../agent/device/android/battery';
import {
  parseClusters,
  parseCpuinfoClusters,
  parseCpuinfoHardware,
  parseFrequencies,
} from '../../../../agent/device/android/cpu';
import { parseDiskFreeBytes, parseMemoryBytes } from '../../../../agent/device/android/disk';
import { parseGetprop } from '../../../../agent/device/android/getprop';
import { readIdentification } from '../../../../agent/device/android/hardware';
import { isSharedPlatform, socName } from '../../../../agent/device/android/soc';
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
    expect(parseThermalService(thermalText)).toEqual({
      status: 2,
      overridden: false,
      sensors: [
        { name: 'CPU0', kind: 'chip', celsius: 41.5 },
        { name: 'skin', kind: 'skin', celsius: 33.25 },
      ],
    });
  });

  it('sees that the status was overridden', () => {
    expect(parseThermalService('IsStatusOverride: true\nThermal Status: 0\n')).toMatchObject({
      status: 0,
      overridden: true,
    });
  });

  it('takes a sensor of any name for a name', () => {
    const text =
      'Current temperatures from HAL:\n\tTemperature{mValue=1.0, mType=0, mName=__proto__, mStatus=0}\n';
    expect(Object.keys(readState(['', text, ''], 0).celsiusBySensor)).toEqual(['__proto__']);
    expect(Object.keys(readState(['', text, ''], 0).kindBySensor)).toEqual(['__proto__']);
  });
});

describe('a sensor', () => {
  const dump = (...lines: readonly string[]): string =>
    `Current temperatures from HAL:\n${lines.map((line) => `\t${line}\n`).join('')}Current cooling devices from HAL:\n`;
  const only = (value: string, type: number, name = 'AP'): unknown =>
    parseThermalService(
      dump(`Temperature{mValue=${value}, mType=${String(type)}, mName=${name}, mStatus=0}`),
    ).sensors[0];

  it.each([
    [0, 'chip'],
    [1, 'chip'],
    [2, 'battery'],
    [3, 'skin'],
    [5, 'other'],
    [9, 'chip'],
    [10, 'chip'],
    [12, 'other'],
    [13, 'chip'],
    [-1, null],
    [99, null],
  ])('of type %d is of kind %s, whatever it is called', (type, kind) => {
    expect(only('41.5', type)).toEqual({ name: 'AP', kind, celsius: 41.5 });
  });

  it.each([
    ['-5.5', -5.5],
    ['4.15E1', 41.5],
    ['41500.0', 41.5],
    ['-273.15', undefined],
    ['-40.0', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    ['350.0', undefined],
  ])('at %s', (value, celsius) => {
    expect((only(value, 0) as { celsius?: number } | undefined)?.celsius).toBe(celsius);
  });

  it('keeps a name with commas and brackets, and the hottest of those with one name', () => {
    const both = [
      'Temperature{mValue=30.0, mType=0, mName=a, {b}, mStatus=0}',
      'Temperature{mValue=50.0, mType=0, mName=a, {b}, mStatus=0}',
      'Temperature{mValue=40.0, mType=0, mName=a, {b}, mStatus=0}',
    ];
    expect(parseThermalService(dump(...both)).sensors).toEqual([
      { name: 'a, {b}', kind: 'chip', celsius: 50 },
    ]);
  });

  it('is not there without a HAL, nor in what was injected', () => {
    expect(
      parseThermalService(
        'IsStatusOverride: false\nThermal Status: 0\nCached temperatures:\n\tTemperature{mValue=20.0, mType=3, mName=skin, mStatus=0}\nHAL Ready: false\n',
      ),
    ).toEqual({ status: 0, overridden: false, sensors: [] });
  });
});

describe('dumpsys battery', () => {
  it('scales the level and reads tenths of degrees', () => {
    expect(
      parseBattery(
        'Current Battery Service state:\n  USB powered: true\n  level: 30\n  scale: 40\n  temperature: 305\n',
      ),
    ).toEqual({ percent: 75, celsius: 30.5, frozen: false });
  });

  it('knows frost, and a phone without battery', () => {
    expect(parseBattery('  level: 50\n  scale: 100\n  temperature: -12\n').celsius).toBe(-1.2);
    expect(parseBattery("Can't find service: battery\n")).toEqual({
      percent: null,
      celsius: null,
      frozen: false,
    });
    expect(parseBattery('  level: 50\n  scale: 0\n').percent).toBeNull();
    expect(parseBattery('  temperature: 31500\n').celsius).toBe(31.5);
    expect(parseBattery('  temperature: 2000\n').celsius).toBeNull();
  });

  it('says that its readings were stopped', () => {
    expect(
      parseBattery(
        "Current Battery Service state:\n  (UPDATES STOPPED -- use 'reset' to restart)\n  level: 100\n  scale: 100\n  temperature: 250\n",
      ),
    ).toEqual({ percent: 100, celsius: 25, frozen: true });
  });
});

describe('getprop', () => {
  it('reads empty values, brackets and line breaks in values, and goes on after them', () => {
    const text = '[a]: []\n[b.c]: [x [y]: z]\r\n[multi]: [one\ntwo]\n[cut]: [no end\n[d]: [last]\n';
    expect([...parseGetprop(text)]).toEqual([
      ['a', ''],
      ['b.c', 'x [y]: z'],
      ['multi', 'one\ntwo'],
      ['d', 'last'],
    ]);
  });

  it('gives back any map that a phone could print', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9._]{0,20}$/);
    const value = fc.stringMatching(/^[ -Z^-~]{0,30}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, value), { selector: ([each]) => each }),
        (properties) => {
          const text = properties.map(([key, text]) => `[${key}]: [${text}]\n`).join('');
          expect([...parseGetprop(text)]).toEqual(properties);
        },
      ),
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
    const core = (id: number, part: string): string =>
      `processor\t: ${id}\nCPU implementer\t: 0x51\nCPU part\t: ${part}\n\n`;
    const cpuinfo = `Processor\t: AArch64\n${core(0, '0x803')}${core(1, '0x803')}${core(2, '0x802')}Hardware\t: Qualcomm Technologies, Inc SDM845\n`;
    expect(parseCpuinfoClusters(cpuinfo)).toEqual([
      { cores: [0, 1], largestFrequencyKhz: 0 },
      { cores: [2], largestFrequencyKhz: 0 },
    ]);
    expect(parseCpuinfoHardware(cpuinfo)).toBe('SDM845');
  });

  it('leaves out cores that are off', () => {
    expect(parseFrequencies('300000\n<unknown>\n1804800\n')).toEqual([300_000, 1_804_800]);
  });
});

describe('the SoC', () => {
  it.each([
    [{ 'ro.soc.model': 'SM8550', 'ro.board.platform': 'kalama' }, null, 'SM8550'],
    [{ 'ro.soc.model': 'SM8635', 'ro.board.platform': 'pineapple' }, null, 'SM8635'],
    [{ 'ro.board.platform': 'kona', 'ro.vendor.qti.soc_model': 'SM8250' }, null, 'SM8250'],
    [{ 'ro.board.platform': 'lito' }, 'SM7225', 'SM7225'],
    [{ 'ro.board.platform': 'sdm845' }, null, 'SDM845'],
    [{ 'ro.board.platform': 'somewhere' }, 'SDM845', 'SDM845'],
    [{ 'ro.board.platform': 'toString' }, null, 'toString'],
    [{ 'ro.soc.model': 'unknown' }, null, 'unknown'],
  ])('of %j with the kernel word %j is %s', (properties, kernelHardware, soc) => {
    expect(
      socName({ properties: new Map(Object.entries(properties)), machine: '', kernelHardware }),
    ).toBe(soc);
  });

  it.each(['kona', 'lito', 'lahaina', 'taro', 'kalama', 'pineapple', 'sun', 'trinket', 'bengal'])(
    'is not guessed from %s, which several have',
    (platform) => {
      expect(
        socName({
          properties: new Map([['ro.board.platform', platform]]),
          machine: 'KALAMA',
          kernelHardware: null,
        }),
      ).toBe(platform);
      expect(isSharedPlatform(platform)).toBe(true);
    },
  );

  it("is taken from Qualcomm's driver where the phone does not say it", () => {
    expect(
      socName({
        properties: new Map([['ro.board.platform', 'taro']]),
        machine: 'SM8475\n',
        kernelHardware: null,
      }),
    ).toBe('SM8475');
  });
});

describe('memory and disk', () => {
  it('reads totals in bytes, with a wrapped device name too', () => {
    expect(parseMemoryBytes('MemTotal:        7654321 kB\nMemFree: 1 kB\n')).toBe(7_654_321 * 1024);
    expect(
      parseDiskFreeBytes(
        'Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/block/dm-5 110000 30000 80000 28% /data\n',
      ),
    ).toBe(80_000 * 1024);
    expect(
      parseDiskFreeBytes(
        'Filesystem\n/dev/block/a-very-long-name\n  110000 30000 80000 28% /data\n',
      ),
    ).toBe(80_000 * 1024);
    expect(parseDiskFreeBytes('df: /data/local/tmp: No such file\n')).toBeNull();
  });
});

describe('every parser', () => {
  const fragments = fc.constantFrom(
    ...thermalText.split('\n'),
    '[a]: [',
    ']',
    '  level: 9',
    'R1 device',
    'processor : 1',
    'CPU part : 0x1',
    'MemTotal: 1 kB',
    ' 1 2 3 4%',
    '0-99999',
  );
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(fragments, fc.string())).map((lines) => lines.join('\n')),
  );

  it('takes any text', () => {
    fc.assert(
      fc.property(anything, anything, (first, second) => {
        const { hardware } = readIdentification(
          [first, second, first, second, first, second, first, second],
          'ADB1',
        );
        expect(hardware.serial).not.toBe('');
        expect(hardware.memoryBytes).toBeGreaterThanOrEqual(0);
        const state = readState([first, second, first], 0);
        expect(Object.values(state.celsiusBySensor).every(Number.isFinite)).toBe(true);
        for (const phone of parseDeviceList(first)) expect(phone.adbSerial).not.toBe('');
      }),
    );
  });
});
