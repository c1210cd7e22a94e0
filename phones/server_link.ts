import { connect } from 'node:net';
import { systemClock } from '../platform/time/clock';
import type { FleetPhone } from './fleet';

interface AdbServerAddress {
  readonly adbHost: string;
  readonly adbPort: number;
}

export interface FleetLink {
  /** Settles when every phone was seen in the adb server's list, or after `deadlineMs` with false. */
  connected(deadlineMs: number): Promise<boolean>;
  /** Connects no more, and takes the phones off the adb server's list, as far as it answers. Idempotent. */
  close(): Promise<void>;
}

/** Often enough to notice a restarted adb server, seldom enough to cost nothing. */
const pollPeriodMs = 500;
/** While phones are still to be connected. */
const firstPollPeriodMs = 50;
const requestDeadlineMs = 5000;
const largestAnswerBytes = 1024 * 1024;
/** adb answers connect requests one after the other; a few at once keep its queue short. */
const mostRequestsAtOnce = 16;

/** Keeps the phones connected to an adb server, through restarts of the server and replugging of phones. Never throws. */
export function connectFleet(
  phones: readonly Pick<FleetPhone, 'addresses'>[],
  server: AdbServerAddress,
): FleetLink {
  const stopping = new AbortController();
  const waiters = new Set<() => void>();
  let complete = false;
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      complete = await connectMissing(phones, server, stopping.signal);
      if (complete) for (const wake of [...waiters]) wake();
      await systemClock.sleep(complete ? pollPeriodMs : firstPollPeriodMs, stopping.signal);
    }
  };
  const looped = loop();
  return {
    connected: (deadlineMs) =>
      new Promise((resolve) => {
        const settle = (): void => {
          clearTimeout(timer);
          waiters.delete(settle);
          resolve(complete);
        };
        const timer = setTimeout(settle, deadlineMs);
        waiters.add(settle);
        if (complete) settle();
      }),
    close: async () => {
      if (stopping.signal.aborted) return looped;
      stopping.abort();
      for (const wake of [...waiters]) wake();
      await looped;
      const addresses = phones.flatMap((phone) => phone.addresses);
      await forEach(addresses, (address) => ask(server, `host:disconnect:${address}`));
    },
  };
}

async function connectMissing(
  phones: readonly Pick<FleetPhone, 'addresses'>[],
  server: AdbServerAddress,
  stopping: AbortSignal,
): Promise<boolean> {
  const listed = await ask(server, 'host:devices');
  if (listed === undefined) return false;
  const present = new Set(
    listed
      .split('\n')
      .flatMap((line) => (line.endsWith('\tdevice') ? [line.slice(0, line.indexOf('\t'))] : [])),
  );
  const missing = phones
    .flatMap((phone) => phone.addresses)
    .filter((address) => !present.has(address));
  const offline = new Set(listed.split('\n').map((line) => line.split('\t')[0] ?? ''));
  await forEach(missing, async (address) => {
    if (stopping.aborted) return;
    // adb says "already connected" to an offline phone and does nothing more.
    if (offline.has(address)) await ask(server, `host:disconnect:${address}`);
    await ask(server, `host:connect:${address}`);
  });
  return missing.length === 0;
}

async function forEach(
  addresses: readonly string[],
  act: (address: string) => Promise<unknown>,
): Promise<void> {
  const queue = [...addresses];
  const worker = async (): Promise<void> => {
    for (let address = queue.shift(); address !== undefined; address = queue.shift())
      await act(address);
  };
  await Promise.all(Array.from({ length: mostRequestsAtOnce }, worker));
}

/** One request of the adb server's own protocol. @returns its text, or undefined for any failure */
function ask(server: AdbServerAddress, service: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(server.adbPort, server.adbHost);
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    socket.setTimeout(requestDeadlineMs, () => socket.destroy());
    socket.on('connect', () =>
      socket.write(`${Buffer.byteLength(service).toString(16).padStart(4, '0')}${service}`),
    );
    socket.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes > largestAnswerBytes) socket.destroy();
      else chunks.push(chunk);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      const answer = Buffer.concat(chunks).toString();
      resolve(answer.startsWith('OKAY') ? answer.slice(8) : undefined);
    });
  });
}
