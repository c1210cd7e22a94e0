import { posix } from 'node:path';
import type { ShellState } from './state';
import type { Streams } from './streams';

/** Commands that act on the shell itself. */
type Builtin = (
  words: readonly string[],
  state: ShellState,
  streams: Streams,
) => number | Promise<number>;

export const shellBuiltins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [':', () => 0],
  ['cd', changeFolder],
  ['exit', exit],
  ['export', assign],
  ['readonly', assign],
  ['local', assign],
  ['unset', unset],
  ['set', () => 0],
  ['umask', () => 0],
  ['trap', () => 0],
  ['shift', shift],
  ['wait', waitFor],
  ['pwd', printFolder],
]);

function changeFolder(words: readonly string[], state: ShellState): number {
  state.workingFolder = posix.resolve(state.workingFolder, words[0] ?? '/');
  return 0;
}

function printFolder(_words: readonly string[], state: ShellState, streams: Streams): number {
  streams.output.write(`${state.workingFolder}\n`);
  return 0;
}

function exit(words: readonly string[], state: ShellState): number {
  state.exited = true;
  const status = Number(words[0] ?? state.lastStatus);
  return Number.isInteger(status) ? status & 0xff : 1;
}

function assign(words: readonly string[], state: ShellState): number {
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals > 0) state.variables.set(word.slice(0, equals), word.slice(equals + 1));
  }
  return 0;
}

function unset(words: readonly string[], state: ShellState): number {
  for (const word of words) state.variables.delete(word);
  return 0;
}

function shift(_words: readonly string[], state: ShellState): number {
  if (state.positional.length < 2) return 1;
  state.positional = [state.positional[0] ?? 'sh', ...state.positional.slice(2)];
  return 0;
}

async function waitFor(words: readonly string[], state: ShellState): Promise<number> {
  if (words.length === 0) {
    await Promise.all(state.background.values());
    return 0;
  }
  let status = 127;
  for (const word of words) status = (await state.background.get(Number(word))) ?? 127;
  return status;
}
