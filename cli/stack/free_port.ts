import { createServer, type AddressInfo } from 'node:net';
import { BadInputError } from '../../common/bad_input';

/** A loopback port that nobody listens on now. */
export function freePort(): Promise<number> {
  return probe(0);
}

/** Makes sure that `port` is free before anything is started on it. @throws BadInputError naming the option that changes it */
export async function requireFreePort(port: number, purpose: string, option: string): Promise<void> {
  try {
    await probe(port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new BadInputError(`port ${String(port)} for ${purpose} is in use; end what listens there (ss -ltnp 'sport = :${String(port)}'), or choose another with ${option}`);
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
