import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { AdbStream } from '../../../phones/adb/stream';
import { SyncService } from '../../../phones/adb/sync_service';
import type { VirtualPhone } from '../../../phones/virtual_phone';
import { barePhone } from '../bare_phone';

const root = '/data/local/tmp';

function request(id: string, body: Buffer | string = ''): Buffer {
  const bytes = Buffer.from(body);
  const header = Buffer.alloc(8);
  header.write(id, 'latin1');
  header.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

function done(modifiedAtS = 0): Buffer {
  const header = request('DONE');
  header.writeUInt32LE(modifiedAtS, 4);
  return header;
}

function pushOf(path: string, content: Buffer, mode = '33188'): Buffer[] {
  const frames: Buffer[] = [];
  for (let start = 0; start < content.length; start += 65_536)
    frames.push(request('DATA', content.subarray(start, start + 65_536)));
  return [request('SEND', `${path},${mode}`), ...frames, done()];
}

/** Sends the bytes as adb would, in any pieces, and gathers what the service answers. */
async function exchange(
  phone: VirtualPhone,
  pieces: readonly Buffer[],
): Promise<{ answer: Buffer; closed: boolean }> {
  const answers: Buffer[] = [];
  const stream: AdbStream = new AdbStream(
    {
      sendData: (data) => {
        answers.push(Buffer.from(data));
        queueMicrotask(() => stream.handleAcknowledgement());
      },
      sendAcknowledgement: () => undefined,
      sendClose: () => undefined,
    },
    64 * 1024,
  );
  new SyncService(stream, phone.system, { beforeData: () => undefined }).start();
  for (const piece of pieces) {
    if (stream.closed.aborted) break;
    await stream.handleData(piece);
  }
  await new Promise((resolve) => setImmediate(resolve));
  return { answer: Buffer.concat(answers), closed: stream.closed.aborted };
}

describe('a push', () => {
  it.each([0, 1, 65_536, 65_537, 300_000])(
    'of %i bytes lies there as it was sent',
    async (size) => {
      const phone = barePhone();
      const content = randomBytes(size);
      const { answer } = await exchange(phone, pushOf(`${root}/f`, content, String(0o100755)));
      expect(answer).toEqual(Buffer.concat([request('OKAY')]));
      expect(phone.system.files.stat(`${root}/f`)).toMatchObject({ mode: 0o755, bytes: content });
    },
  );

  it('arrives alike however the wire cuts it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 500 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        async (bytes, cuts) => {
          const phone = barePhone();
          const wire = Buffer.concat(pushOf(`${root}/f`, Buffer.from(bytes)));
          const pieces: Buffer[] = [];
          for (let at = 0; at < wire.length;) {
            const piece = wire.subarray(at, at + cuts[pieces.length % cuts.length]!);
            pieces.push(piece);
            at += piece.length;
          }
          expect((await exchange(phone, pieces)).answer.toString('latin1', 0, 4)).toBe('OKAY');
          expect(phone.system.files.read(`${root}/f`)).toEqual({
            ok: true,
            value: Buffer.from(bytes),
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('makes the folders that it needs', async () => {
    const phone = barePhone();
    await exchange(phone, pushOf(`${root}/a/b/f`, Buffer.from('x')));
    expect(phone.system.files.read(`${root}/a/b/f`)).toMatchObject({ ok: true });
  });

  it.each([
    ['a folder', root, 'Is a directory'],
    ['a place that is not ours', '/system/bin/x', 'Read-only file system'],
  ])('to %s fails with the reason, and leaves nothing', async (_, path, reason) => {
    const phone = barePhone();
    const { answer, closed } = await exchange(phone, pushOf(path, Buffer.from('x')));
    expect(answer.toString()).toContain(`couldn't create file: ${reason}`);
    expect(closed).toBe(false);
  });

  it('that does not fit fails, and what lay there before stays', async () => {
    const phone = barePhone();
    await exchange(phone, pushOf(`${root}/f`, Buffer.from('old')));
    phone.inject({ kind: 'disk-full' });
    const { answer } = await exchange(phone, pushOf(`${root}/f`, randomBytes(100_000)));
    expect(answer.toString()).toContain('No space left on device');
    expect(phone.system.files.read(`${root}/f`)).toEqual({ ok: true, value: Buffer.from('old') });
  });
});

describe('the other requests', () => {
  it('RECV gives back what was pushed, in frames, and says what is missing', async () => {
    const phone = barePhone();
    const content = randomBytes(70_000);
    const { answer } = await exchange(phone, [
      ...pushOf(`${root}/f`, content),
      request('RECV', `${root}/f`),
      request('RECV', `${root}/none`),
    ]);
    const frames = Buffer.concat([
      request('OKAY'),
      request('DATA', content.subarray(0, 65_536)),
      request('DATA', content.subarray(65_536)),
      request('DONE'),
      request('FAIL', 'No such file or directory'),
    ]);
    expect(answer.equals(frames)).toBe(true);
  });

  it('STAT tells mode, size and time, all zero for what is not there', async () => {
    const phone = barePhone();
    const { answer } = await exchange(phone, [
      ...pushOf(`${root}/f`, Buffer.from('12345')),
      request('STAT', `${root}/f`),
      request('STAT', `${root}/none`),
      request('STAT', root),
    ]);
    const stats = answer.subarray(8);
    expect(stats.toString('latin1', 0, 4)).toBe('STAT');
    expect([stats.readUInt32LE(4), stats.readUInt32LE(8)]).toEqual([0o100644, 5]);
    expect(stats.subarray(20, 32)).toEqual(Buffer.alloc(12));
    expect(stats.readUInt32LE(36) & 0o170000).toBe(0o040000);
  });

  it('LIST names what is in a folder, and ends', async () => {
    const phone = barePhone();
    await exchange(phone, pushOf(`${root}/listed`, Buffer.from('x')));
    const { answer } = await exchange(phone, [request('LIST', root)]);
    expect(answer.toString('latin1')).toContain('listed');
    expect(answer.subarray(-20).toString('latin1', 0, 4)).toBe('DONE');
  });

  it('QUIT ends the stream', async () => {
    expect((await exchange(barePhone(), [request('QUIT')])).closed).toBe(true);
  });
});

describe('what no adb sends', () => {
  it.each([
    ['an unknown request', request('EVIL')],
    ['DATA without SEND', request('DATA', 'x')],
    ['DONE without SEND', done()],
    ['SEND without a mode', request('SEND', `${root}/f`)],
    ['a path that is too long', request('STAT', 'x'.repeat(1_025))],
    ['a frame that is too long', request('DATA', Buffer.alloc(65_537))],
  ])('%s is refused, and the stream ends', async (_, bytes) => {
    const { answer, closed } = await exchange(barePhone(), [bytes]);
    expect(answer.toString('latin1', 0, 4)).toBe('FAIL');
    expect(closed).toBe(true);
  });

  it('bytes of any kind do no harm', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 6 }),
        async (pieces) => {
          const phone = barePhone();
          const names = phone.system.files.list(root);
          await exchange(
            phone,
            pieces.map((piece) => Buffer.from(piece)),
          );
          expect(phone.system.files.list(root)).toEqual(names);
        },
      ),
      { numRuns: 50 },
    );
  });
});
