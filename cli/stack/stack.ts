import { mkdir } from 'node:fs/promises';
import { BadInputError } from '../../common/bad_input';
import { withDeadline } from '../../platform/time/deadline';
import { requireFreePorts } from './free_port';
import { holdFolder } from './folder_lock';
import { supervise, type Supervised } from './supervisor';
import { planProcesses, type PlanOptions } from './plan';
import { requirePrograms } from './programs';
import { startProcess, type ProcessOptions } from './process';

interface StackOptions extends PlanOptions {
  readonly note: (line: string) => void;
}

export interface Stack {
  /** HOST:PORT of the coordinator's gRPC. */
  readonly coordinator: string;
  readonly processes: () => readonly { readonly name: string; readonly pid: number }[];
  /** Rejects when a part cannot be kept running. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** A program that is not ready by then will not be: SQLite migrations and JetStream recovery take seconds. */
const readyDeadlineMs = 60_000;

/** Starts NATS, the coordinator and the agents on this machine, in that order, and keeps them running. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const release = await holdFolder(options.dataDir);
  const parts: Supervised[] = [];
  const stop = async (): Promise<void> => {
    // Agents first, so that their last results still find the broker; the broker last.
    for (const part of [...parts].reverse()) await part.stop();
    release();
  };
  try {
    requirePrograms(['nats-server', ...(options.virtualFleet === undefined ? [] : ['adb'])]);
    await requireFreePorts(options.ports);
    await mkdir(options.logDir, { recursive: true });
    const plan = await planProcesses(options);
    for (const each of plan) parts.push(await startPart(each, options));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    coordinator: `127.0.0.1:${String(options.ports.grpc)}`,
    processes: () => parts.map((part) => ({ name: part.current().name, pid: part.current().pid })),
    failed: Promise.race(parts.map((part) => part.failed)),
    stop,
  };
}

async function startPart(options: ProcessOptions, stack: StackOptions): Promise<Supervised> {
  const running = startProcess(options);
  if (!options.channel) return supervise(running, options, stack.note);
  const ready = await withDeadline(running.ready, readyDeadlineMs, options.name);
  if (ready.ok && ready.value !== undefined) return supervise(running, options, stack.note);
  await running.stop();
  throw new BadInputError(
    ready.ok
      ? await running.exited
      : `${options.name} was not ready within ${String(readyDeadlineMs / 1000)} s; its log is ${options.logPath}`,
  );
}
