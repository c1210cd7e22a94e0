import { readHostPort, type HostPort } from '../http/host_port';
import { fail, ok, type Result } from '../../common/result';

/** Where a NATS server is, and how to be let in. Never to be printed as it is: `shown` is for that. */
export interface NatsAddress {
  readonly server: HostPort;
  /** The connection is encrypted, or there is none. */
  readonly tls: boolean;
  readonly credentials:
    | { readonly kind: 'none' }
    | { readonly kind: 'user'; readonly user: string; readonly password: string }
    | { readonly kind: 'token'; readonly token: string };
  /** Host and port only. */
  readonly shown: string;
}

const expectedNatsAddress =
  'expected nats://HOST:PORT or tls://HOST:PORT, with USER:PASSWORD@ or TOKEN@ before the host if the server asks for it';
const defaultPort = 4222;

/**
 * Reads `nats://127.0.0.1:4222` or `tls://user:password@host:port`; characters that an address cannot have are written as
 * %XX. Nothing in it is ignored: what is not understood is refused, in words that repeat nothing of it.
 */
export function readNatsAddress(text: string): Result<NatsAddress, string> {
  const match = /^(nats|tls):\/\/(?:([^@/?#\s]+)@)?([^@/?#\s]+)$/.exec(text);
  const [, scheme, login, place = ''] = match ?? [];
  if (match === null) return fail(expectedNatsAddress);
  const server = readHostPort(
    /:\d+$/.test(place) && !/^[^[]*:.*:/.test(place) ? place : `${place}:${defaultPort}`,
  );
  if (!server.ok) return fail(expectedNatsAddress);
  const credentials = login === undefined ? ({ kind: 'none' } as const) : readCredentials(login);
  if (credentials === undefined)
    return fail(
      'the user, password or token before the @ is not usable; write special characters as %XX',
    );
  const host = server.value.host.includes(':') ? `[${server.value.host}]` : server.value.host;
  return ok({
    server: server.value,
    tls: scheme === 'tls',
    credentials,
    shown: `${host}:${server.value.port}`,
  });
}

function readCredentials(login: string): NatsAddress['credentials'] | undefined {
  const parts = login.split(':').map(decoded);
  const [first, second, ...more] = parts;
  if (
    more.length > 0 ||
    first === undefined ||
    parts.some((part) => part === undefined || part === '')
  )
    return undefined;
  return second === undefined
    ? { kind: 'token', token: first }
    : { kind: 'user', user: first, password: second };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
