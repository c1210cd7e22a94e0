import { clusterNames, deviceName } from '../../../cli/output/device_name';

describe('the name of a device', () => {
  test.each([
    ['Xiaomi', '2211133C', 'Xiaomi 2211133C'],
    ['samsung', 'SM-S918B', 'samsung SM-S918B'],
    ['HUAWEI', 'HUAWEI P20', 'HUAWEI P20'],
    ['unknown', 'vm', 'vm'],
    ['', 'vm', 'vm'],
    ['unknown', 'unknown', 'model not known'],
    ['Google', '', 'Google'],
  ])('%p %p is %p', (manufacturer, model, name) => {
    expect(deviceName({ manufacturer, model })).toBe(name);
  });

  test('its cores are named with their frequency where the machine tells it', () => {
    const clusters = [
      { cores: [4, 5, 6, 7], largestFrequencyKhz: 2_841_600 },
      { cores: [0], largestFrequencyKhz: 0 },
      { cores: [1, 2], largestFrequencyKhz: 0 },
    ];
    expect(clusterNames(clusters)).toBe(
      '4 x 2.84 GHz, 1 core (frequency not known), 2 cores (frequency not known)',
    );
  });
});
