import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { evaluateTest } from '../../../phones/programs/test_expression';
import type { FileNode } from '../../../phones/system/file_system';

const nodes: ReadonlyMap<string, FileNode> = new Map([
  ['/folder', { kind: 'folder', mode: 0o755, modifiedAtMs: 0 }],
  ['/empty', { kind: 'file', mode: 0o644, modifiedAtMs: 0, bytes: Buffer.alloc(0) }],
  ['/tool', { kind: 'file', mode: 0o755, modifiedAtMs: 0, bytes: Buffer.from('x') }],
  ['/secret', { kind: 'file', mode: 0o444, modifiedAtMs: 0, bytes: Buffer.from('x') }],
]);
const evaluate = (...words: string[]): boolean | undefined =>
  evaluateTest(words, (path) => nodes.get(path));

test.each([
  ['-e /folder', true],
  ['-d /folder', true],
  ['-f /folder', false],
  ['-f /empty', true],
  ['-s /empty', false],
  ['-s /tool', true],
  ['-x /tool', true],
  ['-x /empty', false],
  ['-w /secret', false],
  ['-e /none', false],
  ['! -e /none', true],
  ['-d /folder -a -x /tool', true],
  ['-d /none -o -x /tool', true],
  ['-d /none -a -x /tool', false],
])('%s', (text, answer) => {
  expect(evaluate(...text.split(' '))).toBe(answer);
});

test.each(['-q /x', '1 -eq one', 'a b c d', '-eq 1 2'])('%s is no expression', (text) => {
  expect(evaluate(...text.split(' '))).toBeUndefined();
});

test('words and numbers are judged as by the real `test`', () => {
  const operand = fc.constantFrom('', 'a', 'b', '1', '2', '10', '-3', 'a b');
  // What an empty word is as a number, shells do not agree on.
  const number = operand.filter((word) => word !== '');
  const numeric = fc.constantFrom('-eq', '-ne', '-lt', '-le', '-gt', '-ge');
  const comparison = fc.oneof(
    fc.tuple(operand, fc.constantFrom('=', '!='), operand),
    fc.tuple(number, numeric, number),
  );
  const expression = fc.oneof(
    fc.tuple(fc.constantFrom('-n', '-z'), operand),
    comparison,
    comparison.map((words) => ['!', ...words]),
  );
  fc.assert(
    fc.property(expression, (words) => {
      const { status } = spawnSync('/usr/bin/test', words);
      const answer = evaluateTest(words, () => undefined);
      expect([words, answer === undefined ? 2 : answer ? 0 : 1]).toEqual([words, status]);
    }),
    { numRuns: 80 },
  );
});
