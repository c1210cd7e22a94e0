import { BadInputError } from '../../../common/bad_input';
import { startStatusServer, type StatusServer } from '../../../platform/http/http_status';

describe('status server', () => {
  let server: StatusServer | undefined;
  let missing: string[] = [];
  const pages = {
    metrics: () =>
      Promise.resolve({ contentType: 'text/plain; version=0.0.4', text: 'farm_devices 3\n' }),
    missing: () => missing,
  };
  const get = async (place: string, init: RequestInit = {}): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${String(server?.port)}${place}`, init);
    return `${String(response.status)} ${await response.text()}`;
  };
  beforeEach(async () => {
    server = await startStatusServer({ host: '127.0.0.1', port: 0 }, pages);
  });
  afterEach(() => server?.close());

  it('serves the metrics with their content type', async () => {
    const response = await fetch(`http://127.0.0.1:${String(server?.port)}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect(await response.text()).toBe('farm_devices 3\n');
  });

  it('is healthy while it answers, and ready when nothing is missing', async () => {
    missing = ['waiting for nats://127.0.0.1:4222'];
    expect(await get('/healthz')).toBe('200 ok\n');
    expect(await get('/readyz')).toBe('503 waiting for nats://127.0.0.1:4222\n');
    missing = [];
    expect(await get('/readyz?verbose')).toBe('200 ready\n');
  });

  it('answers nothing else', async () => {
    expect(await get('/')).toMatch(/^404 expected \/metrics/);
    expect(await get('/metrics', { method: 'POST' })).toMatch(/^405/);
  });

  it('says that metrics failed instead of ending the program', async () => {
    await server?.close();
    server = await startStatusServer(
      { host: '127.0.0.1', port: 0 },
      { ...pages, metrics: () => Promise.reject(new Error('no registry')) },
    );
    expect(await get('/metrics')).toBe('500 no registry\n');
  });

  it('names a port that is taken, and the remedy', async () => {
    const port = server?.port ?? 0;
    const second = startStatusServer({ host: '127.0.0.1', port }, pages);
    await expect(second).rejects.toThrow(BadInputError);
    await expect(second).rejects.toThrow(
      `http.port: port ${String(port)} on 127.0.0.1 is in use; stop the program that holds it or set another port (0 = any free one)`,
    );
  });
});
