import { createModelKinds, type ModelKind } from '../../../coordinator/dispatch/model_kinds';

const kind: ModelKind = { format: 'tflite', precision: 'int8' };
const locate = (digest: string): Promise<{ ok: true; value: string }> =>
  Promise.resolve({ ok: true, value: `/store/${digest}` });

describe('what a model is', () => {
  it('is read once, for however many ask at once and later', async () => {
    const reads: string[] = [];
    const kindOf = createModelKinds({ locate }, (file) => {
      reads.push(file);
      return Promise.resolve(kind);
    });
    const answers = await Promise.all(Array.from({ length: 500 }, () => kindOf('a')));
    expect(new Set(answers)).toEqual(new Set([kind]));
    await kindOf('a');
    expect(reads).toEqual(['/store/a']);
    await kindOf('b');
    expect(reads).toEqual(['/store/a', '/store/b']);
  });

  it('is asked again after it could not be read', async () => {
    let busy = true;
    const kindOf = createModelKinds({ locate }, () =>
      busy ? Promise.reject(new Error('busy')) : Promise.resolve(kind),
    );
    const refused = await Promise.allSettled([kindOf('a'), kindOf('a')]);
    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    busy = false;
    expect(await kindOf('a')).toBe(kind);
  });

  it('is found out after an upload, though it was asked for before', async () => {
    let stored = false;
    const kindOf = createModelKinds(
      {
        locate: (digest) =>
          stored
            ? locate(digest)
            : Promise.resolve({ ok: false, error: { kind: 'missing' } } as never),
      },
      () => Promise.resolve(kind),
    );
    await expect(kindOf('a')).rejects.toThrow('artifact a is not in the store; upload it first');
    stored = true;
    expect(await kindOf('a')).toBe(kind);
  });
});
