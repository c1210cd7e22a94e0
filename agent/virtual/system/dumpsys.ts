import type { Heat } from '../physics/heat';

export interface BatteryState {
  readonly levelPercent: number;
}

export function dumpBattery(battery: BatteryState, heat: Heat): string {
  return [
    'Current Battery Service state:',
    '  AC powered: false',
    '  USB powered: true',
    '  Wireless powered: false',
    '  Dock powered: false',
    '  Max charging current: 500000',
    '  Max charging voltage: 5000000',
    '  Charge counter: 3200000',
    '  status: 2',
    '  health: 2',
    '  present: true',
    `  level: ${battery.levelPercent}`,
    '  scale: 100',
    '  voltage: 4200',
    `  temperature: ${Math.round(heat.batteryCelsius * 10)}`,
    '  technology: Li-ion',
    '',
  ].join('\n');
}

/** Android's numbers for kinds of sensors. */
const sensorTypes = { cpu: 0, gpu: 1, battery: 2, skin: 3, npu: 9 } as const;

export interface Sensor {
  readonly name: string;
  readonly type: number;
  readonly celsius: number;
}

export function thermalSensors(heat: Heat): readonly Sensor[] {
  return [
    { name: 'CPU0', type: sensorTypes.cpu, celsius: heat.unitCelsius('cpu') },
    { name: 'GPU0', type: sensorTypes.gpu, celsius: heat.unitCelsius('gpu') },
    { name: 'battery', type: sensorTypes.battery, celsius: heat.batteryCelsius },
    { name: 'skin', type: sensorTypes.skin, celsius: heat.skinCelsius },
    { name: 'nsp0', type: sensorTypes.npu, celsius: heat.unitCelsius('npu') },
  ];
}

/** The cached section lags behind on real phones; here it repeats the sensors at rest, so that a reader of it is caught. */
export function dumpThermalService(heat: Heat): string {
  const sensors = thermalSensors(heat);
  const line = (sensor: Sensor, celsius: number): string => `\tTemperature{mValue=${celsius.toFixed(1)}, mType=${sensor.type}, mName=${sensor.name}, mStatus=${sensor.name === 'skin' ? heat.status : 0}}`;
  const cooling = heat.throttlingFactor < 1 ? Math.ceil((1 - heat.throttlingFactor) * 10) : 0;
  return [
    'IsStatusOverride: false',
    'ThermalEventListeners:',
    '\tcallbacks: 2',
    '\tkilled: false',
    '\tbroadcasts count: -1',
    'ThermalStatusListeners:',
    '\tcallbacks: 2',
    '\tkilled: false',
    '\tbroadcasts count: -1',
    `Thermal Status: ${heat.status}`,
    'Cached temperatures:',
    ...sensors.map((sensor) => line(sensor, 29)),
    'HAL Ready: true',
    'HAL connection:',
    '\tThermalHAL 2.0 connected: yes',
    'Current temperatures from HAL:',
    ...sensors.map((sensor) => line(sensor, sensor.celsius)),
    'Current cooling devices from HAL:',
    `\tCoolingDevice{mValue=${cooling}, mType=2, mName=thermal-cpufreq-0}`,
    `\tCoolingDevice{mValue=0, mType=5, mName=cdsp}`,
    'Temperature static thresholds from HAL:',
    '\tTemperatureThreshold{mType=3, mName=skin, mHotThrottlingThresholds=[NaN, 40.0, 43.0, 46.0, 50.0, 55.0, 60.0], mColdThrottlingThresholds=[NaN, NaN, NaN, NaN, NaN, NaN, NaN]}',
    '',
  ].join('\n');
}
