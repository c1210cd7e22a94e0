import type { PhoneProcess } from '../system/process_table';
import type { PhoneSystem } from '../system/phone_system';

export interface Output {
  write(data: Buffer | string): void;
}

/** What a program gets when it runs. */
export interface CommandContext {
  readonly phone: PhoneSystem;
  readonly process: PhoneProcess;
  /** Without the program's own name. */
  readonly words: readonly string[];
  readonly name: string;
  readonly workingFolder: string;
  readonly environment: ReadonlyMap<string, string>;
  readonly input: Buffer;
  readonly output: Output;
  readonly errors: Output;
  /** Runs another program in `process`, as exec does; `assignments` are `NAME=value`. */
  readonly run: (words: readonly string[], process: PhoneProcess, assignments?: readonly string[]) => Promise<number>;
  /** Runs a script in this process, as `sh -c` does. */
  readonly shell: (source: string, options: { readonly positional: readonly string[] }) => Promise<number>;
}

/** Answers the exit status. */
export type Command = (context: CommandContext) => number | Promise<number>;
