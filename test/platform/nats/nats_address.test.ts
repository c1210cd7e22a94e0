import fc from 'fast-check';
import { readNatsAddress } from '../../../platform/nats/nats_address';

describe('the address of a NATS server', () => {
  it.each([
    [
      'nats://127.0.0.1:4222',
      {
        server: { host: '127.0.0.1', port: 4222 },
        tls: false,
        credentials: { kind: 'none' },
        shown: '127.0.0.1:4222',
      },
    ],
    [
      'tls://broker.lab',
      {
        server: { host: 'broker.lab', port: 4222 },
        tls: true,
        credentials: { kind: 'none' },
        shown: 'broker.lab:4222',
      },
    ],
    [
      'nats://farm:s%40cret%3A@broker:1',
      {
        server: { host: 'broker', port: 1 },
        tls: false,
        credentials: { kind: 'user', user: 'farm', password: 's@cret:' },
        shown: 'broker:1',
      },
    ],
    [
      'tls://t0ken@[::1]:4443',
      {
        server: { host: '::1', port: 4443 },
        tls: true,
        credentials: { kind: 'token', token: 't0ken' },
        shown: '[::1]:4443',
      },
    ],
    [
      'nats://[::1]',
      {
        server: { host: '::1', port: 4222 },
        tls: false,
        credentials: { kind: 'none' },
        shown: '[::1]:4222',
      },
    ],
  ])('%s is read', (text, expected) =>
    expect(readNatsAddress(text)).toEqual({ ok: true, value: expected }),
  );

  it.each([
    '',
    'localhost',
    'localhost:4222',
    'nats:host',
    'http://host:1',
    'NATS://host',
    'nats://',
    'nats://host:0',
    'nats://host:99999999',
    'nats://host:1e3',
    'nats://host:',
    'nats://a,b',
    'nats://a:1,nats://b:2',
    'nats://host/path',
    'nats://host?tls=true',
    'nats://host#x',
    ' nats://host',
    'nats://ho st',
    'nats://::1:4222',
    'nats://user:pass@',
    'nats://user:@host',
    'nats://:pass@host',
    'nats://@host',
    'nats://a:b:c@host',
    'nats://us%ZZer:pass@host',
    'ws://host',
    'nats+tls://host',
  ])('%j is refused', (text) => {
    expect(readNatsAddress(text)).toMatchObject({ ok: false });
  });

  it('tells its secrets to nobody', () => {
    const secret = fc.stringMatching(/^[a-z]{1}[A-Z]{8}[0-9]{4}$/);
    fc.assert(
      fc.property(
        secret,
        fc.constantFrom('nats', 'tls', 'ftp'),
        fc.constantFrom('host', 'ho st', 'host:99999', ''),
        (password, scheme, host) => {
          const read = readNatsAddress(`${scheme}://user:${password}@${host}`);
          expect(read.ok ? read.value.shown : read.error).not.toContain(password);
        },
      ),
    );
  });
});
