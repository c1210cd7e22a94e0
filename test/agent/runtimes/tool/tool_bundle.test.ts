import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { toolBundle, type ToolFile } from '../../../../agent/runtimes/tool/tool_bundle';
import { sha256 } from '../../benchmark/scripted_benchmark';
import { aFile } from './sample_bundle';

const anyFile: fc.Arbitrary<ToolFile> = fc
  .record({ name: fc.stringMatching(/^lib[a-z]{1,8}\.so$/), content: fc.string() })
  .map(({ name, content }) => aFile(name, sha256(content)));
const anyFiles = fc
  .uniqueArray(anyFile, { minLength: 1, maxLength: 5, selector: ({ name }) => name })
  .map(([first, ...rest]) => [first!, ...rest] as const);

describe('the folder of a tool on a phone', () => {
  it('is another one for any other content, so that nobody replaces what somebody uses', () => {
    fc.assert(
      fc.property(anyFiles, anyFiles, (a, b) => {
        const content = (files: readonly ToolFile[]): string =>
          files
            .map(({ name, digest }) => `${name} ${digest}`)
            .sort()
            .join('\n');
        const single = a.length === 1 && b.length === 1 && a[0].digest === b[0].digest;
        fc.pre(!single);
        expect(toolBundle('tflite', a).folder === toolBundle('tflite', b).folder).toBe(
          content(a) === content(b),
        );
      }),
    );
  });

  it('does not depend on the order in which the files are named', () => {
    const files = [aFile('a.so', 'a'.repeat(64)), aFile('b.so', 'b'.repeat(64))] as const;
    expect(toolBundle('tflite', [files[1], files[0]]).folder).toBe(
      toolBundle('tflite', files).folder,
    );
  });

  it('names the tool, and needs no quoting anywhere', () => {
    fc.assert(
      fc.property(anyFiles, (files) => {
        expect(toolBundle('litert', files).folder).toMatch(/^tools\/litert-[0-9a-f]{16}$/);
      }),
    );
  });
});

describe('the digest of a tool', () => {
  it('is that of its file where it has only one', () => {
    expect(toolBundle('tflite', [aFile('benchmark_model', 'c'.repeat(64))]).digest).toBe(
      'c'.repeat(64),
    );
  });

  it('is what anybody gets from sha256sum over its folder', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'bundle-'));
    mkdirSync(path.join(folder, 'tflite'));
    const contents = { benchmark_model: 'binary', 'libQnnHtp.so': 'library' };
    for (const [name, content] of Object.entries(contents))
      writeFileSync(path.join(folder, 'tflite', name), content);
    const files = Object.entries(contents).map(([name, content]) => aFile(name, sha256(content)));
    const [sum = ''] = execFileSync('sh', ['-c', 'sha256sum tflite/* | sort | sha256sum'], {
      cwd: folder,
      encoding: 'utf8',
    }).split(' ');
    rmSync(folder, { recursive: true });
    expect(toolBundle('tflite', [files[0]!, files[1]!]).digest).toBe(sum);
  });
});
