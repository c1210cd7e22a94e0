import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { BadInputError } from '../../../common/bad_input';
import { httpLimits, startHttpServer, type HttpServer } from '../../../platform/http/http_server';
import { plainText, type Route } from '../../../platform/http/router';
import { talkTo } from './raw_client';

const address = { host: '127.0.0.1', port: 0 };
const logged: { readonly fields: unknown; readonly line: string }[] = [];
const logger = {
  error: (fields: unknown, line: string) => void logged.push({ fields, line }),
} as unknown as Parameters<typeof startHttpServer>[0]['logger'];

/** Every server of a test is closed after it. */
const servers: HttpServer[] = [];
const sockets: Socket[] = [];

async function serve(
  answers: Readonly<Record<string, Route['answer']>>,
  limits: Partial<typeof httpLimits> = {},
): Promise<HttpServer> {
  const routes = Object.entries(answers).map(([path, answer]): Route => ({
    method: 'GET',
    path,
    answer,
  }));
  const server = await startHttpServer({
    address,
    setting: 'http.port',
    routes,
    logger,
    limits: { ...httpLimits, closeDeadlineMs: 200, ...limits },
  });
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close()));
  logged.length = 0;
});

const urlOf = (server: HttpServer, path: string): string =>
  `http://127.0.0.1:${String(server.port)}${path}`;

async function get(server: HttpServer, path: string): Promise<string> {
  const response = await fetch(urlOf(server, path));
  return `${String(response.status)} ${await response.text()}`;
}

async function talk(server: HttpServer): ReturnType<typeof talkTo> {
  const client = await talkTo(server.port);
  sockets.push(client.socket);
  return client;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(5);
}

const hello = { '/hello': () => plainText(200, 'hello') };

describe('an HTTP server', () => {
  it('answers a route', async () => {
    const server = await serve(hello);
    const response = await fetch(urlOf(server, '/hello'));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toBe('hello\n');
  });

  it('answers HEAD with the length of what GET answers, and nothing after the headers', async () => {
    const server = await serve({ '/hello': () => plainText(200, 'grüezi') });
    const { socket, ended } = await talk(server);
    socket.write('HEAD /hello HTTP/1.1\r\nhost: farm\r\nconnection: close\r\n\r\n');
    const heard = await ended;
    expect(heard).toMatch(/^HTTP\/1\.1 200 /);
    expect(heard.toLowerCase()).toContain('content-length: 8\r\n');
    expect(heard.endsWith('\r\n\r\n')).toBe(true);
  });

  it('answers several requests of one socket in order', async () => {
    const server = await serve({
      '/slow': async () => plainText(200, await pause(20, 'first')),
      '/hello': () => plainText(200, 'second'),
    });
    const { socket, ended } = await talk(server);
    socket.write('GET /slow HTTP/1.1\r\nhost: farm\r\n\r\n');
    socket.write('GET /hello HTTP/1.1\r\nhost: farm\r\nconnection: close\r\n\r\n');
    expect((await ended).match(/first|second/g)).toEqual(['first', 'second']);
  });

  it('says in one line what there is instead of what was asked', async () => {
    expect(await get(await serve(hello), '/hallo')).toBe('404 expected /hello\n');
  });

  it('says which methods are allowed, and reads no more of such a request', async () => {
    const server = await serve(hello);
    const { socket, ended } = await talk(server);
    socket.write('POST /hello HTTP/1.1\r\nhost: farm\r\ncontent-length: 1000000\r\n\r\nabc');
    const heard = await ended;
    expect(heard).toMatch(/^HTTP\/1\.1 405 /);
    expect(heard.toLowerCase()).toContain('allow: get, head\r\n');
    expect(heard).toMatch(/\r\n\r\nexpected GET or HEAD\n$/);
  });

  it.each<[string, Route['answer']]>([
    ['throws', () => unlucky()],
    ['rejects', () => Promise.reject(new Error('no registry at /secret'))],
  ])('tells the log, and only the log, why a handler %s', async (_, answer) => {
    const server = await serve({ '/broken': answer, ...hello });
    expect(await get(server, '/broken')).toBe('500 failed; the log of the program says why\n');
    expect(logged).toMatchObject([
      { fields: { path: '/broken', err: { message: 'no registry at /secret' } } },
    ]);
    expect(await get(server, '/hello')).toBe('200 hello\n');
  });

  it('survives an answer that cannot be sent', async () => {
    const server = await serve({
      '/odd': () => ({ status: 200, contentType: 'a\r\nb', text: '' }),
      ...hello,
    });
    await expect(get(server, '/odd')).rejects.toThrow();
    expect(logged).toMatchObject([{ line: 'an answer could not be sent' }]);
    expect(await get(server, '/hello')).toBe('200 hello\n');
  });

  it('does not wait for ever for a handler', async () => {
    const server = await serve(
      { '/stuck': () => new Promise(() => undefined) },
      { answerDeadlineMs: 20 },
    );
    expect(await get(server, '/stuck')).toBe('503 no answer in time; ask again\n');
    expect(logged).toMatchObject([{ fields: { path: '/stuck' }, line: 'no answer in time' }]);
  });

  it('does not mind a client that leaves before its answer', async () => {
    let answer: (() => void) | undefined;
    const server = await serve({
      '/slow': () => new Promise((resolve) => (answer = () => resolve(plainText(200, 'late')))),
      ...hello,
    });
    const { socket, ended } = await talk(server);
    socket.write('GET /slow HTTP/1.1\r\nhost: farm\r\n\r\n');
    await until(() => answer !== undefined);
    socket.destroy();
    await ended;
    answer?.();
    expect(await get(server, '/hello')).toBe('200 hello\n');
    expect(logged).toEqual([]);
  });

  it('names a port that is taken, and the remedy', async () => {
    const { port } = await serve(hello);
    const second = startHttpServer({
      address: { ...address, port },
      setting: 'http.port',
      routes: [],
      logger,
    });
    await expect(second).rejects.toThrow(BadInputError);
    await expect(second).rejects.toThrow(
      `http.port: port ${String(port)} on 127.0.0.1 is in use; stop the program that holds it or set another port (0 = any free one)`,
    );
  });
});

