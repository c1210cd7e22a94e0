import { posix } from 'node:path';
import { ownValue } from '../../common/own_value';
import { type FileNode, type FileProblem, fileProblems } from '../system/file_system';
import type { PhoneProgram, CommandContext } from '../shell/command';
import { splitOptions } from './options';

/** Programs that change or describe the file system. */
export const filePrograms: readonly [string, PhoneProgram][] = [
  ['ls', list],
  ['stat', stat],
  ['mkdir', makeFolders],
  ['rm', remove],
  ['rmdir', remove],
  ['mv', move],
  ['cp', copy],
  ['chmod', changeMode],
  ['touch', touch],
  ['df', diskFree],
  ['du', (context) => lines(context, [`0\t${context.words.at(-1) ?? '.'}`])],
  ['sync', () => 0],
  ['chown', () => 0],
  ['restorecon', () => 0],
  ['readlink', (context) => lines(context, [absolute(context, context.words.at(-1) ?? '.')])],
  ['realpath', (context) => lines(context, [absolute(context, context.words.at(-1) ?? '.')])],
];

function lines(context: CommandContext, all: readonly string[]): number {
  if (all.length > 0) context.output.write(`${all.join('\n')}\n`);
  return 0;
}

function absolute(context: CommandContext, path: string): string {
  return posix.resolve(context.workingFolder, path);
}

function complain(context: CommandContext, path: string, problem: FileProblem): number {
  context.errors.write(`${context.name}: ${path}: ${fileProblems[problem]}\n`);
  return 1;
}

function list(context: CommandContext): number {
  const { flags, operands } = splitOptions(context.words);
  let status = 0;
  for (const operand of operands.length === 0 ? ['.'] : operands) {
    const path = absolute(context, operand);
    const node = context.phone.files.stat(path);
    if (node === undefined) {
      status = complain(context, operand, 'ENOENT');
      continue;
    }
    const names =
      node.kind === 'folder' && !flags.has('d') ? namesIn(context, path, flags) : [operand];
    lines(
      context,
      names.map((name) =>
        flags.has('l')
          ? describe(context.phone.files.stat(posix.resolve(path, name)) ?? node, name)
          : name,
      ),
    );
  }
  return status;
}

function namesIn(
  { phone: { files } }: CommandContext,
  folder: string,
  flags: ReadonlySet<string>,
): readonly string[] {
  const names = files
    .list(folder)
    .filter((name) => flags.has('a') || flags.has('A') || !name.startsWith('.'));
  if (!flags.has('t')) return names;
  const modifiedAtMs = (name: string): number =>
    files.stat(posix.join(folder, name))?.modifiedAtMs ?? 0;
  return names.toSorted((a, b) => modifiedAtMs(b) - modifiedAtMs(a));
}

function describe(node: FileNode, name: string): string {
  const kind = node.kind === 'folder' ? 'd' : '-';
  const bits = [0o400, 0o200, 0o100, 0o40, 0o20, 0o10, 4, 2, 1]
    .map((bit, index) => ((node.mode & bit) === 0 ? '-' : 'rwx'.charAt(index % 3)))
    .join('');
  const modified = new Date(node.modifiedAtMs).toISOString().slice(0, 16).replace('T', ' ');
  return `${kind}${bits} 1 shell shell ${sizeOf(node)} ${modified} ${name}`;
}

function sizeOf(node: FileNode): number {
  return node.kind === 'file' ? node.bytes.length : 4096;
}

function stat(context: CommandContext): number {
  const { values, operands } = splitOptions(context.words, 'c');
  let status = 0;
  for (const operand of operands) {
    const node = context.phone.files.stat(absolute(context, operand));
    if (node === undefined) {
      context.errors.write(`stat: '${operand}': ${fileProblems.ENOENT}\n`);
      status = 1;
      continue;
    }
    const fields: Readonly<Record<string, string>> = {
      s: String(sizeOf(node)),
      n: operand,
      a: node.mode.toString(8),
      Y: String(Math.floor(node.modifiedAtMs / 1000)),
      F: node.kind === 'file' ? 'regular file' : 'directory',
    };
    const format = values.get('c') ?? '%n %s %a %F';
    lines(context, [
      format.replaceAll(/%(.)/g, (_, letter: string) => ownValue(fields, letter) ?? '?'),
    ]);
  }
  return status;
}

