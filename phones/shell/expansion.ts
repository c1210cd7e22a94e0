import { posix } from 'node:path';
import type { FileSystem } from '../system/file_system';
import type { Script, ShellWord } from './syntax';

export interface ExpansionScope {
  parameter(name: string): string | undefined;
  substitute(script: Script): Promise<string>;
  readonly files: FileSystem;
  readonly workingFolder: string;
}

/** A doubling `x=$x$x` in a loop ends here. */
const longestField = 1024 * 1024;
const mostFields = 10_000;

interface ExpandedField {
  text: string;
  /** The same with quoted characters marked, for file name patterns. */
  pattern: string;
}

/** Expands to any number of arguments: parameters, substitutions, splitting, then file names. */
export async function expandToFields(
  word: ShellWord,
  scope: ExpansionScope,
): Promise<readonly string[]> {
  const fields: ExpandedField[] = [];
  let current: ExpandedField | undefined;
  const append = (text: string, quoted: boolean): void => {
    current ??= { text: '', pattern: '' };
    current.text = (current.text + text).slice(0, longestField);
    current.pattern = (
      current.pattern + (quoted ? text.replaceAll(/[\\*?[\]]/g, '\\$&') : text)
    ).slice(0, longestField);
  };
  for (const part of word) {
    const text = await partText(part, scope);
    if (part.kind === 'text' || part.quoted) {
      append(text, part.quoted);
      continue;
    }
    const pieces = text.split(/[ \t\n]+/);
    for (const [index, piece] of pieces.entries()) {
      if (index > 0 && current !== undefined) {
        fields.push(current);
        current = undefined;
      }
      if (piece !== '') append(piece, false);
    }
  }
  if (current !== undefined) fields.push(current);
  return fields.slice(0, mostFields).flatMap((field) => expandFileNames(field, scope));
}

/** Expands without splitting, as in assignments and redirections. */
export async function expandToText(word: ShellWord, scope: ExpansionScope): Promise<string> {
  let text = '';
  for (const part of word) text = (text + (await partText(part, scope))).slice(0, longestField);
  return text;
}

async function partText(part: ShellWord[number], scope: ExpansionScope): Promise<string> {
  if (part.kind === 'text') return part.text;
  if (part.kind === 'substitution')
    return (await scope.substitute(part.script)).replace(/\n+$/, '');
  const value = scope.parameter(part.name);
  if ((value === undefined || value === '') && part.fallback !== undefined)
    return expandToText(part.fallback, scope);
  return value ?? '';
}

function expandFileNames(field: ExpandedField, scope: ExpansionScope): readonly string[] {
  if (!/(?:^|[^\\])[*?[]/.test(field.pattern)) return [field.text];
  const absolute = field.text.startsWith('/');
  let bases = [absolute ? '/' : scope.workingFolder];
  for (const segment of field.pattern.split('/').filter((part) => part !== '')) {
    bases = bases.flatMap((base) => matches(base, segment, scope.files)).slice(0, mostFields);
  }
  const found = absolute ? bases : bases.map((path) => posix.relative(scope.workingFolder, path));
  return found.length === 0 ? [field.text] : found;
}

function matches(folder: string, segment: string, files: FileSystem): readonly string[] {
  if (!/[*?[]/.test(segment)) {
    const path = posix.join(folder, segment.replaceAll(/\\(.)/g, '$1'));
    return files.stat(path) === undefined ? [] : [path];
  }
  return files
    .list(folder)
    .filter((name) => matchesPattern(name, segment) && !name.startsWith('.'))
    .map((name) => posix.join(folder, name));
}

/** `*`, `?` and `[…]`, in linear memory and without a regular expression that the pattern could slow down. */
function matchesPattern(name: string, pattern: string): boolean {
  const items = pattern.match(/\\.|\[[^\]]+\]|[\s\S]/g) ?? [];
  let reachable = new Set([0]);
  for (const item of items) {
    const next = new Set<number>();
    for (const position of reachable) {
      if (item === '*') for (let end = position; end <= name.length; end += 1) next.add(end);
      else if (position < name.length && matchesItem(name.charAt(position), item))
        next.add(position + 1);
    }
    reachable = next;
  }
  return reachable.has(name.length);
}

function matchesItem(character: string, item: string): boolean {
  if (item === '?') return true;
  if (item.startsWith('\\') && item.length === 2) return item.charAt(1) === character;
  if (!item.startsWith('[') || item.length < 3) return item === character;
  const negated = item.charAt(1) === '!';
  const set = item.slice(negated ? 2 : 1, -1);
  let inside = false;
  for (let index = 0; index < set.length; index += 1) {
    const isRange = set.charAt(index + 1) === '-' && index + 2 < set.length;
    const last = isRange ? set.charAt(index + 2) : set.charAt(index);
    if (character >= set.charAt(index) && character <= last) inside = true;
    if (isRange) index += 2;
  }
  return inside !== negated;
}
