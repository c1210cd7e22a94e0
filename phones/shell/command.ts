import type { PhoneProcess } from '../system/process_table';
import type { PhoneSystem } from '../system/phone_system';
import type { Output, Streams } from './streams';

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
  readonly run: (
    words: readonly string[],
    process: PhoneProcess,
    assignments?: readonly string[],
  ) => Promise<number>;
  /** Runs a script in this process, as `sh -c` does. */
  readonly shell: (
    source: string,
    options: { readonly positional: readonly string[] },
  ) => Promise<number>;
}

/** Answers the exit status. */
export type PhoneProgram = (context: CommandContext) => number | Promise<number>;

export interface Launch {
  readonly phone: PhoneSystem;
  readonly environment: ReadonlyMap<string, string>;
  readonly workingFolder: string;
  readonly streams: Streams;
  /** How many shells and programs started each other to get here. */
  readonly depth: number;
}

/** As a child of `parent`, or in `own` as after exec. */
export type ProcessPlacement = { readonly parent: PhoneProcess } | { readonly own: PhoneProcess };

/** Runs one program to its end or its death. @returns the exit status as a shell reports it. */
export type ProgramRunner = (
  words: readonly string[],
  launch: Launch & ProcessPlacement,
) => Promise<number>;
