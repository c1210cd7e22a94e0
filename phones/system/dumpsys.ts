import type { Heat } from '../physics/heat';

export interface BatteryState {
  readonly levelPercent: number;
  readonly celsius: number;
  readonly plugged: boolean;
  /** The service was told what to say, and reads no more. */
  readonly frozen: boolean;
}

export function dumpBattery(battery: BatteryState): string {
  return [
    'Current Battery Service state:',
    ...(battery.frozen ? ["  (UPDATES STOPPED -- use 'reset' to restart)"] : []),
    '  AC powered: false',
    `  USB powered: ${battery.plugged}`,
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
    `  temperature: ${Math.round(battery.celsius * 10)}`,
    '  technology: Li-ion',
    '',
  ].join('\n');
}

/** Android's numbers for kinds of sensors. */
const sensorTypes = {
  cpu: 0,
  gpu: 1,
  battery: 2,
  skin: 3,
  usbPort: 4,
  powerAmplifier: 5,
  npu: 9,
} as const;

/** Samsung has names of its own, and one for the whole chip; the others keep Qualcomm's. */
export type SensorNaming = 'qualcomm' | 'samsung';

interface Sensor {
  readonly name: string;
  readonly type: number;
  readonly celsius: number;
}

export function thermalSensors(heat: Heat, naming: SensorNaming): readonly Sensor[] {
  if (naming === 'samsung') {
    return [
      {
        name: 'AP',
        type: sensorTypes.cpu,
        celsius: Math.max(
          heat.unitCelsius('cpu'),
          heat.unitCelsius('gpu'),
          heat.unitCelsius('npu'),
        ),
      },
      { name: 'BAT', type: sensorTypes.battery, celsius: heat.batteryCelsius },
      { name: 'SKIN', type: sensorTypes.skin, celsius: heat.skinCelsius },
      { name: 'USB', type: sensorTypes.usbPort, celsius: heat.batteryCelsius },
      { name: 'PA', type: sensorTypes.powerAmplifier, celsius: heat.skinCelsius },
    ];
  }
  return [
    { name: 'CPU0', type: sensorTypes.cpu, celsius: heat.unitCelsius('cpu') },
    { name: 'GPU0', type: sensorTypes.gpu, celsius: heat.unitCelsius('gpu') },
    { name: 'battery', type: sensorTypes.battery, celsius: heat.batteryCelsius },
    { name: 'skin', type: sensorTypes.skin, celsius: heat.skinCelsius },
    { name: 'nsp0', type: sensorTypes.npu, celsius: heat.unitCelsius('npu') },
  ];
}

/** The cached section lags behind on real phones; here it repeats the sensors at rest, so that a reader of it is caught. */
export function dumpThermalService(
  heat: Heat,
  naming: SensorNaming,
  statusOverride: number | undefined,
): string {
  const sensors = thermalSensors(heat, naming);
  const status = statusOverride ?? heat.status;
  const skin = sensors.find(({ type }) => type === sensorTypes.skin)?.name ?? 'skin';
  const line = (sensor: Sensor, celsius: number): string =>
    `\tTemperature{mValue=${celsius.toFixed(1)}, mType=${sensor.type}, mName=${sensor.name}, mStatus=${sensor.type === sensorTypes.skin ? heat.status : 0}}`;
  const cooling = heat.throttlingFactor < 1 ? Math.ceil((1 - heat.throttlingFactor) * 10) : 0;
  return [
    `IsStatusOverride: ${statusOverride !== undefined}`,
    'ThermalEventListeners:',
    '\tcallbacks: 2',
    '\tkilled: false',
    '\tbroadcasts count: -1',
    'ThermalStatusListeners:',
    '\tcallbacks: 2',
    '\tkilled: false',
    '\tbroadcasts count: -1',
    `Thermal Status: ${status}`,
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
    `\tTemperatureThreshold{mType=3, mName=${skin}, mHotThrottlingThresholds=[NaN, 40.0, 43.0, 46.0, 50.0, 55.0, 60.0], mColdThrottlingThresholds=[NaN, NaN, NaN, NaN, NaN, NaN, NaN]}`,
    '',
  ].join('\n');
}
