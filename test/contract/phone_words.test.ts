import { parseBattery } from '../../agent/device/android/battery';
import { readIdentification } from '../../agent/device/android/hardware';
import { npuSupport } from '../../agent/device/android/hexagon';
import { parseThermalService } from '../../agent/device/android/thermal';
import { createRandom } from '../../common/random';
import { costModelLatencies } from '../../phones/cost_model/predict';
import { phoneModel, virtualSocs } from '../../phones/machine/phone_model';
import { ContentStore } from '../../phones/system/content_store';
import { VirtualPhone } from '../../phones/virtual_phone';
import { run } from '../phones/bare_phone';

/** What a virtual phone prints is what the agent reads: neither program knows the other. */
function phoneOf(soc: string): VirtualPhone {
  return new VirtualPhone({
    serial: 'WORDS-1',
    serialNumber: 'WORDS-1',
    batteryFrozen: false,
    model: phoneModel(soc),
    random: createRandom(7),
    timeScale: 1,
    storageBytes: 64 * 1024 ** 2,
    contents: new ContentStore(),
    latencies: costModelLatencies(),
  });
}

async function outputs(phone: VirtualPhone, commands: readonly string[]): Promise<string[]> {
  const sections: string[] = [];
  for (const command of commands) sections.push((await run(phone, command)).output);
  return sections;
}

/** As identifyPhone asks. */
const identifying = [
  'getprop',
  'cat /proc/meminfo',
  'cat /proc/cpuinfo',
  'cat /sys/devices/system/cpu/cpufreq/policy*/related_cpus',
  'cat /sys/devices/system/cpu/cpufreq/policy*/cpuinfo_max_freq',
  'df -k /data/local/tmp',
  'dumpsys thermalservice',
];

describe.each(virtualSocs)('a virtual %s in the words of the agent', (soc) => {
  it('is the phone that it is made as', async () => {
    const model = phoneModel(soc);
    const { hardware, booted, emulator } = readIdentification(
      await outputs(phoneOf(soc), identifying),
      '127.0.0.1:5555',
    );
    expect({ booted, emulator }).toEqual({ booted: true, emulator: false });
    expect(hardware).toMatchObject({
      serial: 'WORDS-1',
      kind: 'virtual',
      manufacturer: model.manufacturer,
      abi: 'arm64-v8a',
      cpuClusters: model.clusters.map(({ cores, largestFrequencyKhz }) => ({
        cores,
        largestFrequencyKhz,
      })),
    });
    expect(hardware.soc.toLowerCase()).toContain(soc);
    expect(hardware.osBuild).toContain(model.androidRelease);
    expect(hardware.memoryBytes).toBeGreaterThan(0.9 * model.memoryBytes);
    expect(hardware.memoryBytes).toBeLessThanOrEqual(model.memoryBytes);
    expect(hardware.storageFreeBytes).toBeGreaterThan(60 * 1024 ** 2);
    expect(hardware.thermalSensors.length).toBeGreaterThan(0);
  });

  it('is a Snapdragon whose NPU may be tried', () => {
    expect(npuSupport(soc)).not.toBe('none');
  });

  it('is cool and charged at rest', async () => {
    const [thermal = '', battery = ''] = await outputs(phoneOf(soc), [
      'dumpsys thermalservice',
      'dumpsys battery',
    ]);
    const report = parseThermalService(thermal);
    expect(report).toMatchObject({ status: 0, overridden: false });
    expect(report.sensors.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['skin', 'chip']),
    );
    for (const { celsius } of report.sensors) {
      expect(celsius).toBeGreaterThan(20);
      expect(celsius).toBeLessThan(35);
    }
    const reading = parseBattery(battery);
    expect(reading.percent).toBeGreaterThanOrEqual(70);
    expect(reading.celsius).toBeLessThan(35);
  });
});
