import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Command } from 'commander';
import { registerSimulate } from '../../../cli/command/search_simulate';
import { createSpaceOfYaml } from '../../../model/space/create_space';
import { inventedCsv } from '../../search/simulate/tables';

const workerFile = path.join(__dirname, '../simulate/typescript_worker.js');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'simulate-'));
  writeFileSync(at('table.csv'), inventedCsv());
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => path.join(folder, name);

/** Runs `farm search simulate` in this process; what it printed and noted. */
async function simulate(
  ...args: readonly string[]
): Promise<{ readonly printed: string; readonly noted: string }> {
  const [printed, noted]: [string[], string[]] = [[], []];
  const program = new Command('search')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  registerSimulate(
    program,
    {
      print: (text) => void printed.push(text),
      note: (text) => void noted.push(text),
      interactive: false,
      columns: 0,
    },
    workerFile,
  );
  await program.parseAsync(['simulate', '--table', at('table.csv'), ...args], { from: 'user' });
  return { printed: printed.join('\n'), noted: noted.join('\n') };
}

const small = ['--strategies', 'random,nsga2:populationSize=8', '--budget', '40', '--seeds', '3'];

/** Times differ from run to run, and nothing else may. */
function withoutTimes(json: string): unknown {
  return JSON.parse(json, (key, value: unknown) => (key === 'proposalMs' ? 0 : value));
}

