#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { longestErrorLine } from '../common/farm_error';
import { readHostPort } from '../platform/http/host_port';
import { oneLine } from '../common/one_line';
import { farmVersion } from '../platform/config/version';
import { refuseEmptyArguments, requireValues } from './input/required_values';
import { registerAgent } from './command/agent';
import { registerLibrary } from './command/library';
import { registerPredictor } from './command/predictor';
import { exitStatus, exitStatusOf } from './exit_status';
import { registerAgents } from './command/agents';
import { registerBench } from './command/bench';
import { registerCoordinator } from './command/coordinator';
import { registerDemo } from './command/demo';
import { registerDevices } from './command/devices';
import { registerDoctor } from './command/doctor';
import { registerQuantize } from './command/quantize';
import { registerReference } from './command/reference';
import { registerReport } from './command/report';
import { registerSearch } from './command/search';
import { registerSpace } from './command/space';
import { registerTargets } from './command/targets';
import { registerTools } from './command/tools';
import { registerUp } from './command/up';
import { processTerminal, type Terminal } from './output/terminal';
import { defaultPorts } from './stack/ports';

/** The whole command line; nothing of it runs before it is parsed. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('farm')
    .description('Finds neural networks that are fast on the phones you own.')
    .addOption(coordinatorOption())
    .usage('[--version] [options] [command]')
    .showHelpAfterError(false)
    .configureOutput({ outputError: (text) => terminal.note(oneLine(text, longestErrorLine)) })
    .exitOverride()
    .hook('preAction', (_, command) => refuseEmptyArguments(command));
  for (const register of [
    registerDemo,
    registerUp,
    registerCoordinator,
    registerAgent,
    registerDevices,
    registerTargets,
    registerAgents,
    registerPredictor,
    registerLibrary,
    registerBench,
    registerSearch,
    registerReport,
    registerReference,
    registerSpace,
    registerQuantize,
    registerTools,
    registerDoctor,
  ]) {
    register(program, terminal);
  }
  requireValues(program);
  return program;
}

function coordinatorOption(): Option {
  return new Option('--coordinator <host:port>', 'where the coordinator answers gRPC')
    .env('FARM_COORDINATOR')
    .default(`127.0.0.1:${String(defaultPorts.grpc)}`)
    .argParser(hostAndPort);
}

function hostAndPort(text: string): string {
  const address = readHostPort(text);
  if (address.ok) return text;
  throw new InvalidArgumentError(address.error);
}

async function main(): Promise<number> {
  // Otherwise ONNX Runtime reports to its maker and leaves files behind; it looks at this once, before its first session.
  // Our worker threads and child processes inherit it. https://github.com/microsoft/onnxruntime/pull/27379
  process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
  // Debian puts servers where only root's PATH looks.
  process.env['PATH'] = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin`;
  // `farm … | head` closes our standard output: that is the reader's choice, not a failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? exitStatus.done : exitStatus.failed),
  );
  // Not commander's, which would take it from commands that have a --version of their own.
  if (process.argv[2] === '--version' || process.argv[2] === '-V') {
    processTerminal.print(farmVersion());
    return exitStatus.done;
  }
  return runCommand(process.argv.slice(2), processTerminal);
}

/** Runs one command and returns its exit status; whatever goes wrong is one line. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? exitStatus.done);
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitStatus.done : exitStatus.badInput;
    terminal.note(
      oneLine(`farm: ${error instanceof Error ? error.message : String(error)}`, longestErrorLine),
    );
    const status = exitStatusOf(error);
    if (status === exitStatus.failed && process.env['FARM_DEBUG'] !== undefined)
      terminal.note((error instanceof Error && error.stack) || '');
    return status;
  }
}

if (require.main === module) void main().then((status) => process.exit(status));
