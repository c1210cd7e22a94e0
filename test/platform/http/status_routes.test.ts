import { findRoute, type HttpAnswer } from '../../../platform/http/router';
import { statusRoutes } from '../../../platform/http/status_routes';

const page = { contentType: 'text/plain; version=0.0.4', text: 'farm_devices 3\n' };

async function ask(target: string, missing: readonly string[] = []): Promise<HttpAnswer> {
  const routes = statusRoutes({ metrics: () => Promise.resolve(page), missing: () => missing });
  const routing = findRoute(routes, 'GET', target);
  if (routing.kind !== 'found') throw new Error(routing.line);
  return routing.route.answer();
}

describe('the status pages', () => {
  it('are the metrics with their content type', async () => {
    expect(await ask('/metrics')).toEqual({ status: 200, ...page });
  });

  it('say that the process is healthy while it answers, ready or not', async () => {
    expect(await ask('/healthz', ['NATS'])).toMatchObject({ status: 200, text: 'ok\n' });
  });

  it('say what is missing, a line each, until nothing is', async () => {
    expect(await ask('/readyz', ['NATS', 'the coordinator'])).toMatchObject({
      status: 503,
      text: 'NATS\nthe coordinator\n',
    });
    expect(await ask('/readyz?verbose')).toMatchObject({ status: 200, text: 'ready\n' });
  });

  it('are these three', async () => {
    await expect(ask('/')).rejects.toThrow('expected /metrics, /healthz or /readyz');
  });
});
