import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BadInputError } from '../../../common/bad_input';
import { farmFault } from '../../../common/fault';
import type { Session } from '../../../common/measurement';
import { OutsideReader } from '../../../coordinator/reading/outside_reader';
import { parseSearchSpec } from '../../../search/spec/search_spec';
import { encodeResult } from '../../../proto/codec/result';
import { aMeasurement, aResult } from '../../contract/ledger/ledger_samples';
import { onnxModel } from '../../agent/runtimes/host/small_models';

const spec =
  'name: cells\nspace: nasbench201\ntargets: [ host/onnxruntime/cpu/int8 ]\nbudget: { measurements: 2 }\n';

describe('reading what came from outside', () => {
  let reader: OutsideReader;
  let folder: string;
  beforeAll(() => {
    reader = new OutsideReader({ workerFile: path.join(__dirname, 'typescript_worker.js') });
    folder = mkdtempSync(path.join(os.tmpdir(), 'farm-reading-'));
  });
  afterAll(async () => {
    await reader.close();
    rmSync(folder, { recursive: true });
  });

  it('reads a specification as it is read anywhere, and sets fields in it', async () => {
    expect(await reader.read(spec, 'spec.yaml')).toEqual(parseSearchSpec(spec, 'spec.yaml'));
    expect(await reader.withFields(spec, { fresh: true })).toBe(`${spec}fresh: true\n`);
  });

  it('refuses what cannot be read, or cannot be, in the same line as anywhere', async () => {
    await expect(reader.read('['.repeat(100_000), 'spec.yaml')).rejects.toThrow(
      new BadInputError(
        'spec.yaml: not usable YAML: brackets nested deeper than 50 levels; expected a configuration as people write it',
      ),
    );
    const greedy = await reader.read(
      `${spec}constraints: { accuracyPercentMin: 99 }\n`,
      'spec.yaml',
    );
    await expect(reader.requirePossible(greedy, 'spec.yaml')).rejects.toThrow(
      /^spec\.yaml: .*accuracyPercentMin is 99/,
    );
    await reader.requirePossible(await reader.read(spec, 'spec.yaml'), 'spec.yaml');
  });

  it('leaves the event loop alone meanwhile', async () => {
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);
    const lines = Array.from({ length: 10_000 }, (_, index) => `key${String(index)}: 1`).join('\n');
    const read = await reader
      .read(`${spec}${lines}`, 'spec.yaml')
      .catch((error: unknown) => (error as Error).message);
    clearInterval(ticking);
    expect(read).toMatch(
      /^spec\.yaml: top level: unknown field key0, key1, .*…; the fields here are /,
    );
    expect(turns).toBeGreaterThan(5);
  });

  it('reads a result with all its samples, and leaves the bytes to whoever else has them', async () => {
    const session = (samplesMs: readonly number[]): Session => ({
      timings: { kind: 'samples', samplesMs },
      initMs: 3,
      peakMemoryBytes: null,
    });
    const sessions = [
      session(Array.from({ length: 10_000 }, (_, index) => index / 8)),
      session([0.1, 7]),
    ];
    const result = aResult('shelf', 2, {
      kind: 'measured',
      measurement: { ...aMeasurement(7), sessions },
    });
    const bytes = encodeResult(result);
    const shared = Buffer.concat([Buffer.from('before'), bytes]);
    expect(await reader.decodeResult(shared.subarray(6))).toEqual({ ok: true, value: result });
    expect(shared.subarray(6)).toEqual(bytes);
    const failed = aResult('shelf', 3, farmFault('timeout', 'took too long'));
    expect(await reader.decodeResult(encodeResult(failed))).toEqual({ ok: true, value: failed });
    expect(await reader.decodeResult(Buffer.alloc(100_000, '['))).toEqual({
      ok: false,
      error: 'is not JSON',
    });
  });

  (process.platform === 'linux' ? it : it.skip)(
    'gives way to the event loop where both want the same processor',
    async () => {
      await reader.read(spec, 'spec.yaml');
      const priorities = readdirSync('/proc/self/task').map((thread) =>
        os.getPriority(Number(thread)),
      );
      expect(priorities).toContain(os.getPriority() + 5);
    },
  );

  it('looks at a model in its file', async () => {
    const file = path.join(folder, 'model');
    writeFileSync(file, onnxModel('Relu', [1, 8]));
    await reader.checkModel(file, 'onnx');
    await expect(reader.checkModel(file, 'tflite')).rejects.toThrow(/^model: /);
    writeFileSync(file, 'nonsense');
    await expect(reader.checkModel(file, 'onnx')).rejects.toThrow(BadInputError);
  });

  it('answers when it is closed', async () => {
    const closed = new OutsideReader({ workerFile: path.join(__dirname, 'typescript_worker.js') });
    await closed.close();
    await expect(closed.read(spec, 'spec.yaml')).rejects.toThrow('the program is ending');
  });
});
