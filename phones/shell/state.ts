import { posix } from 'node:path';
import type { Streams } from './streams';

/** What `$x`, `cd` and `exit` act on. A subshell works on a copy. */
export interface ShellState {
  readonly variables: Map<string, string>;
  positional: readonly string[];
  workingFolder: string;
  lastStatus: number;
  lastBackgroundPid: number;
  /** Set by `exit` and `exec`: nothing more runs. */
  exited: boolean;
  /** What `exec 2>file` left for the commands after it. */
  replacedStreams: Streams | undefined;
  readonly background: Map<number, Promise<number>>;
}

interface StateStart {
  readonly variables?: ReadonlyMap<string, string>;
  readonly positional?: readonly string[];
  readonly workingFolder?: string;
}

const firstVariables: ReadonlyMap<string, string> = new Map([
  ['PATH', '/system/bin'],
  ['HOME', '/'],
  ['TMPDIR', '/data/local/tmp'],
  ['USER', 'shell'],
]);

/** Of a shell that adbd starts, but for what its parent hands on. */
export function freshState({ variables, positional, workingFolder }: StateStart): ShellState {
  return {
    variables: new Map(variables ?? firstVariables),
    positional: positional ?? ['sh'],
    workingFolder: workingFolder ?? '/',
    lastStatus: 0,
    lastBackgroundPid: 0,
    exited: false,
    replacedStreams: undefined,
    background: new Map(),
  };
}

export function copyForSubshell(state: ShellState): ShellState {
  return { ...state, variables: new Map(state.variables), background: new Map() };
}

/** The value of `$name` in a shell with this process id. */
export function parameterOf(state: ShellState, pid: number, name: string): string | undefined {
  const { positional } = state;
  switch (name) {
    case '?':
      return String(state.lastStatus);
    case '$':
      return String(pid);
    case '!':
      return state.lastBackgroundPid === 0 ? '' : String(state.lastBackgroundPid);
    case '#':
      return String(positional.length - 1);
    case '@':
    case '*':
      return positional.slice(1).join(' ');
    case '-':
      return '';
    case 'PWD':
      return posix.normalize(state.workingFolder);
    default:
      return /^\d$/.test(name) ? positional[Number(name)] : state.variables.get(name);
  }
}
