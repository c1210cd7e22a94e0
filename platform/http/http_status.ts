import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BadInputError } from '../../common/bad_input';
import type { ListenAddress } from './loopback';

/** What a program tells its operator over HTTP. */
export interface StatusPages {
  /** The body of `/metrics` and its content type. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** What the program still waits for, one line each; empty = ready to work. */
  readonly missing: () => readonly string[];
}

export interface StatusServer {
  readonly port: number;
  close(): Promise<void>;
}

/** A scraper that sends its request slower than this is no scraper. */
const requestDeadlineMs = 5_000;

/** Serves `/metrics`, `/healthz` (the process answers) and `/readyz` (it can work). @throws BadInputError when the port is taken. */
export async function startStatusServer(
  address: ListenAddress,
  pages: StatusPages,
): Promise<StatusServer> {
  const server = createServer(
    { requestTimeout: requestDeadlineMs, headersTimeout: requestDeadlineMs },
    (request, response) => {
      answer(request, response, pages).catch((error: unknown) => {
        if (!response.headersSent) send(response, 500, `${(error as Error).message}\n`);
      });
    },
  );
  await listen(server, address);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The one line for an address that cannot be listened on; `setting` names the configuration field to change. */
export function listenFailure(
  address: ListenAddress,
  setting: string,
  reason: string,
): BadInputError {
  const place = `${address.host}:${String(address.port)}`;
  if (reason.includes('EADDRINUSE'))
    return new BadInputError(
      `${setting}: port ${String(address.port)} on ${address.host} is in use; stop the program that holds it or set another port (0 = any free one)`,
    );
  return new BadInputError(
    `${setting}: cannot listen on ${place} (${reason}); expected an address of this machine and a port that this user may open`,
  );
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  pages: StatusPages,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    send(response, 405, 'only GET is answered here\n');
    return;
  }
  switch (request.url?.split('?')[0]) {
    case '/metrics': {
      const { contentType, text } = await pages.metrics();
      response.setHeader('content-type', contentType);
      send(response, 200, text);
      return;
    }
    case '/healthz':
      send(response, 200, 'ok\n');
      return;
    case '/readyz': {
      const missing = pages.missing();
      send(
        response,
        missing.length === 0 ? 200 : 503,
        missing.length === 0 ? 'ready\n' : `${missing.join('\n')}\n`,
      );
      return;
    }
    default:
      send(response, 404, 'expected /metrics, /healthz or /readyz\n');
  }
}

function send(response: ServerResponse, status: number, text: string): void {
  if (!response.hasHeader('content-type'))
    response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.statusCode = status;
  response.end(text);
}

function listen(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(listenFailure(address, 'http.port', error.code ?? error.message)),
    );
    server.listen(address.port, address.host, resolve);
  });
}
