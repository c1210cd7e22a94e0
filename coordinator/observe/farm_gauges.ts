import { Gauge, type Registry } from 'prom-client';
import type { DeviceState } from '../../common/device';
import type { ResultConsumer } from '../results/result_consumer';
import type { TelemetryListener } from '../results/telemetry_listener';
import type { FleetView } from '../views/fleet/fleet_view';
import type { SearchView } from '../searches/search_view';

export interface FarmGaugesParts {
  readonly fleet: FleetView;
  readonly searches: () => readonly SearchView[];
  readonly isNatsConnected: () => boolean;
  readonly telemetry: Pick<TelemetryListener, 'latest'>;
  readonly results: Pick<ResultConsumer, 'undecodableCount'>;
  readonly artifacts: () => { readonly bytes: number; readonly count: number };
}

/** Computed when somebody looks: what a scrape shows is the state itself and cannot drift from it. */
export function registerFarmGauges(registry: Registry, parts: FarmGaugesParts): void {
  const register = (definition: Definition, fill: Fill): void =>
    registerGauge(registry, definition, fill);
  registerFleet(register, parts.fleet);
  registerDeviceStates(register, parts);
  registerJobs(register, parts.fleet);
  registerSearches(register, parts.searches);
  register(
    {
      name: 'farm_results_unreadable',
      help: 'Results since the start that no one could read, and that are lost',
    },
    (gauge) => gauge.set(parts.results.undecodableCount()),
  );
  register(
    { name: 'farm_artifact_store_bytes', help: 'Size of the models that the coordinator keeps' },
    (gauge) => gauge.set(parts.artifacts().bytes),
  );
  register({ name: 'farm_artifacts', help: 'Models that the coordinator keeps' }, (gauge) =>
    gauge.set(parts.artifacts().count),
  );
  register(
    { name: 'farm_nats_connected', help: '1 while the connection to NATS stands' },
    (gauge) => gauge.set(Number(parts.isNatsConnected())),
  );
}

interface Definition {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
}
type Fill = (gauge: Gauge) => void;
type Register = (definition: Definition, fill: Fill) => void;

function registerGauge(
  registry: Registry,
  { name, help, labelNames = [] }: Definition,
  fill: Fill,
): void {
  new Gauge({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset();
      fill(this);
    },
  });
}

function registerFleet(register: Register, fleet: FleetView): void {
  register(
    { name: 'farm_devices', help: 'Devices by state', labelNames: ['pool', 'state'] },
    (gauge) => {
      for (const view of fleet.devices())
        gauge.inc({ pool: view.description.pool, state: view.state.kind });
    },
  );
  register(
    {
      name: 'farm_device_target_quarantined',
      help: '1 for a target whose tools failed on the device for different models',
      labelNames: ['serial', 'target'],
    },
    (gauge) => {
      for (const { description, troubles } of fleet.devices()) {
        for (const [target, { kind }] of troubles)
          if (kind === 'quarantined') gauge.set({ serial: description.serial, target }, 1);
      }
    },
  );
  register({ name: 'farm_agents', help: 'Agents by state', labelNames: ['state'] }, (gauge) => {
    for (const view of fleet.agents()) gauge.inc({ state: view.state.kind });
  });
  register(
    { name: 'farm_utilisation_ratio', help: 'Share of the usable devices that are at work' },
    (gauge) => gauge.set(fleet.utilisation()),
  );
}

/** How attached devices were when their agents last looked, which they do while a device idles: `farm_device_read_timestamp_seconds` says when. */
function registerDeviceStates(register: Register, { fleet, telemetry }: FarmGaugesParts): void {
  const perDevice = (
    definition: Definition,
    read: (deviceState: DeviceState) => number | null,
  ): void => {
    register({ ...definition, labelNames: ['serial', 'pool'] }, (gauge) => {
      // By the scheduler's list, so that a stranger on NATS adds no series.
      for (const {
        description,
        state: { kind },
      } of fleet.devices()) {
        const heard = kind === 'absent' ? undefined : telemetry.latest(description.serial);
        const value = heard === undefined ? null : read(heard.state);
        if (value !== null)
          gauge.set({ serial: description.serial, pool: description.pool }, value);
      }
    });
  };
  perDevice(
    { name: 'farm_device_battery_percent', help: 'Charge of the battery' },
    ({ batteryPercent }) => batteryPercent,
  );
  perDevice(
    { name: 'farm_device_battery_celsius', help: 'Temperature of the battery' },
    ({ batteryCelsius }) => batteryCelsius,
  );
  perDevice(
    { name: 'farm_device_hottest_celsius', help: 'Highest of all thermal sensors' },
    ({ celsiusBySensor }) => hottest(Object.values(celsiusBySensor)),
  );
  perDevice(
    { name: 'farm_device_thermal_status', help: "Android's thermal status, 0 none to 6 shutdown" },
    ({ thermalStatus }) => thermalStatus,
  );
  perDevice(
    {
      name: 'farm_device_read_timestamp_seconds',
      help: 'When these were read, by the clock of the agent',
    },
    ({ atMs }) => atMs / 1_000,
  );
}

function hottest(celsius: readonly number[]): number | null {
  return celsius.length === 0 ? null : Math.max(...celsius);
}

function registerJobs(register: Register, fleet: FleetView): void {
  register({ name: 'farm_leases', help: 'Leases that count' }, (gauge) =>
    gauge.set(fleet.leases()),
  );
  register(
    { name: 'farm_jobs', help: 'Open jobs by state', labelNames: ['target', 'state'] },
    (gauge) => {
      for (const { target, queued } of fleet.targets())
        gauge.set({ target, state: 'queued' }, queued);
      for (const [target, busy] of fleet.busyDevices())
        gauge.set({ target, state: 'leased' }, busy);
    },
  );
  register(
    {
      name: 'farm_jobs_ended',
      help: 'Jobs that have ended since the start, by their end',
      labelNames: ['state'],
    },
    (gauge) => {
      for (const end of ['measured', 'reused', 'infeasible', 'abandoned'] as const)
        gauge.set({ state: end }, fleet.endedJobs()[end]);
    },
  );
}

/** Searches that are over are left out: a scrape must not grow with the farm's age. */
function registerSearches(register: Register, searches: () => readonly SearchView[]): void {
  const perTarget = (
    definition: Definition,
    fill: (
      gauge: Gauge,
      labels: { search: string; target: string },
      progress: SearchView['targets'][number],
    ) => void,
  ): void => {
    register(
      { ...definition, labelNames: ['search', 'target', ...(definition.labelNames ?? [])] },
      (gauge) => {
        for (const { searchId, state, targets } of searches()) {
          if (state !== 'running' && state !== 'paused') continue;
          for (const progress of targets)
            fill(gauge, { search: searchId, target: progress.target }, progress);
        }
      },
    );
  };
  perTarget(
    { name: 'farm_search_budget', help: 'Measurements that the search may make' },
    (gauge, labels, { budget }) => gauge.set(labels, budget.measurements ?? Infinity),
  );
  perTarget(
    { name: 'farm_search_hypervolume', help: 'Hypervolume of the front so far' },
    (gauge, labels, { hypervolume }) => gauge.set(labels, hypervolume ?? 0),
  );
  perTarget(
    { name: 'farm_search_candidates', help: 'Candidates by state', labelNames: ['state'] },
    (gauge, labels, progress) => {
      for (const state of ['measured', 'infeasible', 'abandoned', 'inFlight'] as const)
        gauge.set({ ...labels, state }, progress[state]);
    },
  );
}
