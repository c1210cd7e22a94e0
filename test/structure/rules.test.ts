import { circlesOfRooms } from './import_graph';
import { brokenRules, impurities, namesWithTwoMeanings, testsPerSource, walkOf } from './rules';
import { parseSourceFile, type SourceTree } from './source_tree';
import { withTable } from './table';

/** A tree of files given by their text. */
function treeOf(texts: Readonly<Record<string, string>>): SourceTree {
  const paths = new Set(Object.keys(texts));
  const files = Object.entries(texts).map(([path, text]) => parseSourceFile(path, text, paths));
  return {
    sources: files.filter(({ path }) => !path.startsWith('test/')),
    tests: files.filter(({ path }) => path.startsWith('test/')),
  };
}

describe('import circles', () => {
  it('count type-only imports', () => {
    const { sources } = treeOf({
      'agent/a.ts': "import type { B } from './b';\nexport interface A { b: B }\n",
      'agent/b.ts': "import { type A } from './a';\nexport interface B { a: A }\n",
    });
    expect(circlesOfRooms(sources)).toEqual(['agent: a.ts, b.ts']);
  });

  it('count types that are imported in place', () => {
    const { sources } = treeOf({
      'agent/a.ts': "export type A = import('./b').B;\n",
      'agent/b.ts': "import type { A } from './a';\nexport type B = A[];\n",
    });
    expect(circlesOfRooms(sources)).toHaveLength(1);
  });

  it('count two folders that need each other, though no file does', () => {
    const { sources } = treeOf({
      'agent/device/a.ts': "import '../worker/b';\n",
      'agent/device/c.ts': '',
      'agent/worker/b.ts': '',
      'agent/worker/d.ts': "import '../device/c';\n",
    });
    expect(circlesOfRooms(sources)).toEqual(['agent: device, worker']);
  });

  it('do not count a folder whose files use a file above them', () => {
    const { sources } = treeOf({
      'agent/device.ts': '',
      'agent/device/adb.ts': "import '../device';\n",
      'agent/main.ts': "import './device/adb';\n",
    });
    expect(circlesOfRooms(sources)).toEqual([]);
  });
});

describe('purity', () => {
  it('is lost by what a pure file reaches through others, and the way there is told', () => {
    const { sources } = treeOf({
      'search/spec.ts': "import '../platform/yaml';\n",
      'platform/yaml.ts': "import { readFileSync } from 'node:fs';\n",
    });
    expect(impurities(sources)).toEqual([
      expect.stringContaining('search/spec.ts → platform/yaml.ts uses node:fs'),
    ]);
  });

  it.each([
    ['the time of day', 'const now = Date.now();'],
    ['a new date', 'const now = new Date();'],
    ['chance', 'const chance = Math.random();'],
    ['timers', 'setTimeout(() => undefined, 1);'],
    ['the process', 'const { env } = process;'],
  ])('is lost by %s', (_, text) => {
    expect(impurities(treeOf({ 'search/a.ts': `${text}\n` }).sources)).toHaveLength(1);
  });

  it.each([
    ['a date that was given', 'const day = new Date(0);'],
    ['a method of that name', 'const done = queue.process();'],
    ['a field of that name', 'const parts = { process: 1 };'],
    ['hashing', "import { createHash } from 'node:crypto';"],
  ])('is kept by %s', (_, text) => {
    expect(impurities(treeOf({ 'search/a.ts': `${text}\n` }).sources)).toEqual([]);
  });

  it('is lost by random bytes', () => {
    const { sources } = treeOf({ 'search/a.ts': "import { randomBytes } from 'node:crypto';\n" });
    expect(impurities(sources)).toHaveLength(1);
  });

  it('is not asked of other folders', () => {
    expect(impurities(treeOf({ 'agent/a.ts': "import 'node:fs';\n" }).sources)).toEqual([]);
  });
});

describe('type names', () => {
  it('have one meaning in all folders', () => {
    const { sources } = treeOf({
      'agent/a.ts': 'export interface Session { a: 1 }\n',
      'model/b.ts': 'class Session {}\n',
      'model/c.ts': 'function f() { type Session = 1; }\n',
    });
    expect(namesWithTwoMeanings(sources)).toEqual([
      'type Session is declared more than once: agent/a.ts, model/b.ts',
    ]);
  });
});

describe('the walk', () => {
  const architecture = [
    '## The walk of a candidate',
    '| 1 | it is proposed | `search/step.ts` |',
    '| 2 | it is built, again by `search/step.ts` | `coordinator/gone.ts` |',
    '## Decisions',
    '`model/other.ts`',
  ].join('\n');

  it('is the files that its section names, once each', () => {
    expect(walkOf(architecture)).toEqual(['search/step.ts', 'coordinator/gone.ts']);
  });

  it('may not name a file that is not there', () => {
    const tree = treeOf({ 'search/step.ts': '\n', 'test/a.ts': '\n\n' });
    expect(brokenRules(tree, { architecture, imports: {} })).toEqual([
      'ARCHITECTURE.md: the walk of a candidate names coordinator/gone.ts, which is not there',
    ]);
  });

  it('has at most twenty files', () => {
    const names = Array.from({ length: 21 }, (_, index) => `search/s${index}.ts`);
    const tree = treeOf({
      ...Object.fromEntries(names.map((name) => [name, '\n'])),
      'test/a.ts': '\n'.repeat(21),
    });
    const long = `## The walk of a candidate\n${names.map((name) => `\`${name}\``).join('\n')}\n## Next`;
    expect(brokenRules(tree, { architecture: long, imports: {} })).toEqual([
      'ARCHITECTURE.md: the walk of a candidate has 21 files; expected 1 to 20',
    ]);
  });
});

describe('the import table', () => {
  const tree = treeOf({ 'search/a.ts': '\n', 'test/a.ts': '\n' });
  const walk = '## The walk of a candidate\n`search/a.ts`\n';

  it('lets no folder reach itself', () => {
    const architecture = `${walk}## Who may import whom\n\`agent/\` \`phones/\`\n## Next`;
    expect(
      brokenRules(tree, { architecture, imports: { agent: ['phones'], phones: ['agent'] } }),
    ).toEqual([
      'import_table.json: it lets agent reach itself',
      'import_table.json: it lets phones reach itself',
    ]);
  });

  it('is told in ARCHITECTURE.md', () => {
    const architecture = `${walk}## Who may import whom\n\`agent/\`\n## Next`;
    expect(brokenRules(tree, { architecture, imports: { agent: [], phones: [] } })).toEqual([
      'ARCHITECTURE.md: "Who may import whom" has no row for phones/',
    ]);
  });
});

it('lines of tests are counted against those of the source', () => {
  expect(testsPerSource(treeOf({ 'agent/a.ts': '\n\n\n\n', 'test/a.ts': '\n\n\n' }))).toBe(0.75);
});

describe('the table of ARCHITECTURE.md', () => {
  it('replaces what stood between its marks', () => {
    const text = 'before\n<!-- made by npm run structure -->\nold\n<!-- end -->\nafter';
    expect(withTable(text, 'new')).toBe(
      'before\n<!-- made by npm run structure -->\n\nnew\n\n<!-- end -->\nafter',
    );
  });

  it('is refused where the marks are missing', () => {
    expect(() => withTable('nothing', 'new')).toThrow('expected the lines');
  });
});
