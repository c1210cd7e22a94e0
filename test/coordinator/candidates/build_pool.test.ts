import { join } from 'node:path';
import { BuildPool } from '../../../coordinator/candidates/build_pool';
import type { BuildRequest, BuildResult } from '../../../coordinator/candidates/build_request';

const scripted = {
  workerFile: join(__dirname, 'scripted_worker.js'),
  workers: 1,
  deadlineMs: 5_000,
  largestQueue: 3,
  largestHeapMb: 512,
};

function request(architecture: string): BuildRequest {
  return { space: 'nasbench201', architecture, cellsPerStage: 1, seed: 1 };
}

function failureOf(result: BuildResult): string {
  return result.ok ? 'no failure' : result.error.kind;
}

function modelOf(result: BuildResult): string {
  return result.ok ? Buffer.from(result.value.model).toString() : result.error.kind;
}

describe('the build pool', () => {
  let pool: BuildPool;
  afterEach(() => pool.close());

  it('answers each request with its own model', async () => {
    pool = new BuildPool(scripted);
    const results = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) => pool.build(request(name))),
    );
    expect(results.map(modelOf)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('builds on several threads when it has them, and reuses them', async () => {
    pool = new BuildPool({ ...scripted, workers: 2 });
    const threads = async (): Promise<number[]> => {
      const results = await Promise.all(['a', 'b'].map((name) => pool.build(request(name))));
      return results.map((result) => (result.ok ? result.value.macs : 0)).sort();
    };
    const first = await threads();
    expect(new Set(first).size).toBe(2);
    expect(await threads()).toEqual(first);
  });

  it.each(['crash', 'exit'])(
    'replaces a thread after a %s, and loses only the model that it was building',
    async (architecture) => {
      pool = new BuildPool(scripted);
      const results = await Promise.all(
        [architecture, 'b'].map((name) => pool.build(request(name))),
      );
      expect(results.map(modelOf)).toEqual(['crashed', 'b']);
    },
  );

  it('keeps the thread when a model cannot be built', async () => {
    pool = new BuildPool(scripted);
    expect(await pool.build(request('fail'))).toEqual({
      ok: false,
      error: { kind: 'failed', message: 'no such cell' },
    });
    expect(modelOf(await pool.build(request('b')))).toBe('b');
  });

  it('gives up a build at its deadline and goes on with the next', async () => {
    pool = new BuildPool({ ...scripted, deadlineMs: 400 });
    const results = await Promise.all(['hang', 'b'].map((name) => pool.build(request(name))));
    expect(results.map(modelOf)).toEqual(['deadline-exceeded', 'b']);
  });

  it('refuses what would make the queue longer than its bound', async () => {
    pool = new BuildPool(scripted);
    const results = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((name) => pool.build(request(name))),
    );
    expect(results.map(modelOf)).toEqual(['a', 'b', 'c', 'd', 'queue-full']);
  });

  it('fails what is unfinished when it is closed, and everything after', async () => {
    pool = new BuildPool(scripted);
    const unfinished = ['hang', 'b'].map((name) => pool.build(request(name)));
    await pool.close();
    expect((await Promise.all(unfinished)).map(failureOf)).toEqual(['crashed', 'closed']);
    expect(failureOf(await pool.build(request('c')))).toBe('closed');
  });
});

describe('the build worker', () => {
  it('builds an int8 model, the same bytes each time, and refuses what is no network', async () => {
    const pool = new BuildPool({
      ...scripted,
      workerFile: join(__dirname, 'typescript_worker.js'),
      deadlineMs: 20_000,
    });
    try {
      const cell =
        '|nor_conv_3x3~0|+|skip_connect~0|none~1|+|avg_pool_3x3~0|none~1|skip_connect~2|';
      const [first, second, none] = await Promise.all(
        [cell, cell, '000000'].map((architecture) => pool.build(request(architecture))),
      );
      expect(
        first?.ok === true && first.value.model.byteLength > 10_000 && first.value.macs > 1_000_000,
      ).toBe(true);
      expect(second).toEqual(first);
      expect(failureOf(none!)).toBe('failed');
    } finally {
      await pool.close();
    }
  });
});