function makeFolders(context: CommandContext): number {
  const { flags, operands } = splitOptions(context.words, 'm');
  let status = 0;
  for (const operand of operands) {
    const path = absolute(context, operand);
    const parts = flags.has('p')
      ? path
          .split('/')
          .map((_, index, all) => all.slice(0, index + 1).join('/'))
          .filter((part) => part !== '')
      : [path];
    for (const part of parts) {
      if (flags.has('p') && context.phone.files.stat(part)?.kind === 'folder') continue;
      const made = context.phone.files.makeFolder(part);
      if (!made.ok) {
        status = complain(context, `'${operand}'`, made.error);
        break;
      }
    }
  }
  return status;
}

function remove(context: CommandContext): number {
  const { flags, operands } = splitOptions(context.words);
  let status = 0;
  for (const operand of operands) {
    const path = absolute(context, operand);
    const node = context.phone.files.stat(path);
    if (node === undefined && flags.has('f')) continue;
    const problem =
      node?.kind === 'folder' && context.name === 'rm' && !flags.has('r') && !flags.has('R')
        ? 'EISDIR'
        : removeTree(context, path, flags.has('r') || flags.has('R'));
    if (problem !== undefined) status = complain(context, operand, problem);
  }
  return status;
}

function removeTree(
  context: CommandContext,
  path: string,
  recursively: boolean,
): FileProblem | undefined {
  const { files } = context.phone;
  if (recursively && files.stat(path)?.kind === 'folder') {
    for (const name of files.list(path)) {
      const problem = removeTree(context, posix.join(path, name), true);
      if (problem !== undefined) return problem;
    }
  }
  const removed = files.remove(path);
  return removed.ok ? undefined : removed.error;
}

/** Operands of mv and cp: every source with its full destination. */
function destinations(
  context: CommandContext,
  operands: readonly string[],
): readonly (readonly [from: string, to: string])[] {
  const last = absolute(context, operands.at(-1) ?? '.');
  const intoFolder = context.phone.files.stat(last)?.kind === 'folder';
  return operands
    .slice(0, -1)
    .map((from) => [
      absolute(context, from),
      intoFolder ? posix.join(last, posix.basename(from)) : last,
    ]);
}

function move(context: CommandContext): number {
  let status = 0;
  for (const [from, to] of destinations(context, splitOptions(context.words).operands)) {
    const moved = context.phone.files.rename(from, to);
    if (!moved.ok) status = complain(context, from, moved.error);
  }
  return status;
}

function copy(context: CommandContext): number {
  let status = 0;
  for (const [from, to] of destinations(context, splitOptions(context.words).operands)) {
    const content = context.phone.files.read(from);
    const written = content.ok
      ? context.phone.files.write(to, content.value, context.phone.files.stat(from)?.mode)
      : content;
    if (!written.ok) status = complain(context, from, written.error);
  }
  return status;
}

function changeMode(context: CommandContext): number {
  const { operands } = splitOptions(context.words);
  const [mode = '', ...paths] = operands;
  let status = 0;
  for (const operand of paths) {
    const path = absolute(context, operand);
    const old = context.phone.files.stat(path)?.mode ?? 0;
    const next = /^[0-7]{3,4}$/.test(mode)
      ? Number.parseInt(mode, 8)
      : mode.endsWith('+x')
        ? old | 0o111
        : undefined;
    if (next === undefined) {
      context.errors.write(`chmod: bad mode '${mode}'\n`);
      return 1;
    }
    const changed = context.phone.files.changeMode(path, next);
    if (!changed.ok) status = complain(context, operand, changed.error);
  }
  return status;
}

function touch(context: CommandContext): number {
  let status = 0;
  for (const operand of splitOptions(context.words).operands) {
    const path = absolute(context, operand);
    const { files } = context.phone;
    const written =
      files.stat(path) === undefined ? files.write(path, Buffer.alloc(0)) : files.touch(path);
    if (!written.ok) status = complain(context, operand, written.error);
  }
  return status;
}

function diskFree(context: CommandContext): number {
  const { files } = context.phone;
  const kilobytes = (bytes: number): string => String(Math.floor(bytes / 1024));
  const used = files.capacityBytes - files.freeBytes;
  const percent = files.capacityBytes === 0 ? 100 : Math.ceil((100 * used) / files.capacityBytes);
  return lines(context, [
    'Filesystem       1K-blocks      Used Available Use% Mounted on',
    `/dev/block/dm-50 ${kilobytes(files.capacityBytes).padStart(9)} ${kilobytes(used).padStart(9)} ${kilobytes(files.freeBytes).padStart(9)} ${`${percent}%`.padStart(4)} /data`,
  ]);
}
