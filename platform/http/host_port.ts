import { isIP } from 'node:net';
import { wholeOf } from '../../common/decimal';
import { fail, ok, type Result } from '../../common/result';

export interface HostPort {
  /** A name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

const largestPort = 65_535;
/** https://www.rfc-editor.org/rfc/rfc1123#section-2, and underscores, which container networks use. */
const hostName = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_-]{1,63})*\.?$/;

export function isHost(text: string): boolean {
  return isIP(text) !== 0 || hostName.test(text);
}

/** Reads `HOST:PORT`, `[IPv6]:PORT` included. The error says what is wrong, without the text. */
export function readHostPort(text: string): Result<HostPort, string> {
  const at = text.lastIndexOf(':');
  const bracketed = text.slice(0, Math.max(0, at));
  const host = /^\[.*\]$/.test(bracketed) ? bracketed.slice(1, -1) : bracketed;
  const port = at === -1 ? NaN : wholeOf(text.slice(at + 1));
  if (at === -1 || !isHost(host) || (host.includes(':') && host === bracketed))
    return fail('expected HOST:PORT, for example 127.0.0.1:7600');
  if (!(port >= 1 && port <= largestPort))
    return fail(`expected HOST:PORT with a port from 1 to ${largestPort}`);
  return ok({ host, port });
}
