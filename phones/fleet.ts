import { dirname, resolve } from 'node:path';
import { BadInputError } from '../common/bad_input';
import { createRandom } from '../common/random';
import { systemErrorCode } from '../platform/files/system_error';
import { readYamlFile } from '../platform/config/yaml_file';
import { costModelLatencies } from './cost_model/predict';
import type { PhoneFault } from './machine/faults';
import { fleetSchema, type FleetFile, type PhoneGroup } from './fleet_file';
import { readLatencyTable } from './latency_table';
import { phoneModel, virtualSocs } from './machine/phone_model';
import { ContentStore } from './system/content_store';
import { VirtualPhone } from './virtual_phone';

export interface FleetPhone {
  readonly serial: string;
  readonly soc: string;
  readonly host: string;
  readonly port: number;
  /** `HOST:PORT` of each way that adb is to know. */
  readonly addresses: readonly string[];
  inject(fault: PhoneFault): void;
  unplug(): void;
  replug(): void;
}

export interface VirtualFleet {
  readonly phones: readonly FleetPhone[];
  /** Idempotent. */
  stop(): void;
}

/** Reads fleet.yaml; paths in it are relative to it. @throws BadInputError */
export function readFleetFile(path: string): FleetFile {
  const fleet = readYamlFile(path, fleetSchema);
  return fleet.latencyTable === undefined
    ? fleet
    : { ...fleet, latencyTable: resolve(dirname(path), fleet.latencyTable) };
}

/** `count` phones of all SoCs in turn. The cycle is the seed's, so that small fleets differ too. */
export function defaultFleet(count: number, seed: number): FleetFile {
  const first = createRandom(seed).below(virtualSocs.length);
  const groups = virtualSocs.map((_, index) => {
    const soc = virtualSocs[(first + index) % virtualSocs.length] ?? '';
    return {
      soc,
      count: Math.floor(count / virtualSocs.length) + (index < count % virtualSocs.length ? 1 : 0),
    };
  });
  return fleetSchema.parse({
    seed,
    timeScale: 0,
    phones: groups.filter((group) => group.count > 0),
  });
}

/** The same as a file for people to change. */
export function defaultFleetYaml(count: number, seed: number): string {
  const fleet = defaultFleet(count, seed);
  const groups = fleet.phones
    .map((group) => `  - soc: ${group.soc}\n    count: ${group.count}\n`)
    .join('');
  return `# Virtual phones; docs/virtual-phones.md explains every field.\nseed: ${seed}\ntimeScale: ${fleet.timeScale}\nphones:\n${groups}`;
}

/** Starts every phone on loopback. Connect them to an adb server with `connectFleet`. @throws BadInputError for a port that is taken */
export async function startVirtualFleet(fleet: FleetFile): Promise<VirtualFleet> {
  const contents = new ContentStore();
  const latencies =
    fleet.latencyTable === undefined
      ? costModelLatencies()
      : readLatencyTable(fleet.latencyTable, costModelLatencies());
  const random = createRandom(fleet.seed);
  const phones: VirtualPhone[] = [];
  const waysBySerial = new Map<string, number>();
  const timers: NodeJS.Timeout[] = [];
  const stop = (): void => {
    timers.forEach(clearTimeout);
    for (const phone of phones) phone.stop();
  };
  const usedSerials = new Set<string>();
  try {
    for (const group of fleet.phones) {
      for (let index = 0; index < group.count; index += 1) {
        const serial = freeSerial(group, usedSerials);
        const phone = new VirtualPhone({
          serial,
          serialNumber: group.sharedSerial ?? serial,
          batteryFrozen: group.batteryFrozen,
          model: phoneModel(group.soc),
          random: random.derive(serial),
          timeScale: fleet.timeScale,
          storageBytes: group.storageMb * 1024 ** 2,
          contents,
          latencies,
        });
        phones.push(phone);
        waysBySerial.set(serial, group.ways);
        await plug(phone, group.port === undefined ? 0 : group.port + index);
        timers.push(...scheduleFaults(phone, group));
      }
    }
  } catch (error) {
    stop();
    throw error;
  }
  return {
    phones: phones.map((phone) => fleetPhone(phone, waysBySerial.get(phone.serial) ?? 1)),
    stop,
  };
}

function freeSerial(group: PhoneGroup, used: Set<string>): string {
  const prefix = group.serialPrefix ?? `VIRT-${group.soc}`;
  let number = 1;
  while (used.has(`${prefix}-${number}`)) number += 1;
  const serial = `${prefix}-${number}`;
  used.add(serial);
  return serial;
}

async function plug(phone: VirtualPhone, port: number): Promise<void> {
  try {
    await phone.plug(port);
  } catch (error) {
    throw new BadInputError(
      `virtual phone ${phone.serial} cannot listen on 127.0.0.1:${port} (${systemErrorCode(error)}); give another port or none`,
    );
  }
}

function scheduleFaults(phone: VirtualPhone, group: PhoneGroup): NodeJS.Timeout[] {
  return group.faults.map(({ atMs, fault }) => setTimeout(() => phone.inject(fault), atMs));
}

/** Names of this machine: adb takes each for another phone's. */
const hosts = ['127.0.0.1', 'localhost'];

function fleetPhone(phone: VirtualPhone, ways: number): FleetPhone {
  return {
    serial: phone.serial,
    soc: phone.model.soc,
    host: '127.0.0.1',
    port: phone.port,
    addresses: hosts.slice(0, ways).map((host) => `${host}:${phone.port}`),
    inject: (fault) => phone.inject(fault),
    unplug: () => phone.inject({ kind: 'unplug' }),
    replug: () => phone.inject({ kind: 'replug' }),
  };
}
