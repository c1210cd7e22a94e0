import { createSteadyClock, type Clock } from '../../platform/time/clock';
import type { DeviceDescription, DeviceTool } from '../../common/device';
import { farmFault, type FarmFaultCode } from '../../common/fault';
import type { Job, Outcome } from '../../common/job';
import { formatTarget, type Offer } from '../../common/target';
import type { ArtifactCache, CacheFailure } from '../../platform/artifacts/artifact_cache';
import { fastestCores } from '../benchmark/pinning';
import type { ReadinessLimits } from '../benchmark/readiness';
import { runBenchmark } from '../benchmark/run_benchmark';
import { PreparedDevice } from '../benchmark/prepared_device';
import { isSharedPlatform } from '../device/android/soc';
import type { Device } from '../device/device';
import { adapterFor, runtimesFor } from '../runtimes/registry';
import type { RuntimeAdapter } from '../runtimes/tool/runtime_adapter';
import type { LocalTools } from '../tools/local_tools';

const faultOfCache = {
  stopped: 'stopped',
  'disk-full': 'storage-full',
  unavailable: 'artifact-unavailable',
} as const satisfies Record<CacheFailure['kind'], FarmFaultCode>;

interface JobRunnerOptions {
  /** The operator's tools for phones, and the ones that virtual phones bring. */
  readonly tools: LocalTools;
  readonly virtualTools: LocalTools;
  /** By serial: what the operator says about one device. */
  readonly pools: ReadonlyMap<string, string>;
  readonly runtimes: ReadonlyMap<string, readonly Offer[]>;
  readonly readiness: ReadinessLimits;
  readonly cache: ArtifactCache;
  readonly clock: Clock;
  readonly agentVersion: string;
}

/** A device made ready to measure: what it is for the coordinator, and how a job is carried out on it. */
export interface JobRunner {
  readonly device: Device;
  readonly description: DeviceDescription;
  measure(job: Job, signal: AbortSignal): Promise<Outcome>;
}

/** What the operator says about the device goes before what it says of itself. */
export function createJobRunner(device: Device, options: JobRunnerOptions): JobRunner {
  const { hardware } = device;
  const { adapters, missing } = runtimesFor(
    hardware,
    hardware.kind === 'virtual' ? options.virtualTools : options.tools,
  );
  const preparedDevice = new PreparedDevice(device);
  const allowed = options.runtimes.get(hardware.serial);
  const pool = options.pools.get(hardware.serial);
  const offers = adapters
    .flatMap((adapter) => adapter.offers)
    .filter((offer) => allowed === undefined || allowed.some((each) => sameOffer(each, offer)));
  return {
    device,
    description: {
      ...hardware,
      pool: pool ?? poolOf(hardware.kind, hardware.soc),
      offers,
      tools: toolsOf(adapters, options.agentVersion),
      missing: [...missing, ...unnamedSoc(hardware, pool)],
    },
    measure: (job, signal) =>
      measure({ job, signal, preparedDevice, adapter: adapterFor(adapters, job.target) }, options),
  };
}

/** What the operator can do for phones that do not say which SoC they have. */
function unnamedSoc(
  { serial, soc }: Pick<DeviceDescription, 'serial' | 'soc'>,
  pool: string | undefined,
): readonly string[] {
  if (pool !== undefined || !isSharedPlatform(soc)) return [];
  return [
    `its SoC is not known: several have the platform name ${soc}; name its pool in the agent's YAML, for example pools: { ${serial}: sm8250 } (docs/phones.md)`,
  ];
}

function toolsOf(adapters: readonly RuntimeAdapter[], agentVersion: string): DeviceTool[] {
  return adapters.map(({ name, tools }) => ({ name, digest: tools?.digest ?? '', agentVersion }));
}

interface Measuring {
  readonly job: Job;
  readonly signal: AbortSignal;
  readonly preparedDevice: PreparedDevice;
  readonly adapter: RuntimeAdapter | undefined;
}

async function measure(
  { job, signal, preparedDevice, adapter }: Measuring,
  options: JobRunnerOptions,
): Promise<Outcome> {
  const { hardware } = preparedDevice.device;
  // Tools can leave the operator's folder between registration and the job.
  if (adapter === undefined)
    return farmFault(
      'tool-missing',
      `${hardware.serial} has no tool for ${formatTarget(job.target)}`,
    );
  // A clock that is set during the job must not make it end before it began.
  const clock = createSteadyClock(options.clock);
  const startedAtMs = clock.nowMs();
  const fetched = await options.cache.obtain(job.artifact, signal);
  if (!fetched.ok) return farmFault(faultOfCache[fetched.error.kind], fetched.error.message);
  return runBenchmark({
    preparedDevice,
    adapter,
    job,
    modelPath: fetched.value,
    clock,
    limits: options.readiness,
    signal,
    cores: fastestCores(hardware, job.plan.threads, job.target.unit),
    agentVersion: options.agentVersion,
    fetchMs: clock.nowMs() - startedAtMs,
  });
}

function sameOffer(a: Offer, b: Offer): boolean {
  return a.runtime === b.runtime && a.unit === b.unit && a.precision === b.precision;
}

/** The SoC as a pool name, so that phones of one SoC share their jobs unless the operator says otherwise. */
function poolOf(kind: DeviceDescription['kind'], soc: string): string {
  if (kind === 'host') return 'host';
  const name = soc
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[^a-z0-9]+/g, '')
    .slice(0, 63);
  return name === '' ? 'unknown' : name;
}
