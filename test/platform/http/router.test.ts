import { findRoute, plainText, type Route } from '../../../platform/http/router';

const route = (path: string): Route => ({
  method: 'GET',
  path,
  answer: () => plainText(200, path),
});
const routes = [route('/metrics'), route('/healthz'), route('/')];

describe('finding a route', () => {
  it.each([
    ['/metrics', '/metrics'],
    ['/metrics?name=x', '/metrics'],
    ['/?a=/healthz', '/'],
    ['http://farm:7601/healthz?x', '/healthz'],
    ['HTTP://farm/', '/'],
  ])('takes %s for %s', (target, path) => {
    expect(findRoute(routes, 'GET', target)).toMatchObject({ kind: 'found', route: { path } });
  });

  it('answers HEAD as GET', () => {
    expect(findRoute(routes, 'HEAD', '/metrics')).toEqual(findRoute(routes, 'GET', '/metrics'));
  });

  it.each(['/metric', '/metrics/', '/Metrics', '/%6detrics', '//metrics', '', '*', '/constructor'])(
    'knows no %p, and says what there is',
    (target) => {
      expect(findRoute(routes, 'GET', target)).toEqual({
        kind: 'not-found',
        line: 'expected /metrics, /healthz or /',
      });
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'get', ''])(
    'says which methods there are to %p',
    (method) => {
      expect(findRoute(routes, method, '/metrics')).toEqual({
        kind: 'not-allowed',
        allow: 'GET, HEAD',
        line: 'expected GET or HEAD',
      });
    },
  );

  it('prefers to say that nothing is there', () => {
    expect(findRoute(routes, 'POST', '/nowhere').kind).toBe('not-found');
  });

  it('names the only route as it is', () => {
    expect(findRoute([route('/metrics')], 'GET', '/')).toMatchObject({ line: 'expected /metrics' });
  });
});
