import type { PhoneProcess } from '../system/process_table';
import type { PhoneSystem } from '../system/phone_system';
import { shellBuiltins } from './builtins';
import type { ProgramRunner } from './command';
import { expandToFields, expandToText, type ExpansionScope } from './expansion';
import { parseScript } from './parser';
import { redirect } from './redirection';
import { copyForSubshell, freshState, parameterOf, type ShellState } from './state';
import { openPipe, type Streams } from './streams';
import { type Chain, type Command, type Pipeline, type Script, ScriptError } from './syntax';

/** A loop that nobody ends stops here, as if its process had been killed. */
const mostSteps = 1_000_000;
/** A script must not hold the event loop of the other phones. */
const stepsBetweenYields = 256;
/** `$(…)`, subshells and scripts that call themselves. */
const deepestShell = 32;

interface ShellStart {
  readonly phone: PhoneSystem;
  readonly process: PhoneProcess;
  readonly streams: Streams;
  readonly runProgram: ProgramRunner;
  readonly variables?: ReadonlyMap<string, string>;
  readonly positional?: readonly string[];
  readonly workingFolder?: string;
  readonly depth?: number;
}

/** Runs a script in `start.process`. @returns its exit status; a script that cannot be read gives 1 and a message, as mksh does. */
export async function runShell(source: string, start: ShellStart): Promise<number> {
  const state = freshState(start);
  try {
    return await new Interpreter(start, state).run(parseScript(source), start.streams);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    start.streams.errors.write(`sh: ${error.message}\n`);
    return 1;
  }
}

class Interpreter {
  readonly #start: ShellStart;
  readonly #state: ShellState;
  readonly #depth: number;
  #steps = 0;

  constructor(start: ShellStart, state: ShellState) {
    this.#start = start;
    this.#state = state;
    this.#depth = start.depth ?? 0;
  }

  async run(script: Script, initialStreams: Streams): Promise<number> {
    let streams = initialStreams;
    for (const chain of script) {
      if (await this.#mustStop()) break;
      if (chain.background) this.#startBackground(chain, streams);
      else await this.#runLinks(chain.links, streams);
      streams = this.#state.replacedStreams ?? streams;
      this.#state.replacedStreams = undefined;
    }
    return this.#state.lastStatus;
  }

  async #mustStop(): Promise<boolean> {
    this.#steps += 1;
    if (this.#steps % stepsBetweenYields === 0)
      await new Promise((resolve) => setImmediate(resolve));
    return this.#state.exited || this.#start.process.killed.aborted || this.#steps > mostSteps;
  }

  async #runLinks(links: Chain['links'], streams: Streams): Promise<void> {
    for (const { when, pipeline } of links) {
      if (this.#state.exited) return;
      const succeeded = this.#state.lastStatus === 0;
      if (when === 'always' || (when === 'success') === succeeded)
        await this.#runPipeline(pipeline, streams);
    }
  }

  async #runPipeline(pipeline: Pipeline, streams: Streams): Promise<void> {
    let input = streams.input;
    for (const [index, command] of pipeline.commands.entries()) {
      if (index === pipeline.commands.length - 1) {
        await this.#runCommand(command, { ...streams, input });
        break;
      }
      const pipe = openPipe();
      await this.#subshell().#runCommand(command, { ...streams, input, output: pipe });
      input = pipe.bytes();
    }
    if (pipeline.negated) this.#state.lastStatus = this.#state.lastStatus === 0 ? 1 : 0;
  }

  async #runCommand(command: Command, streams: Streams): Promise<void> {
    if (await this.#mustStop()) return;
    const redirected = await redirect(command.redirections, streams, this.#scope(streams));
    if (typeof redirected === 'string') {
      streams.errors.write(`sh: ${redirected}\n`);
      this.#state.lastStatus = 1;
      return;
    }
    switch (command.kind) {
      case 'simple':
        this.#state.lastStatus = await this.#runSimple(command, redirected);
        return;
      case 'group':
        this.#state.lastStatus = await (command.subshell ? this.#subshell() : this).run(
          command.body,
          redirected,
        );
        return;
      case 'if':
        await this.#runIf(command, redirected);
        return;
      case 'while':
        await this.#runWhile(command, redirected);
        return;
      case 'for':
        await this.#runFor(command, redirected);
        return;
    }
  }

