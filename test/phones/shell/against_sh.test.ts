import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { barePhone, run } from '../bare_phone';

/** The shell of this machine is the oracle: what both know, both must do alike. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'against-sh-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly status: number | null;
  readonly output: string;
}

function inSh(script: string): Ran {
  const work = mkdtempSync(path.join(folder, 'run-'));
  const { status, stdout } = spawnSync('/bin/sh', ['-c', script], {
    cwd: work,
    env: { PATH: process.env['PATH'] ?? '', HOME: '/' },
    encoding: 'utf8',
    timeout: 10_000,
  });
  return { status, output: stdout };
}

async function onPhone(script: string): Promise<Ran> {
  const { status, output } = await run(barePhone(), `cd /data/local/tmp\n${script}`);
  return { status, output };
}

async function expectAlike(script: string): Promise<void> {
  expect({ script, ...(await onPhone(script)) }).toEqual({ script, ...inSh(script) });
}

describe('quoting, as in the real shell', () => {
  const character = fc.constantFrom(...Array.from(`ab 12 $"'\\*?;&|<>(){}#~=\n\t%é`));
  const text = fc.string({ unit: character, maxLength: 12 });

  it('single quotes keep every character', async () => {
    await fc.assert(
      fc.asyncProperty(text, (each) =>
        expectAlike(`printf '[%s]' '${each.replaceAll("'", `'\\''`)}'`),
      ),
      { numRuns: 60 },
    );
  });

  it('double quotes keep every character but the four that mean something', async () => {
    await fc.assert(
      fc.asyncProperty(text, (each) =>
        expectAlike(`printf '[%s]' "${each.replaceAll(/[\\"$`]/g, '\\$&')}"`),
      ),
      { numRuns: 60 },
    );
  });

  it('a variable in double quotes is one word, and without them as many as it has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '\t') }), (each) =>
        expectAlike(`x='${each}'; printf '[%s]' "$x"; printf '(%s)' $x end`),
      ),
      { numRuns: 60 },
    );
  });
});

/** Scripts of the constructs that scripts around benchmarks use, as text. */
const word = fc.constantFrom('a', 'b', '"$x"', '${y:-none}', "'q r'", '$?', '7');
const { list: anyScript } = fc.letrec<{ simple: string; list: string; compound: string }>(
  (tie) => ({
    simple: fc.oneof(
      fc.array(word, { maxLength: 3 }).map((words) => ['echo', ...words].join(' ')),
      fc.constantFrom('true', 'false', ':', '! true', '! false', 'x=1', 'x=$x$x', 'y=two'),
      fc.constantFrom(
        'echo one >f',
        'echo two >>f',
        'cat f 2>/dev/null',
        'rm -f f',
        'echo x | cat',
      ),
      fc.constantFrom('[ "$x" = 1 ]', '[ -f f ]', '[ -n "$x" ]', 'test 2 -gt 1', '[ ! -d f ]'),
    ),
    compound: fc.oneof(
      { depthSize: 'small', maxDepth: 3 },
      tie('simple'),
      fc
        .tuple(tie('list'), tie('list'), tie('list'))
        .map(([a, b, c]) => `if ${a}; then ${b}; else ${c}; fi`),
      fc
        .tuple(word, tie('list'))
        .map(([each, body]) => `for i in 1 ${each}; do echo $i; ${body}; done`),
      tie('list').map((body) => `(${body})`),
      tie('list').map((body) => `{ ${body}; }`),
      tie('list').map((body) => `echo "$( ${body} )"`),
      // Only one side of a pipe touches files: the real shell runs both at once.
      tie('compound').map((each) => `${each} | cat`),
    ),
    list: fc
      .array(fc.tuple(tie('compound'), fc.constantFrom('; ', ' && ', ' || ', '\n')), {
        minLength: 1,
        maxLength: 3,
      })
      .map((parts) =>
        parts
          .map(([each, joint], index) => (index === parts.length - 1 ? each : each + joint))
          .join(''),
      ),
  }),
);

it('lists, conditions, loops, pipes, subshells and files do as in the real shell', async () => {
  await fc.assert(fc.asyncProperty(anyScript, expectAlike), { numRuns: 150 });
}, 60_000);

test.each([
  'x=1; (x=2; echo $x); echo $x',
  'false; echo $?; true; echo $?',
  'echo a >f; cat <f; cat <f | wc -c',
  'echo err >&2; echo out 2>&1',
  '(exit 4); echo $?; exit 5',
  'until true; do echo never; done; echo done',
  'if false; then echo a; elif true; then echo b; else echo c; fi',
  'set -- a b; sh -c \'echo "$0:$1:$#"\' zero one two',
  'x="a b"; for i in $x "$x"; do echo "<$i>"; done',
  'echo one; # a comment; echo no\necho two',
  'echo a\\\nb',
  'x=; echo "[${x:-empty}]" "[$x]"',
  'mkdir d && cd d && echo in >f && cd .. && cat d/f; rm -r d; cat d/f 2>/dev/null; echo $?',
  'sleep 0.01 & wait $!; echo $?',
])('%s', expectAlike);
