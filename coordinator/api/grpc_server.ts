import {
  Server,
  ServerCredentials,
  type ServerInterceptor,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { createServer } from 'node:net';
import { listenFailure } from '../../platform/http/listen_failure';
import { withDeadline } from '../../platform/time/deadline';
import type { ListenAddress } from '../../platform/http/loopback';
import { agentServiceDefinition } from '../agents/agent_service';
import { loadFarmPackage, loadFarmServices } from '../../proto/service';
import { transportOptions } from '../../proto/transport_options';
import type { AgentServiceHandlers } from '../../proto/generated/farm/v1/AgentService';
import type { ArtifactServiceHandlers } from '../../proto/generated/farm/v1/ArtifactService';
import type { BenchmarkServiceHandlers } from '../../proto/generated/farm/v1/BenchmarkService';
import type { FleetServiceHandlers } from '../../proto/generated/farm/v1/FleetService';
import type { SearchServiceHandlers } from '../../proto/generated/farm/v1/SearchService';
import type { TrainingServiceHandlers } from '../../proto/generated/farm/v1/TrainingService';
import { boundMessages, refuseUnread } from './message_bounds';

export interface FarmHandlers {
  readonly agent: AgentServiceHandlers;
  readonly artifact: ArtifactServiceHandlers;
  readonly benchmark: BenchmarkServiceHandlers;
  readonly search: SearchServiceHandlers;
  readonly fleet: FleetServiceHandlers;
  readonly training: TrainingServiceHandlers;
}

export interface GrpcServer {
  readonly port: number;
  /** Refuses new calls, lets running ones end for a moment, then ends them. */
  stop(): Promise<void>;
}

/** A Hello of a thousand devices has about 2 MB. The transport puts a message together on the event loop, before anybody can refuse it. */
const options = {
  ...transportOptions,
  'grpc.max_receive_message_length': 4 * 1024 * 1024,
} as const;

/** `tryShutdown` waits for the last stream, which may never end. */
const stopDeadlineMs = 2_000;

/** Opens the port. Whatever must be ready before the first call must be ready before this. @throws BadInputError when it cannot. */
export async function startGrpcServer(
  address: ListenAddress,
  handlers: FarmHandlers,
  interceptors: ServerInterceptor[],
): Promise<GrpcServer> {
  const server = new Server({ ...options, interceptors: [...interceptors, refuseUnread] });
  const services = loadFarmServices();
  const add = (definition: ServiceDefinition, implementation: object): void =>
    server.addService(definition, implementation as UntypedServiceImplementation);
  const addBounded = (definition: ServiceDefinition, implementation: object): void =>
    add(boundMessages(definition), implementation);
  add(agentServiceDefinition(services), handlers.agent);
  addBounded(services.ArtifactService.service, handlers.artifact);
  addBounded(services.BenchmarkService.service, handlers.benchmark);
  addBounded(services.SearchService.service, handlers.search);
  addBounded(services.FleetService.service, handlers.fleet);
  addBounded(services.TrainingService.service, handlers.training);
  // The empty name is the server as a whole: https://github.com/grpc/grpc/blob/master/doc/health-checking.md
  const health = new HealthImplementation({ '': 'SERVING' });
  health.addToServer(server);
  new ReflectionService(loadFarmPackage()).addToServer(server);
  const port = await bind(server, address);
  return {
    port,
    stop: () => {
      health.setStatus('', 'NOT_SERVING');
      return stop(server);
    },
  };
}

async function bind(server: Server, address: ListenAddress): Promise<number> {
  await tryPort(address);
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return new Promise((resolve, reject) => {
    server.bindAsync(
      `${host}:${String(address.port)}`,
      ServerCredentials.createInsecure(),
      (error, port) => {
        if (error === null) resolve(port);
        else reject(listenFailure(address, 'grpc.port', error.message));
      },
    );
  });
}

/** grpc-js reports a port that is taken on the console, and without the reason; so we look first. */
function tryPort(address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) =>
      reject(listenFailure(address, 'grpc.port', error.code ?? error.message)),
    );
    probe.listen(address.port, address.host, () => probe.close(() => resolve()));
  });
}

async function stop(server: Server): Promise<void> {
  const ended = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  const stopped = await withDeadline(ended, stopDeadlineMs, 'calls under way');
  if (!stopped.ok) server.forceShutdown();
}