describe('the bounds of an HTTP server', () => {
  it.each([
    ['sends its headers byte by byte', 'GET /hello HTTP/1.1\r\nx: ', 'y'],
    [
      'sends its body byte by byte',
      'GET /hello HTTP/1.1\r\nhost: a\r\ncontent-length: 999\r\n\r\n',
      'y',
    ],
    ['sends nothing at all', '', ''],
  ])('cut off a client that %s', async (_, first, drop) => {
    const server = await serve(hello, { requestDeadlineMs: 100 });
    const { socket, ended } = await talk(server);
    const startedAtMs = performance.now();
    socket.write(first);
    const dropping = setInterval(() => socket.write(drop), 10);
    await ended;
    clearInterval(dropping);
    const lastedMs = performance.now() - startedAtMs;
    expect(lastedMs).toBeGreaterThan(80);
    expect(lastedMs).toBeLessThan(2_000);
    expect(await get(server, '/hello')).toBe('200 hello\n');
  });

  it('cut off a client that does not take its answer', async () => {
    const server = await serve(
      { '/large': () => plainText(200, 'x'.repeat(32_000_000)) },
      { stallDeadlineMs: 100 },
    );
    const { socket } = await talk(server);
    socket.pause();
    socket.write('GET /large HTTP/1.1\r\nhost: farm\r\n\r\n');
    await pause(600);
    socket.resume();
    await once(socket, 'close');
    expect(socket.bytesRead).toBeLessThan(32_000_000);
  });

  it('refuse headers that are too large', async () => {
    const server = await serve(hello);
    const { socket, ended } = await talk(server);
    const cookie = 'c'.repeat(httpLimits.largestHeaderBytes);
    socket.write(`GET /hello HTTP/1.1\r\nhost: farm\r\ncookie: ${cookie}\r\n\r\n`);
    expect(await ended).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('refuse what is no HTTP', async () => {
    const { socket, ended } = await talk(await serve(hello));
    socket.write('\u0016\u0003\u0001 hello\r\n\r\n');
    expect(await ended).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('let no more clients in than there is room for, and the next when one has left', async () => {
    const server = await serve(hello, { mostSockets: 2 });
    const [first] = [await talk(server), await talk(server)];
    const third = await talk(server);
    expect(await third.ended).toBe('');
    first.socket.destroy();
    await first.ended;
    const answers = async (): Promise<boolean> => {
      const fourth = await talk(server);
      fourth.socket.write('GET /hello HTTP/1.1\r\nhost: farm\r\nconnection: close\r\n\r\n');
      return (await fourth.ended).endsWith('hello\n');
    };
    while (!(await answers())) await pause(5);
  });
});

describe('closing an HTTP server', () => {
  it('answers what was asked before, and takes nothing new', async () => {
    const waiting: (() => void)[] = [];
    const server = await serve(
      {
        '/slow': () =>
          new Promise((resolve) => waiting.push(() => resolve(plainText(200, 'done')))),
      },
      { closeDeadlineMs: 5_000 },
    );
    const clients = await Promise.all(Array.from({ length: 40 }, () => talk(server)));
    for (const { socket } of clients) socket.write('GET /slow HTTP/1.1\r\nhost: farm\r\n\r\n');
    await until(() => waiting.length === clients.length);
    const startedAtMs = performance.now();
    const closed = server.close();
    await expect(fetch(urlOf(server, '/slow'))).rejects.toThrow();
    for (const answer of waiting) answer();
    const heard = await Promise.all(clients.map(({ ended }) => ended));
    await closed;
    expect(performance.now() - startedAtMs).toBeLessThan(4_000);
    for (const each of heard) {
      expect(each).toMatch(/^HTTP\/1\.1 200 [^]*done\n$/);
      expect(each.toLowerCase()).toContain('connection: close\r\n');
    }
  });

  it('lets go of clients that keep their connection for later', async () => {
    const server = await serve(hello, { closeDeadlineMs: 5_000 });
    const { socket, heard, ended } = await talk(server);
    socket.write('GET /hello HTTP/1.1\r\nhost: farm\r\n\r\n');
    await until(() => heard().endsWith('hello\n'));
    const startedAtMs = performance.now();
    await server.close();
    await ended;
    expect(performance.now() - startedAtMs).toBeLessThan(4_000);
  });

  it('cuts off what takes longer than the deadline: handlers and half requests', async () => {
    let asked = 0;
    const server = await serve(
      { '/stuck': () => new Promise(() => void (asked += 1)) },
      { closeDeadlineMs: 50 },
    );
    const stuck = await talk(server);
    const half = await talk(server);
    stuck.socket.write('GET /stuck HTTP/1.1\r\nhost: farm\r\n\r\n');
    half.socket.write('GET /stuck HT');
    await until(() => asked === 1);
    await server.close();
    expect(await stuck.ended).toBe('');
    expect(await half.ended).toBe('');
  });

  it('may be asked twice', async () => {
    const server = await serve(hello);
    await Promise.all([server.close(), server.close()]);
  });
});

function unlucky(): never {
  throw new Error('no registry at /secret');
}
