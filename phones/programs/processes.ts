import { ownValue } from '../../common/own_value';
import { signalNumbers } from '../system/process_table';
import type { PhoneProgram, CommandContext } from '../shell/command';

/** Programs that start, bound and end other programs. */
export const processPrograms: readonly [string, PhoneProgram][] = [
  ['sh', shell],
  ['sleep', sleep],
  ['timeout', timeout],
  ['setsid', setsid],
  ['nohup', passOn],
  ['nice', (context) => runRest(context, context.words[0] === '-n' ? 2 : 0)],
  ['env', environment],
  ['taskset', taskset],
  ['kill', kill],
  ['ps', list],
  ['pidof', processesNamed],
  ['pgrep', processesNamed],
];

async function shell(context: CommandContext): Promise<number> {
  const commandAt = context.words.indexOf('-c');
  if (commandAt >= 0)
    return context.shell(context.words[commandAt + 1] ?? '', {
      positional:
        context.words.slice(commandAt + 2).length > 0 ? context.words.slice(commandAt + 2) : ['sh'],
    });
  const path = context.words.find((word) => !word.startsWith('-'));
  if (path === undefined) return context.shell(context.input.toString(), { positional: ['sh'] });
  const script = context.phone.files.read(
    path.startsWith('/') ? path : `${context.workingFolder}/${path}`,
  );
  if (script.ok) return context.shell(script.value.toString(), { positional: context.words });
  context.errors.write(`sh: ${path}: No such file or directory\n`);
  return 127;
}

async function sleep(context: CommandContext): Promise<number> {
  const seconds = parseSeconds(context.words[0] ?? '');
  if (seconds === undefined) {
    context.errors.write(`sleep: bad time '${context.words[0] ?? ''}'\n`);
    return 1;
  }
  await context.phone.clock.sleep(seconds * 1000, context.process.killed);
  return 0;
}

function parseSeconds(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,9})?)([smhd]?)$/.exec(text);
  if (match === null) return undefined;
  const unit = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }[match[2] ?? ''] ?? 1;
  return Number(match[1]) * unit;
}

async function timeout(context: CommandContext): Promise<number> {
  let index = 0;
  while (context.words[index]?.startsWith('-') === true)
    index += /^-[ks]$/.test(context.words[index] ?? '') ? 2 : 1;
  const seconds = parseSeconds(context.words[index] ?? '');
  const words = context.words.slice(index + 1);
  const child =
    seconds === undefined || words.length === 0
      ? undefined
      : context.phone.processes.start(context.process, words);
  if (seconds === undefined || child === undefined) {
    context.errors.write('timeout: needs DURATION COMMAND...\n');
    return 125;
  }
  const done = new AbortController();
  const watch = context.phone.clock
    .sleep(seconds * 1000, AbortSignal.any([done.signal, context.process.killed]))
    .then(() => {
      const expired = !done.signal.aborted;
      if (expired) context.phone.processes.signal(child.pid, signalNumbers['TERM'] ?? 15);
      return expired;
    });
  const status = context.phone.processes.finish(child, await context.run(words, child));
  done.abort();
  return (await watch) ? 124 : status;
}

function runRest(context: CommandContext, skip: number): Promise<number> {
  return context.run(context.words.slice(skip), context.process);
}

function passOn(context: CommandContext): Promise<number> {
  return runRest(context, 0);
}

async function setsid(context: CommandContext): Promise<number> {
  if (context.process.group !== context.process.pid) {
    context.process.group = context.process.pid;
    return runRest(context, 0);
  }
  // A group leader cannot found a session: the real program forks then.
  const child = context.phone.processes.start(context.process, context.words);
  if (child === undefined) return 1;
  child.group = child.pid;
  return context.phone.processes.finish(child, await context.run(context.words, child));
}

async function environment(context: CommandContext): Promise<number> {
  const programAt = context.words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  if (programAt >= 0)
    return context.run(
      context.words.slice(programAt),
      context.process,
      context.words.slice(0, programAt),
    );
  context.output.write(
    [...context.environment].map(([name, value]) => `${name}=${value}\n`).join(''),
  );
  return 0;
}

function taskset(context: CommandContext): Promise<number> | number {
  const byList = context.words[0] === '-c';
  const mask = context.words[byList ? 1 : 0] ?? '';
  if (byList ? !/^[\d,-]+$/.test(mask) : !/^(0x)?[0-9a-fA-F]+$/.test(mask)) {
    context.errors.write(`taskset: bad mask '${mask}'\n`);
    return 1;
  }
  return runRest(context, byList ? 2 : 1);
}

function kill(context: CommandContext): number {
  const words = [...context.words];
  let signal = signalNumbers['TERM'] ?? 15;
  const option = words[0] ?? '';
  if (/^-(\d+|[A-Z]+)$/.test(option)) {
    const name = option.slice(1);
    signal = /^\d+$/.test(name)
      ? Number(name)
      : (ownValue(signalNumbers, name.replace(/^SIG/, '')) ?? -1);
    words.shift();
  } else if (option === '-s') {
    signal = ownValue(signalNumbers, words[1] ?? '') ?? Number(words[1]);
    words.splice(0, 2);
  }
  if (words[0] === '--') words.shift();
  let status = 0;
  for (const word of words) {
    if (
      /^-?\d{1,9}$/.test(word) &&
      signal >= 0 &&
      context.phone.processes.signal(Number(word), signal)
    )
      continue;
    context.errors.write(`kill: ${word}: No such process\n`);
    status = 1;
  }
  return status;
}

function list(context: CommandContext): number {
  const rows = context.phone.processes
    .list()
    .map(
      (process) =>
        `shell ${String(process.pid).padStart(7)} ${String(process.parentPid).padStart(7)} 0 0 0 0 S ${process.commandLine.join(' ').slice(0, 200).replaceAll('\n', ' ')}`,
    );
  context.output.write(
    ['USER      PID    PPID VSZ RSS WCHAN ADDR S NAME', ...rows].join('\n') + '\n',
  );
  return 0;
}

function processesNamed(context: CommandContext): number {
  const name = context.words.at(-1) ?? '';
  const pids = context.phone.processes
    .list()
    .filter(
      (process) =>
        process.pid !== context.process.pid && process.commandLine[0]?.split('/').at(-1) === name,
    )
    .map((process) => process.pid);
  if (pids.length > 0)
    context.output.write(`${pids.join(context.name === 'pidof' ? ' ' : '\n')}\n`);
  return pids.length > 0 ? 0 : 1;
}
