import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeOnnx } from '../../model/onnx/write';
import { residualNetwork } from '../model/reference/small_networks';
import { farm, type Finished } from './farm_command';

jest.setTimeout(60_000);

const folder = mkdtempSync(path.join(os.tmpdir(), 'farm-reference-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]): Promise<Finished> =>
  farm(['reference', ...args], { workingDirectory: folder });
const digest = (file: string): string =>
  createHash('sha256')
    .update(readFileSync(path.join(folder, file)))
    .digest('hex');

beforeAll(() => {
  writeFileSync(path.join(folder, 'residual.onnx'), writeOnnx(residualNetwork()));
  const open = residualNetwork();
  writeFileSync(
    path.join(folder, 'open.onnx'),
    writeOnnx({
      ...open,
      inputs: [{ ...open.inputs[0]!, shape: ['batch', 3, 'height', 'width'] }],
    }),
  );
  writeFileSync(path.join(folder, 'empty.onnx'), '');
  writeFileSync(path.join(folder, 'text.onnx'), 'This is no model.');
  mkdirSync(path.join(folder, 'folder.onnx'));
});

test('a network is inspected, cut, and stitched to the same file again', async () => {
  const inspected = await run('inspect', 'residual.onnx');
  expect(inspected).toMatchObject({ status: 0, stderr: '' });
  expect(inspected.stdout).toContain(
    'in canonical form 28 operators, 0.32 M MACs, 0.04 M parameters (163.1 KiB)',
  );
  expect(inspected.stdout).toMatch(/^stage0\.block1\.out +1x16x4x4 +8 +0\.19 .* end of block1$/m);
  expect(inspected.stdout).toMatch(/^block2 +1x16x4x4 +1x32x2x2 +2 /m);

  expect((await run('extract', 'residual.onnx', '-o', 'parts')).status).toBe(0);
  expect(readdirSync(path.join(folder, 'parts')).sort()).toEqual([
    'block1.onnx',
    'block2.onnx',
    'cuts.yaml',
    'head.onnx',
    'stem.onnx',
  ]);
  expect(await run('stitch', 'parts', '-o', 'again.onnx')).toMatchObject({ status: 0, stderr: '' });
  expect((await run('canonicalize', 'residual.onnx', '-o', 'canonical.onnx')).status).toBe(0);
  expect(digest('again.onnx')).toBe(digest('canonical.onnx'));

  expect(
    (await run('extract', 'residual.onnx', '--cuts', 'parts/cuts.yaml', '-o', 'parts2')).status,
  ).toBe(0);
  expect(digest('parts2/block2.onnx')).toBe(digest('parts/block2.onnx'));
});

test('inspect says for programs what it says for people', async () => {
  const { status, stdout } = await run(
    'inspect',
    'open.onnx',
    '--input',
    'image=1x3x32x32',
    '--blocks',
    '3',
    '--json',
  );
  const found = JSON.parse(stdout) as {
    split: readonly { name: string }[];
    macs: number;
    nodes: readonly { macs: number }[];
  };
  expect(status).toBe(0);
  expect(found.split.map(({ name }) => name)).toEqual([
    'stem',
    'block1',
    'block2',
    'block3',
    'head',
  ]);
  expect(found.nodes.reduce((sum, { macs }) => sum + macs, 0)).toBe(found.macs);
});

test('a well-known network is written, the same for the same seed', async () => {
  const write = (file: string, seed: string): Promise<Finished> =>
    run(
      'write',
      'mobilenetv2',
      '--width',
      '0.35',
      '--image-size',
      '32',
      '--seed',
      seed,
      '-o',
      file,
    );
  expect((await write('one.onnx', '1')).stdout).toMatch(/^one\.onnx: 100 operators, /);
  await write('two.onnx', '1');
  await write('three.onnx', '2');
  expect(digest('two.onnx')).toBe(digest('one.onnx'));
  expect(digest('three.onnx')).not.toBe(digest('one.onnx'));
  await run('canonicalize', 'three.onnx', '-o', 'canonical3.onnx');
  for (const file of ['three.onnx', 'canonical3.onnx'])
    expect(readFileSync(path.join(folder, file)).includes('drawn, seed 2')).toBe(true);
});

describe('what does not fit is refused in one line, and nothing is written:', () => {
  beforeAll(async () => {
    for (const name of ['swapped', 'unknown']) await run('extract', 'residual.onnx', '-o', name);
    copyFileSync(
      path.join(folder, 'swapped/block2.onnx'),
      path.join(folder, 'swapped/block1.onnx'),
    );
    writeFileSync(path.join(folder, 'unknown/cuts.yaml'), 'network: x\ncuts: []\ncut: 1\n');
  });

  test.each<[string, string | RegExp]>([
    ['inspect none.onnx', 'none.onnx: cannot be read (ENOENT)'],
    ['inspect folder.onnx', 'folder.onnx: is a folder; give the path of an ONNX model'],
    ['inspect empty.onnx', 'empty.onnx: the file is empty; expected an ONNX model'],
    ['inspect text.onnx', 'text.onnx: not a usable ONNX file'],
    [
      'inspect open.onnx',
      "open.onnx: input 'image' has a dynamic dimension 'batch'; fix it with --input image=1x3x224x224",
    ],
    ['inspect residual.onnx --input image', 'expected NAME=SIZExSIZE'],
    ['inspect open.onnx --input image=1x4x32x32', /open\.onnx: .*does not fit input 'image'/],
    [
      'extract residual.onnx -o out --cuts stem.relu,nothing',
      "cut 'nothing' is no tensor of the network; similar names are",
    ],
    ['extract residual.onnx -o parts', 'parts: already holds files; choose another with -o DIR'],
    ['extract residual.onnx -o text.onnx', 'text.onnx: is no folder; choose another with -o DIR'],
    [
      'stitch swapped -o out',
      "swapped/block1.onnx: takes 1x16x4x4 float32, but must take 1x8x8x8 float32 (tensor 'stem.pool' of the network)",
    ],
    ['stitch unknown -o out', 'unknown/cuts.yaml: '],
    [
      'stitch parts -o none/out',
      'none/out: cannot be written (ENOENT); choose another with -o FILE',
    ],
    ['write vgg -o out', 'no reference "vgg"; there are mobilenetv2'],
    ['write resnet50 --width 0.5 -o out', '--width is for mobilenetv2'],
  ])('farm reference %s', async (line, said) => {
    const before = readdirSync(folder);
    const { status, stdout, stderr } = await run(...line.split(' '));
    expect({ status, stdout, lines: stderr.trimEnd().split('\n').length, stderr }).toMatchObject({
      status: 2,
      stdout: '',
      lines: 1,
    });
    expect(stderr).toMatch(
      typeof said === 'string' ? new RegExp(said.replaceAll(/[.()]/g, '\\$&')) : said,
    );
    expect(readdirSync(folder)).toEqual(before);
  });
});
