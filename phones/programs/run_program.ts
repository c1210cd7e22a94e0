import { posix } from 'node:path';
import type { PhoneProcess } from '../system/process_table';
import type { Launch, ProcessPlacement } from '../shell/command';
import type { Output } from '../shell/streams';
import { runShell } from '../shell/interpreter';
import { programs } from './programs';

const deepestCall = 32;
const largestScriptFileBytes = 128 * 1024;

/** Runs one program to its end or its death. @returns the exit status as a shell reports it. */
export async function runProgram(
  words: readonly string[],
  launch: Launch & ProcessPlacement,
): Promise<number> {
  const { phone } = launch;
  if (launch.depth >= deepestCall) {
    launch.streams.errors.write("sh: can't fork - try again\n");
    return 1;
  }
  const process = 'own' in launch ? launch.own : phone.processes.start(launch.parent, words);
  if (process === undefined) {
    launch.streams.errors.write("sh: can't fork - try again\n");
    return 1;
  }
  process.commandLine = words;
  const status = await Promise.race([execute(words, launch, process), death(process.killed)]);
  return 'own' in launch ? status : phone.processes.finish(process, status);
}

function death(killed: AbortSignal): Promise<number> {
  if (killed.aborted) return Promise.resolve(137);
  return new Promise((resolve) =>
    killed.addEventListener('abort', () => resolve(137), { once: true }),
  );
}

async function execute(
  words: readonly string[],
  launch: Launch,
  process: PhoneProcess,
): Promise<number> {
  const name = words[0] ?? '';
  const { phone } = launch;
  // What a dead process still computes is not printed.
  const output = silencedAfter(launch.streams.output, process.killed);
  const errors = silencedAfter(launch.streams.errors, process.killed);
  const program = name.includes('/')
    ? programs.get(name.replace(/^\/system\/bin\//, ''))
    : programs.get(name);
  if (program !== undefined) {
    return program({
      phone,
      process,
      words: words.slice(1),
      name,
      workingFolder: launch.workingFolder,
      environment: launch.environment,
      input: launch.streams.input,
      output,
      errors,
      run: (inner, innerProcess, assignments = []) => {
        const environment = new Map([
          ...launch.environment,
          ...assignments.map((assignment): [string, string] => split(assignment)),
        ]);
        return runProgram(inner, {
          ...launch,
          environment,
          depth: launch.depth + 1,
          own: innerProcess,
        });
      },
      shell: (source, options) =>
        runShell(source, {
          phone,
          process,
          runProgram,
          streams: { input: launch.streams.input, output, errors },
          variables: launch.environment,
          workingFolder: launch.workingFolder,
          depth: launch.depth + 1,
          positional: options.positional,
        }),
    });
  }
  if (!name.includes('/')) {
    errors.write(`sh: ${name}: inaccessible or not found\n`);
    return 127;
  }
  return executeFile(words, { ...launch, streams: { ...launch.streams, output, errors } }, process);
}

function executeFile(
  words: readonly string[],
  launch: Launch,
  process: PhoneProcess,
): Promise<number> | number {
  const { phone, streams } = launch;
  const name = words[0] ?? '';
  const path = posix.resolve(launch.workingFolder, name);
  const node = phone.files.stat(path);
  if (node === undefined) {
    streams.errors.write(`sh: ${name}: inaccessible or not found\n`);
    return 127;
  }
  if (node.kind === 'folder' || (node.mode & 0o111) === 0) {
    streams.errors.write(
      `sh: ${name}: can't execute: ${node.kind === 'folder' ? 'Is a directory' : 'Permission denied'}\n`,
    );
    return 126;
  }
  const tool = phone.tools.get(posix.basename(path));
  if (tool !== undefined) {
    return tool({
      program: path,
      words: words.slice(1),
      environment: launch.environment,
      resolve: (other) => posix.resolve(launch.workingFolder, other),
      killed: process.killed,
      print: (text) => streams.output.write(text),
      printError: (text) => streams.errors.write(text),
    });
  }
  if (node.bytes.length > largestScriptFileBytes || node.bytes.includes(0)) {
    streams.errors.write(`sh: ${name}: not executable: this virtual phone has no such program\n`);
    return 126;
  }
  return runShell(node.bytes.toString(), {
    phone,
    process,
    runProgram,
    streams,
    variables: launch.environment,
    workingFolder: launch.workingFolder,
    depth: launch.depth + 1,
    positional: words,
  });
}

function split(assignment: string): [string, string] {
  const equals = assignment.indexOf('=');
  return [assignment.slice(0, equals), assignment.slice(equals + 1)];
}

function silencedAfter(output: Output, killed: AbortSignal): Output {
  return {
    write: (data) => {
      if (!killed.aborted) output.write(data);
    },
  };
}
