import type { DeviceStatus } from '../../proto/codec/fleet';
import type { UnusablePhone } from '../../common/device';
import type { Command } from 'commander';
import { FarmError } from '../../common/farm_error';
import { clusterNames, deviceName } from '../output/device_name';
import { formatTable } from '../output/table';
import type { Terminal } from '../output/terminal';
import { withFarm } from './connection';
import { jsonOr } from '../output/json_or';

export function registerDevices(program: Command, terminal: Terminal): void {
  const devices = program
    .command('devices')
    .description('phones and hosts of the fleet, and what each is doing');
  devices
    .command('list', { isDefault: true })
    .description('all devices (default)')
    .option('--json', 'machine-readable output')
    .action(async (options: { json?: boolean }, command: Command) => {
      const list = await withFarm(command, (farm) => farm.listDevices());
      terminal.print(jsonOr(options, list, () => describeList(list.devices, list.unusablePhones)));
    });
  devices
    .command('show <serial>')
    .description('everything known about one device')
    .option('--json', 'machine-readable output')
    .action(async (serial: string, options: { json?: boolean }, command: Command) => {
      const list = await withFarm(command, (farm) => farm.listDevices());
      const device = list.devices.find((each) => each.description.serial === serial);
      if (device === undefined)
        throw new FarmError('not-found', `device ${serial}: not known; see: farm devices`);
      terminal.print(jsonOr(options, device, () => describeDevice(device)));
    });
  registerChange(
    devices,
    terminal,
    'drain',
    'give the device no new job; a running one ends in peace',
  );
  registerChange(
    devices,
    terminal,
    'resume',
    'end a drain or a quarantine, those of its targets included',
  );
  registerChange(devices, terminal, 'remove', 'forget a device that is no longer attached');
}

function registerChange(
  devices: Command,
  terminal: Terminal,
  change: 'drain' | 'resume' | 'remove',
  description: string,
): void {
  devices
    .command(`${change} <serial>`)
    .description(description)
    .option('--json', 'machine-readable output')
    .action(async (serial: string, options: { json?: boolean }, command: Command) => {
      const device = await withFarm(command, (farm) => farm[change](serial));
      terminal.print(
        jsonOr(
          options,
          device,
          () => `${serial} ${change === 'remove' ? 'removed' : device.state}`,
        ),
      );
    });
}

function describeList(
  devices: readonly DeviceStatus[],
  unusable: readonly UnusablePhone[],
): string {
  const rows = devices.map((device) => [
    device.description.serial,
    device.description.kind,
    device.state,
    device.description.pool,
    deviceName(device.description),
    device.agentId,
    { value: device.jobsMeasured, decimals: 0 },
    [
      device.detail,
      ...device.troubles
        .filter(({ state }) => state === 'quarantined')
        .map(({ target }) => `${target} quarantined`),
    ]
      .filter((text) => text !== null)
      .join('; '),
  ]);
  const table =
    rows.length === 0
      ? 'no devices yet: plug in a phone (docs/phones.md), or start virtual ones: farm up --virtual-phones 4'
      : formatTable(
          ['SERIAL', 'KIND', 'STATE', 'POOL', 'MODEL', 'AGENT', 'MEASURED', 'DETAIL'],
          rows,
        );
  const problems = unusable.map(
    (phone) => `${phone.adbSerial} (${phone.adbState}): ${phone.reason}; ${phone.remedy}`,
  );
  return [table, ...(problems.length > 0 ? ['', 'Not usable:', ...problems] : [])].join('\n');
}

function describeDevice(device: DeviceStatus): string {
  const description = device.description;
  const rows: [string, string][] = [
    ['serial', description.serial],
    ['state', [device.state, device.detail].filter((text) => text !== null).join(': ')],
    ['agent', device.agentId],
    ['kind', description.kind],
    ['model', deviceName(description)],
    ['soc', description.soc],
    ['pool', description.pool],
    ['os build', description.osBuild],
    ['abi', description.abi],
    ['cpu clusters', clusterNames(description.cpuClusters)],
    ['memory', `${(description.memoryBytes / 2 ** 30).toFixed(1)} GiB`],
    ['storage free', `${(description.storageFreeBytes / 2 ** 30).toFixed(1)} GiB`],
    ['thermal sensors', description.thermalSensors.join(', ')],
    [
      'offers',
      description.offers
        .map((offer) => `${offer.runtime}/${offer.unit}/${offer.precision}`)
        .join(', '),
    ],
    ['measured', String(device.jobsMeasured)],
    ...device.troubles.map(({ target, state, detail }): [string, string] => [
      state,
      `${target} ${detail}`,
    ]),
    ...description.missing.map((reason): [string, string] => ['missing', reason]),
  ];
  return rows.map(([name, value]) => `${name.padEnd(16)} ${value === '' ? '-' : value}`).join('\n');
}