  async #runIf(command: Extract<Command, { kind: 'if' }>, streams: Streams): Promise<void> {
    for (const { condition, body } of command.clauses) {
      if ((await this.run(condition, streams)) === 0) {
        await this.run(body, streams);
        return;
      }
    }
    // The other branch still sees the status of the condition.
    if (command.otherwise.length === 0) this.#state.lastStatus = 0;
    else await this.run(command.otherwise, streams);
  }

  async #runWhile(command: Extract<Command, { kind: 'while' }>, streams: Streams): Promise<void> {
    let status = 0;
    while (!(await this.#mustStop())) {
      const holds = (await this.run(command.condition, streams)) === 0;
      if (holds === command.until || this.#state.exited) break;
      status = await this.run(command.body, streams);
    }
    if (!this.#state.exited) this.#state.lastStatus = status;
  }

  async #runFor(command: Extract<Command, { kind: 'for' }>, streams: Streams): Promise<void> {
    const values: string[] = [];
    for (const word of command.words)
      values.push(...(await expandToFields(word, this.#scope(streams))));
    if (values.length === 0) this.#state.lastStatus = 0;
    for (const value of values) {
      if (await this.#mustStop()) return;
      this.#state.variables.set(command.variable, value);
      await this.run(command.body, streams);
    }
  }

  async #runSimple(
    command: Extract<Command, { kind: 'simple' }>,
    streams: Streams,
    own?: PhoneProcess,
  ): Promise<number> {
    const scope = this.#scope(streams);
    const words: string[] = [];
    for (const word of command.words) words.push(...(await expandToFields(word, scope)));
    const assigned = new Map<string, string>();
    for (const { name, value } of command.assignments)
      assigned.set(name, await expandToText(value, scope));
    const name = words[0];
    if (name === undefined) {
      for (const [variable, value] of assigned) this.#state.variables.set(variable, value);
      return command.assignments.length > 0 &&
        command.assignments.some(({ value }) => value.some((part) => part.kind === 'substitution'))
        ? this.#state.lastStatus
        : 0;
    }
    const builtin = shellBuiltins.get(name);
    if (builtin !== undefined) return builtin(words.slice(1), this.#state, streams);
    const environment = new Map([...this.#state.variables, ...assigned]);
    if (name === 'exec') {
      if (words.length === 1) {
        this.#state.replacedStreams = streams;
        return 0;
      }
      const status = await this.#launch(words.slice(1), environment, streams, this.#start.process);
      this.#state.exited = true;
      return status;
    }
    return this.#launch(words, environment, streams, own);
  }

  /** Runs a program as a child, or in `own` as after exec. */
  #launch(
    words: readonly string[],
    environment: ReadonlyMap<string, string>,
    streams: Streams,
    own: PhoneProcess | undefined,
  ): Promise<number> {
    const base = {
      phone: this.#start.phone,
      environment,
      workingFolder: this.#state.workingFolder,
      streams,
      depth: this.#depth,
    };
    return this.#start.runProgram(
      words,
      own === undefined ? { ...base, parent: this.#start.process } : { ...base, own },
    );
  }

  #startBackground(chain: Chain, streams: Streams): void {
    const process = this.#start.phone.processes.start(this.#start.process, ['sh']);
    if (process === undefined) {
      this.#state.lastStatus = 1;
      return;
    }
    const shell = this.#subshell(process);
    const only = chain.links.length === 1 ? chain.links[0]?.pipeline : undefined;
    const command = only?.commands.length === 1 && !only.negated ? only.commands[0] : undefined;
    // As in a real shell, a lone command replaces the forked shell, so that `$!` is its own pid.
    const work =
      command?.kind === 'simple'
        ? shell.#runForked(command, streams, process)
        : shell.#runLinks(chain.links, streams).then(() => shell.#state.lastStatus);
    this.#state.lastBackgroundPid = process.pid;
    this.#state.lastStatus = 0;
    this.#state.background.set(
      process.pid,
      work.then(
        (status) => this.#start.phone.processes.finish(process, status),
        () => this.#start.phone.processes.finish(process, 1),
      ),
    );
  }

  async #runForked(
    command: Extract<Command, { kind: 'simple' }>,
    streams: Streams,
    process: PhoneProcess,
  ): Promise<number> {
    const redirected = await redirect(command.redirections, streams, this.#scope(streams));
    if (typeof redirected !== 'string') return this.#runSimple(command, redirected, process);
    streams.errors.write(`sh: ${redirected}\n`);
    return 1;
  }

  #subshell(process = this.#start.process): Interpreter {
    if (this.#depth >= deepestShell) throw new ScriptError('too many nested shells');
    const start = { ...this.#start, process, depth: this.#depth + 1 };
    return new Interpreter(start, copyForSubshell(this.#state));
  }

  #scope(streams: Streams): ExpansionScope {
    return {
      files: this.#start.phone.files,
      workingFolder: this.#state.workingFolder,
      parameter: (name) => parameterOf(this.#state, this.#start.process.pid, name),
      substitute: async (script) => {
        const output = openPipe();
        this.#state.lastStatus = await this.#subshell().run(script, { ...streams, output });
        return output.bytes().toString();
      },
    };
  }
}
