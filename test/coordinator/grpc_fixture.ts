import {
  credentials,
  Server,
  ServerCredentials,
  status,
  type ChannelCredentials,
  type ServiceDefinition,
  type ServiceError,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { createLogger } from '../../platform/logger';

export const silentLogger = createLogger('test', 'silent');

export interface TestServer {
  readonly address: string;
  stop(): void;
}

/** One service on a free port of the loopback. */
export async function serve(
  definition: ServiceDefinition,
  implementation: object,
): Promise<TestServer> {
  const server = new Server();
  server.addService(definition, implementation as UntypedServiceImplementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { address: `127.0.0.1:${String(port)}`, stop: () => server.forceShutdown() };
}

export const insecure = (): ChannelCredentials => credentials.createInsecure();

/** A gRPC error as "CODE: details", which is what a test wants to see. */
export function describeError(error: unknown): string {
  const { code, details } = error as ServiceError;
  return `${status[code]}: ${details}`;
}
