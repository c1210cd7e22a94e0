import { isIP } from 'node:net';
import { BadInputError } from '../../common/bad_input';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** Nothing here asks for a password yet, so only this machine may connect unless the operator insists. */
export function requireLoopback(address: ListenAddress, insecureListen: boolean): void {
  if (insecureListen || isLoopback(address.host)) return;
  throw new BadInputError(
    `refusing to listen on ${address.host}:${String(address.port)}: there is no authentication yet, so only 127.0.0.1, ::1 or localhost are allowed; add --insecure-listen if the network is trusted`,
  );
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
