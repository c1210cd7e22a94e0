import type { FileNode } from '../system/file_system';

type Stat = (path: string) => FileNode | undefined;

/** Evaluates the words of `test`; undefined if they are no expression. */
export function evaluateTest(words: readonly string[], stat: Stat): boolean | undefined {
  const orAt = words.lastIndexOf('-o');
  if (orAt > 0)
    return both(
      evaluateTest(words.slice(0, orAt), stat),
      evaluateTest(words.slice(orAt + 1), stat),
      (left, right) => left || right,
    );
  const andAt = words.lastIndexOf('-a');
  if (andAt > 0)
    return both(
      evaluateTest(words.slice(0, andAt), stat),
      evaluateTest(words.slice(andAt + 1), stat),
      (left, right) => left && right,
    );
  if (words[0] === '!' && words.length > 1) {
    const answer = evaluateTest(words.slice(1), stat);
    return answer === undefined ? undefined : !answer;
  }
  if (words.length === 0) return false;
  if (words.length === 1) return words[0] !== '';
  if (words.length === 2) return unary(words[0] ?? '', words[1] ?? '', stat);
  return words.length === 3 ? binary(words[0] ?? '', words[1] ?? '', words[2] ?? '') : undefined;
}

function both(
  left: boolean | undefined,
  right: boolean | undefined,
  combine: (left: boolean, right: boolean) => boolean,
): boolean | undefined {
  return left === undefined || right === undefined ? undefined : combine(left, right);
}

function unary(operator: string, operand: string, stat: Stat): boolean | undefined {
  const node = operator === '-n' || operator === '-z' ? undefined : stat(operand);
  switch (operator) {
    case '-n':
      return operand !== '';
    case '-z':
      return operand === '';
    case '-e':
    case '-r':
      return node !== undefined;
    case '-f':
      return node?.kind === 'file';
    case '-d':
      return node?.kind === 'folder';
    case '-s':
      return node?.kind === 'file' && node.bytes.length > 0;
    case '-x':
      return node !== undefined && (node.mode & 0o111) !== 0;
    case '-w':
      return node !== undefined && (node.mode & 0o222) !== 0;
    default:
      return undefined;
  }
}

function binary(left: string, operator: string, right: string): boolean | undefined {
  if (operator === '=' || operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  const [a, b] = [Number(left), Number(right)];
  if (!Number.isInteger(a) || !Number.isInteger(b)) return undefined;
  switch (operator) {
    case '-eq':
      return a === b;
    case '-ne':
      return a !== b;
    case '-lt':
      return a < b;
    case '-le':
      return a <= b;
    case '-gt':
      return a > b;
    case '-ge':
      return a >= b;
    default:
      return undefined;
  }
}
