import fc from 'fast-check';
import { isHost, readHostPort } from '../../../platform/http/host_port';

describe('HOST:PORT', () => {
  it.each([
    ['127.0.0.1:7600', { host: '127.0.0.1', port: 7600 }],
    ['lab-7.example_net.:1', { host: 'lab-7.example_net.', port: 1 }],
    ['[::1]:65535', { host: '::1', port: 65_535 }],
  ])('reads %s', (text, expected) =>
    expect(readHostPort(text)).toEqual({ ok: true, value: expected }),
  );

  it.each([
    '',
    ':',
    'host',
    'host:',
    ':7600',
    '::1:7600',
    '[host:1',
    'a b:1',
    'host :1',
    'user@host:1',
    'http://host:1',
    '-h:1',
    'host:7600/path',
    `${'a'.repeat(300)}:1`,
  ])('refuses %j', (text) => {
    expect(readHostPort(text)).toMatchObject({ ok: false });
  });
  it.each(['h:0', 'h:65536', 'h:99999999', 'h:1e3', 'h:0x10', 'h: 5', 'h:05', 'h:-1', 'h:80.0'])(
    'refuses the port of %s',
    (text) => {
      expect(readHostPort(text)).toEqual({
        ok: false,
        error: 'expected HOST:PORT with a port from 1 to 65535',
      });
    },
  );
  it('never quotes what it refuses', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const read = readHostPort(text);
        if (!read.ok) expect(read.error).toMatch(/^expected HOST:PORT/);
      }),
    );
  });
  it.each(['', ' ', 'a\nb', 'a..b', '1.2.3.4:5'])('%j is no host', (text) =>
    expect(isHost(text)).toBe(false),
  );
});