describe('farm search simulate', () => {
  it('prints a row for each target and strategy', async () => {
    const { printed, noted } = await simulate(...small);
    const lines = printed.split('\n');
    expect(lines[0]).toMatch(
      /^TARGET +STRATEGY +SEEDS +90 % AFTER +95 % AFTER +98 % AFTER +99 % AFTER +99 % WORST +HYPERVOLUME % +BUSY %/,
    );
    expect(lines.slice(1).map((line) => line.split(/ +/).slice(0, 3))).toEqual([
      ['cpu', 'random', '3'],
      ['cpu', 'nsga2:populationSize=8', '3'],
      ['npu', 'random', '3'],
      ['npu', 'nsga2:populationSize=8', '3'],
    ]);
    expect(noted).toContain('64 rows, 64 networks');
  });

  it('gives the same for the same seeds, from gzip too', async () => {
    const first = await simulate(...small, '--json');
    writeFileSync(at('table.csv'), gzipSync(inventedCsv()));
    const second = await simulate(...small, '--json');
    expect(withoutTimes(second.printed)).toEqual(withoutTimes(first.printed));
    const other = await simulate(...small, '--first-seed', '9', '--json');
    expect(withoutTimes(other.printed)).not.toEqual(withoutTimes(first.printed));
  });

  it('writes runs, hypervolumes and a chart of each target into a new folder', async () => {
    await simulate(...small, '-o', at('out'));
    expect(readdirSync(at('out')).sort()).toEqual([
      'cpu.svg',
      'hypervolume.csv',
      'npu.svg',
      'runs.csv',
    ]);
    const lines = (name: string): string[] =>
      readFileSync(at(`out/${name}`), 'utf8')
        .trim()
        .split('\r\n');
    expect(lines('runs.csv')).toHaveLength(1 + 2 * 2 * 3);
    expect(lines('hypervolume.csv')).toHaveLength(1 + 2 * 2 * 40);
    expect(lines('hypervolume.csv')[0]).toBe(
      'target,strategy,measurements,hypervolume_share_least,lower_quartile,median,upper_quartile,most',
    );
    const svg = readFileSync(at('out/cpu.svg'), 'utf8');
    expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\s*$/);
    for (const text of ['random', 'nsga2:populationSize=8', 'measurements'])
      expect(svg).toContain(text);
  });

  it('keeps to the targets that were asked for', async () => {
    const { printed } = await simulate(...small, '--target', 'npu', '--json');
    expect(
      (JSON.parse(printed) as { results: { target: string }[] }).results.map(
        ({ target }) => target,
      ),
    ).toEqual(['npu', 'npu']);
  });

  it('lets another target teach first', async () => {
    const run = async (
      ...args: readonly string[]
    ): Promise<
      readonly {
        readonly target: string;
        readonly runs: readonly { readonly shares: readonly number[] }[];
      }[]
    > =>
      (
        JSON.parse(
          (
            await simulate(
              '--strategies',
              'surrogate',
              '--budget',
              '8',
              '--seeds',
              '1',
              '--json',
              ...args,
            )
          ).printed,
        ) as { results: Awaited<ReturnType<typeof run>> }
      ).results;
    const taught = await run('--teacher', 'cpu', '--teacher-measurements', '12');
    expect(taught.map(({ target }) => target)).toEqual(['npu']);
    const alone = await run('--target', 'npu');
    expect(taught[0]!.runs[0]!.shares).toHaveLength(8);
    expect(taught[0]!.runs[0]!.shares).not.toEqual(alone[0]!.runs[0]!.shares);
  });

  it('reads architectures as those of a space, and says what it left out', async () => {
    const cells = ['111111', '333333', '222222', '000000'].map(
      (cell, index) => `${cell},${String(50 + index)},${String(1 + index)},9`,
    );
    writeFileSync(at('table.csv'), ['arch,accuracy,cpu_ms,remark', ...cells].join('\n'));
    const { noted } = await simulate(
      '--space',
      'nasbench201',
      '--strategies',
      'random',
      '--budget',
      '3',
      '--seeds',
      '1',
    );
    expect(noted).toContain('4 rows, 3 networks; 1 rows left out');
    expect(noted).toContain('columns that are not used: remark');
  });

  it('takes the cost of networks from a space in YAML', async () => {
    const yaml = [
      'kind: conv',
      'name: tiny',
      'description: Eight networks.',
      'imageSize: 32',
      'classes: 10',
      'stem: { kind: conv, channels: 8, activation: relu6 }',
      'choices: { cell: [depthwise], kernel: [3, 5], expansion: [2, 4], depth: [1], width: [1], activation: [relu6], attention: [none, se] }',
      'blocks: [{ channels: 8, stride: 1 }]',
      'head: { kind: conv, channels: 16, activation: relu6 }',
    ].join('\n');
    writeFileSync(at('tiny.yaml'), yaml);
    const space = createSpaceOfYaml(yaml, 'tiny.yaml');
    const names = Array.from({ length: 8 }, (_, index) =>
      space.architectureOf(
        space.choices.map((count, position) =>
          count === 1
            ? 0
            : Math.floor(
                index /
                  2 ** space.choices.slice(0, position).filter((choices) => choices > 1).length,
              ) % 2,
        ),
      )!,
    );
    expect(new Set(names).size).toBe(8);
    writeFileSync(
      at('table.csv'),
      [
        'arch,accuracy,cpu_ms',
        ...names.map(
          (name, index) =>
            `"${name}",${String(50 + 3 * index)},${String(1 + space.costOf(name).macs / 1e6)}`,
        ),
      ].join('\n'),
    );
    const { printed, noted } = await simulate(
      '--space',
      at('tiny.yaml'),
      '--strategies',
      'surrogate',
      '--budget',
      '8',
      '--seeds',
      '1',
      '--json',
    );
    expect(noted).toContain('8 rows, 8 networks');
    expect(
      (JSON.parse(printed) as { results: { share: { median: number } }[] }).results[0]?.share
        .median,
    ).toBeCloseTo(1, 9);
  });

  it.each([
    [
      'a strategy that is not there',
      ['--strategies', 'bayes', '--budget', '5'],
      'strategy "bayes"',
    ],
    ['a budget of zero', ['--budget', '0'], 'expected a whole number from 1 to'],
    ['no budget', [], '--budget <n>'],
    [
      'a target that is not there',
      ['--budget', '5', '--target', 'gpu'],
      '--target gpu: not in the table; its targets are cpu, npu',
    ],
    [
      'a teacher that is not there',
      ['--budget', '5', '--teacher', 'gpu'],
      '--teacher gpu: not in the table; its targets are cpu, npu',
    ],
    [
      'a teacher of itself',
      ['--budget', '5', '--teacher', 'cpu', '--target', 'cpu'],
      '--teacher cpu: no other target is left to be taught; name one with --target',
    ],
    [
      'a space that is not there',
      ['--budget', '5', '--space', 'nowhere'],
      'no space is named "nowhere"',
    ],
    ['speeds that are none', ['--budget', '5', '--devices', 'fast'], 'devices "fast"'],
    [
      'a strategy listed twice',
      ['--budget', '5', '--strategies', 'random,random'],
      '"random" is listed twice',
    ],
  ])('refuses %s before anything is run', async (_, args, message) => {
    await expect(simulate(...args)).rejects.toThrow(message);
  });

  it('refuses a folder that holds files before anything is run', async () => {
    await expect(simulate('--budget', '5', '-o', folder)).rejects.toThrow('already holds files');
  });
});
