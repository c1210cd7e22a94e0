import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../logger';
import { withDeadline } from '../time/deadline';
import { listenFailure } from './listen_failure';
import type { ListenAddress } from './loopback';
import { findRoute, plainText, type HttpAnswer, type Route } from './router';

export interface HttpServer {
  readonly port: number;
  /** Takes no more connections, and resolves when what was asked is answered or has taken too long. */
  close(): Promise<void>;
}

interface HttpLimits {
  readonly largestHeaderBytes: number;
  readonly requestDeadlineMs: number;
  readonly answerDeadlineMs: number;
  readonly stallDeadlineMs: number;
  readonly mostSockets: number;
  readonly closeDeadlineMs: number;
}

export const httpLimits: HttpLimits = {
  /** A browser with its cookies sends two; more is no request for a page of ours. */
  largestHeaderBytes: 8 * 1024,
  /** Who sends a request of some hundred bytes slower than this wants to hold the socket. */
  requestDeadlineMs: 5_000,
  /** A scraper gives up after ten seconds. */
  answerDeadlineMs: 5_000,
  /** Nothing sent and nothing taken for so long: gone. Longer than an answer may take. */
  stallDeadlineMs: 10_000,
  /** Some scrapers, probes and people, each with the six sockets of a browser; a flood takes no descriptors from devices. */
  mostSockets: 64,
  /** Less than a program's parts are given to close. */
  closeDeadlineMs: 2_000,
};

interface HttpServerOptions {
  readonly address: ListenAddress;
  /** The field of the configuration that the address comes from, for the one line when it cannot be had. */
  readonly setting: string;
  readonly routes: readonly Route[];
  readonly logger: Pick<Logger, 'error'>;
  readonly limits?: HttpLimits;
}

/** Answers the routes until it is closed. @throws BadInputError when the port is taken. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const limits = options.limits ?? httpLimits;
  const closing = new AbortController();
  const server = createServer(
    {
      maxHeaderSize: limits.largestHeaderBytes,
      headersTimeout: limits.requestDeadlineMs,
      requestTimeout: limits.requestDeadlineMs,
      // Node looks for late requests every 30 s by itself: the deadline would be a multiple of what it says.
      connectionsCheckingInterval: limits.requestDeadlineMs / 5,
      keepAliveTimeout: limits.requestDeadlineMs,
    },
    (request, response) => {
      const left = new Promise<null>((resolve) => response.once('close', () => resolve(null)));
      answerRequest({ ...options, limits }, request, left)
        .then((full) => {
          if (full === null) return;
          if (closing.signal.aborted) response.shouldKeepAlive = false;
          send(response, full);
        })
        .catch((error: unknown) => {
          // A header that HTTP has no letters for.
          options.logger.error({ path: request.url, err: error }, 'an answer could not be sent');
          response.destroy();
        });
    },
  );
  server.maxConnections = limits.mostSockets;
  server.timeout = limits.stallDeadlineMs;
  await listen(server, options);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      closing.abort();
      return closeInOrder(server, limits.closeDeadlineMs);
    },
  };
}

interface FullAnswer {
  readonly answer: HttpAnswer;
  readonly headers: Readonly<Record<string, string>>;
}

/** Null when the client has left. Never rejects: what a handler throws is for the log, not for whoever asked. */
async function answerRequest(
  { routes, logger, limits }: HttpServerOptions & { readonly limits: HttpLimits },
  { method = '', url = '' }: IncomingMessage,
  left: Promise<null>,
): Promise<FullAnswer | null> {
  const routing = findRoute(routes, method, url);
  switch (routing.kind) {
    case 'not-found':
      return { answer: plainText(404, routing.line), headers: {} };
    case 'not-allowed':
      // What else comes with such a request is not read.
      return {
        answer: plainText(405, routing.line),
        headers: { allow: routing.allow, connection: 'close' },
      };
    case 'found': {
      const { path } = routing.route;
      try {
        const work = Promise.race([left, (async () => routing.route.answer())()]);
        const made = await withDeadline(work, limits.answerDeadlineMs, path);
        if (made.ok) return made.value && { answer: made.value, headers: {} };
        logger.error({ path, deadlineMs: limits.answerDeadlineMs }, 'no answer in time');
        return { answer: plainText(503, 'no answer in time; ask again'), headers: {} };
      } catch (error) {
        logger.error({ path, err: error }, 'no answer');
        return { answer: plainText(500, 'failed; the log of the program says why'), headers: {} };
      }
    }
  }
}

function send(response: ServerResponse, { answer, headers }: FullAnswer): void {
  const body = Buffer.from(answer.text);
  response.writeHead(answer.status, {
    'content-type': answer.contentType,
    'content-length': body.byteLength,
    ...headers,
  });
  // Node leaves the body out where HEAD was asked.
  response.end(body);
}

function listen(server: Server, { address, setting }: HttpServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(listenFailure(address, setting, error.code ?? error.message)),
    );
    server.listen(address.port, address.host, resolve);
  });
}

async function closeInOrder(server: Server, deadlineMs: number): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const closed = await withDeadline(ended, deadlineMs, 'requests under way');
  if (closed.ok) return;
  server.closeAllConnections();
  await ended;
}
