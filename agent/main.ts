import path from 'node:path';
import { systemClock } from '../platform/time/clock';
import { makeDataDir } from '../platform/files/data_dir';
import { startHttpServer } from '../platform/http/http_server';
import { statusRoutes } from '../platform/http/status_routes';
import type { JobResult } from '../common/job';
import { Lifecycle } from '../platform/lifecycle/lifecycle';
import type { RunningProgram } from '../platform/lifecycle/run_until_stopped';
import type { Logger } from '../platform/logger';
import { requireLoopback } from '../platform/http/loopback';
import { createRandom } from '../common/random';
import { farmVersion } from '../platform/config/version';
import { openArtifactCache, type ArtifactCache } from '../platform/artifacts/artifact_cache';
import type { AgentConfig } from './config';
import { watchDevices, type AttachedDevices } from './worker/attached_devices';
import { createArtifactClient } from '../proto/link/artifact_client';
import { openCoordinatorLink, type CoordinatorLink } from './link/coordinator_link';
import { createAgentMetrics } from './observe/agent_metrics';
import { connectBus, type Bus } from '../platform/nats/bus';
import { startResultPublisher, type ResultPublisher } from './results/publisher';
import { openSpool } from './results/spool';
import { startTelemetryPublisher } from './results/telemetry';
import { openPhoneTools } from './tools/phone_tools';
import { openLocalTools } from './tools/local_tools';
import type { ToolPaths } from './tools/tool_paths';
import { toolCacheFolder } from './tools/tool_cache';
import { DeviceWorkers } from './worker/device_workers';
import { createJobRunner } from './worker/job_runner';
import { startTelemetryRounds } from './worker/telemetry_rounds';

interface AgentOptions {
  readonly config: AgentConfig;
  /** The tools that virtual phones bring; undefined where there are none. */
  readonly virtualTools: ToolPaths | undefined;
  readonly insecureListen: boolean;
  readonly logger: Logger;
}

interface RunningAgent extends RunningProgram {
  readonly httpPort: number;
}

/**
 * Starts an agent: what earlier runs left is published first, then devices are registered as they appear.
 * @throws BadInputError for what the operator can mend; nothing is left running then.
 */
export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  const { config, logger } = options;
  requireLoopback(config.http, options.insecureListen);
  await makeDataDir(config.dataDir);
  const lifecycle = new Lifecycle(logger);
  try {
    return await assemble(options, lifecycle);
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

async function assemble(options: AgentOptions, lifecycle: Lifecycle): Promise<RunningAgent> {
  const { config, logger } = options;
  const random = createRandom(`${config.agent}/${String(systemClock.nowMs())}`);
  const bus = lifecycle.add('bus', await connectBus(config.nats, `agent ${config.agent}`, logger));
  const spool = await openSpool(path.join(config.dataDir, 'spool'), logger);
  const publisher = lifecycle.add(
    'results',
    startResultPublisher({
      bus,
      spool,
      clock: systemClock,
      random: random.derive('publisher'),
      logger,
    }),
  );
  const source = lifecycle.add('artifacts', createArtifactClient(config.coordinator));
  const cache = lifecycle.add(
    'cache',
    await openArtifactCache({
      folder: path.join(config.dataDir, 'artifacts'),
      source,
      largestBytes: config.cacheBytes,
    }),
  );
  const attached = lifecycle.add(
    'devices',
    await watchDevices({
      dataDir: config.dataDir,
      adb: config.adb,
      host: config.host,
      excludedSerials: config.exclude,
      logger,
    }),
  );
  return run({ ...options, bus, publisher, cache, attached }, lifecycle);
}

interface AgentParts extends AgentOptions {
  readonly bus: Bus;
  readonly publisher: ResultPublisher;
  readonly cache: ArtifactCache;
  readonly attached: AttachedDevices;
}

async function run(parts: AgentParts, lifecycle: Lifecycle): Promise<RunningAgent> {
  const { config, logger, publisher, bus } = parts;
  const metrics = createAgentMetrics({
    devicesAttached: () => workers.devices().length,
    jobsRunning: () => workers.heldLeases().length,
    resultsUnpublished: () => publisher.heldLeases().length,
    connected: () => link.connected(),
  });
  const keepResult = async (result: JobResult): Promise<void> => {
    const kept = await publisher.publish(result);
    if (kept.ok) metrics.resultKept(result);
    // The lease is no longer renewed, so the job runs again once there is room.
    else
      logger.error(
        { jobId: result.lease.jobId, problem: kept.error.message },
        'a result could not be kept',
      );
  };
  const workers = lifecycle.add('workers', await openWorkers(parts, keepResult));
  const link = lifecycle.add('link', openLink(parts, workers));
  workers.onChange((change) => link.send(change));
  const telemetry = startTelemetryPublisher(bus, systemClock);
  lifecycle.add('telemetry', telemetry);
  const rounds = startTelemetryRounds({
    agentId: config.agent,
    workers,
    clock: systemClock,
    publish: (each) => telemetry.publish(each),
  });
  lifecycle.add('telemetry rounds', { close: () => rounds.stop() });
  const missing = (): string[] => [
    ...(bus.isConnected() ? [] : ['NATS']),
    ...(link.connected() ? [] : ['the coordinator']),
  ];
  const http = lifecycle.add(
    'http',
    await startHttpServer({
      address: config.http,
      setting: 'http.port',
      routes: statusRoutes({ metrics: metrics.render, missing }),
      logger,
    }),
  );
  return {
    httpPort: http.port,
    done: lifecycle.done,
    stop: () => lifecycle.stop(),
    hurry: () => lifecycle.hurry(),
  };
}

async function openWorkers(
  parts: AgentParts,
  keepResult: (result: JobResult) => Promise<void>,
): Promise<DeviceWorkers> {
  const { config, logger, attached, cache } = parts;
  const runner = {
    tools: await openPhoneTools(config.tools, toolCacheFolder(process.env)),
    virtualTools: await openLocalTools(parts.virtualTools ?? config.tools),
    pools: new Map(Object.entries(config.pools)),
    runtimes: new Map(Object.entries(config.runtimes)),
    readiness: config.readiness,
    cache,
    clock: systemClock,
    agentVersion: farmVersion(),
  };
  return new DeviceWorkers({
    agentId: config.agent,
    attached,
    createRunner: (device) => createJobRunner(device, runner),
    keepResult,
    logger,
  });
}

function openLink(parts: AgentParts, workers: DeviceWorkers): CoordinatorLink {
  const { config, logger, publisher, cache } = parts;
  const heldLeases = (): ReturnType<DeviceWorkers['heldLeases']> => [
    ...workers.heldLeases(),
    ...publisher.heldLeases(),
  ];
  return openCoordinatorLink({
    coordinator: config.coordinator,
    clock: systemClock,
    random: createRandom(config.agent),
    logger,
    hello: () => ({
      kind: 'hello',
      agentId: config.agent,
      version: farmVersion(),
      devices: workers.devices(),
      unusablePhones: workers.unusablePhones(),
      heldLeases: heldLeases(),
    }),
    heartbeat: () => ({ kind: 'heartbeat', heldLeases: heldLeases() }),
    onCommand: (command) => {
      switch (command.kind) {
        case 'run-job':
          workers.run(command.job, command.lease);
          return;
        case 'stop-job':
          workers.stop(command.lease);
          return;
        case 'prefetch-artifact':
          cache.prefetch(command.artifact);
          return;
      }
    },
  });
}
