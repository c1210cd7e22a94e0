import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile, mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { BadInputError } from '../../../common/bad_input';
import { openArtifactStore } from '../../../platform/artifacts/artifact_store';

const bytes = Buffer.from('a small model');
const digest = createHash('sha256').update(bytes).digest('hex');

describe('artifact store', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'artifact-store-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('names bytes by their hash and gives them back', async () => {
    const store = await openArtifactStore(directory);
    expect(await store.write(bytes)).toEqual({ digest, sizeBytes: bytes.length });
    expect(await store.read(digest)).toEqual({ ok: true, value: bytes });
    expect(await store.sizeBytes(digest)).toBe(bytes.length);
  });

  it('keeps one copy of what is written twice, and survives being opened again', async () => {
    const store = await openArtifactStore(directory);
    await store.write(bytes);
    await store.write(bytes);
    expect(await readdir(path.join(directory, digest.slice(0, 2)))).toEqual([digest]);
    expect(await (await openArtifactStore(directory)).sizeBytes(digest)).toBe(bytes.length);
  });

  it('knows nothing of bytes that were not finished, and removes what a crash left', async () => {
    const store = await openArtifactStore(directory);
    const writer = await store.startWrite();
    await writer.write(bytes);
    expect(await store.sizeBytes(digest)).toBeUndefined();
    expect(await readdir(path.join(directory, 'incoming'))).toHaveLength(1);
    await openArtifactStore(directory);
    expect(await readdir(path.join(directory, 'incoming'))).toEqual([]);
    await writer.discard();
  });

  it('leaves nothing behind when more arrives than is allowed', async () => {
    const store = await openArtifactStore(directory, { largestBytes: bytes.length - 1 });
    await expect(store.write(bytes)).rejects.toThrow(BadInputError);
    expect(await readdir(path.join(directory, 'incoming'))).toEqual([]);
    expect(await store.sizeBytes(digest)).toBeUndefined();
  });

  it('refuses to hand out a file whose content was changed', async () => {
    const store = await openArtifactStore(directory);
    await mkdir(path.join(directory, digest.slice(0, 2)), { recursive: true });
    await writeFile(path.join(directory, digest.slice(0, 2), digest), 'something else');
    await expect(store.read(digest)).rejects.toThrow(/content of its name/);
  });

  it.each(['../../etc/passwd', '', 'ABCDEF', digest.slice(1), `${digest}/`])(
    'takes "%s" for no artifact',
    async (name) => {
      const store = await openArtifactStore(directory);
      expect(await store.sizeBytes(name)).toBeUndefined();
      expect(await store.open(name)).toEqual({ ok: false, error: 'not-found' });
    },
  );
});
