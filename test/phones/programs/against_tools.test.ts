import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { barePhone, run } from '../bare_phone';

/** The tools of this machine are the oracle for what theirs and a phone's have in common. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'against-tools-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function expectAlike(script: string, content: string): Promise<void> {
  writeFileSync(path.join(folder, 'f'), content);
  const real = spawnSync('/bin/sh', ['-c', script], { cwd: folder, encoding: 'utf8' });
  const phone = barePhone();
  phone.system.files.write('/data/local/tmp/f', Buffer.from(content));
  const { status, output } = await run(phone, `cd /data/local/tmp\n${script}`);
  expect({ script, content, status, output }).toEqual({
    script,
    content,
    status: real.status,
    output: real.stdout,
  });
}

const anyText = fc
  .array(fc.constantFrom('a', 'ab', 'ba b', '', 'a a', 'B', 'é'), { maxLength: 8 })
  .chain((lines) => fc.constantFrom(lines.join('\n'), lines.map((line) => `${line}\n`).join('')));

const anyScript = fc.oneof(
  fc.nat(5).map((count) => `head -n ${String(count)} f`),
  fc.integer({ min: 1, max: 5 }).map((count) => `tail -n ${String(count)} f`),
  fc.nat(9).map((count) => `head -c ${String(count)} f`),
  fc.nat(9).map((count) => `tail -c ${String(count)} f`),
  fc.constantFrom('cat f', 'cat f f', 'cat <f', 'cat f - </dev/null', 'cat none f 2>/dev/null'),
  fc.constantFrom('wc -l <f', 'wc -c <f', 'wc -w <f', 'sha256sum f', 'sha256sum <f'),
  fc
    .tuple(
      fc.constantFrom('', '-i', '-v', '-c', '-q', '-vc'),
      fc.constantFrom('a', 'ab', '^a', 'b$', 'z', '^ab$'),
    )
    .map(([flags, pattern]) => `grep ${flags} '${pattern}' f`),
);

it('text programs do as the real ones', async () => {
  await fc.assert(fc.asyncProperty(anyScript, anyText, expectAlike), { numRuns: 150 });
}, 60_000);

test.each([
  "printf '%s-%d\\n' a 1 b 2",
  "printf 'no words\\n' a b",
  "printf '%%|%s|\\n'",
  'basename /a/b/c.onnx; dirname /a/b/c.onnx',
  'touch new; ls new; rm new; ls new 2>/dev/null || echo gone',
  'mkdir -p d/e; cp f d/e/g; mv d/e/g d/h; cat d/h; rm -rf d; [ -e d ] || echo gone',
  'cp f g; chmod 755 g; [ -x g ] && echo runs; rm g',
  'touch -c f; ls -t f; rm -f none; echo $?',
])('%s', (script) => expectAlike(script, 'one\ntwo\n'));
