import { createServer, type AddressInfo } from 'node:net';
import { BadInputError } from '../../common/bad_input';
import type { StackPorts } from './ports';

/** A loopback port that nobody listens on now. */
export function freePort(): Promise<number> {
  return probe(0);
}

/** Makes sure that the ports differ and are free before anything is started on them. @throws BadInputError naming the option that changes it */
export async function requireFreePorts(ports: StackPorts): Promise<void> {
  const options = [
    ['--grpc', ports.grpc],
    ['--http', ports.http],
    ['--nats', ports.nats],
    ['--agent-http', ports.agentHttp],
  ] as const;
  for (const [index, [option, port]] of options.entries()) {
    const other = options.slice(index + 1).find(([, each]) => each === port);
    if (other !== undefined)
      throw new BadInputError(
        `${option} and ${other[0]} are both ${String(port)}; give each a port of its own`,
      );
  }
  await requireFreePort(ports.grpc, 'gRPC', '--grpc PORT');
  await requireFreePort(ports.http, 'HTTP', '--http PORT');
  await requireFreePort(ports.nats, 'NATS', '--nats PORT');
  await requireFreePort(ports.agentHttp, "the agent's HTTP", '--agent-http PORT');
}

async function requireFreePort(port: number, purpose: string, option: string): Promise<void> {
  try {
    await probe(port);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES')
      throw new BadInputError(
        `port ${String(port)} for ${purpose} needs more rights than this user has; choose one above 1023 with ${option}`,
      );
    if (code !== 'EADDRINUSE') throw error;
    throw new BadInputError(
      `port ${String(port)} for ${purpose} is in use; end what listens there (ss -ltnp 'sport = :${String(port)}'), or choose another with ${option}`,
    );
  }
}

function probe(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const found = (server.address() as AddressInfo).port;
      server.close(() => resolve(found));
    });
  });
}
