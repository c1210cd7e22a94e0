import { posix } from 'node:path';
import { fileProblems } from '../system/file_system';
import type { PhoneProgram, CommandContext } from '../shell/command';
import { splitOptions } from './options';
import { evaluateTest } from './test_expression';

/** Programs that turn text and files into text. */
export const textPrograms: readonly [string, PhoneProgram][] = [
  ['true', () => 0],
  ['false', () => 1],
  ['echo', echo],
  ['printf', printFormatted],
  ['cat', cat],
  ['head', head],
  ['tail', tail],
  ['wc', count],
  ['grep', grep],
  ['sha256sum', sha256],
  ['test', test],
  ['[', test],
  ['basename', (context) => printLine(context, posix.basename(context.words[0] ?? ''))],
  ['dirname', (context) => printLine(context, posix.dirname(context.words[0] ?? ''))],
  [
    'date',
    (context) =>
      printLine(
        context,
        context.words[0] === '+%s'
          ? String(Math.floor(context.phone.clock.nowMs() / 1000))
          : new Date(context.phone.clock.nowMs()).toUTCString(),
      ),
  ],
  [
    'uname',
    (context) =>
      printLine(
        context,
        context.words[0] === '-m'
          ? 'aarch64'
          : context.words[0] === '-a'
            ? 'Linux localhost 6.1.75-android14-virtual aarch64 Toybox'
            : 'Linux',
      ),
  ],
  [
    'id',
    (context) =>
      printLine(
        context,
        context.words[0] === '-u'
          ? '2000'
          : 'uid=2000(shell) gid=2000(shell) groups=2000(shell),1004(input),1007(log) context=u:r:shell:s0',
      ),
  ],
  ['whoami', (context) => printLine(context, 'shell')],
];

function printLine(context: CommandContext, text: string): number {
  context.output.write(`${text}\n`);
  return 0;
}

function echo(context: CommandContext): number {
  const withoutBreak = context.words[0] === '-n';
  const words = withoutBreak || context.words[0] === '-e' ? context.words.slice(1) : context.words;
  context.output.write(words.join(' ') + (withoutBreak ? '' : '\n'));
  return 0;
}

function printFormatted(context: CommandContext): number {
  const [format = '', ...values] = context.words;
  const remaining = [...values];
  const once = (): string =>
    format.replaceAll(/%[sd]|%%|\\n|\\t|\\\\/g, (item) => {
      if (item === '%%') return '%';
      if (item === '\\n') return '\n';
      if (item === '\\t') return '\t';
      if (item === '\\\\') return '\\';
      return remaining.shift() ?? '';
    });
  let text = once();
  // POSIX: the format is used again as long as words are left for it.
  for (let left = values.length; remaining.length > 0 && remaining.length < left;) {
    left = remaining.length;
    text += once();
  }
  context.output.write(text);
  return 0;
}

/** Hands each file's bytes (standard input without files) to `use`; missing ones are reported as the program would. */
function eachInput(
  context: CommandContext,
  operands: readonly string[],
  use: (bytes: Buffer, name: string | undefined) => void,
): number {
  if (operands.length === 0) {
    use(context.input, undefined);
    return 0;
  }
  let status = 0;
  for (const operand of operands) {
    const content =
      operand === '-'
        ? { ok: true as const, value: context.input }
        : context.phone.files.read(posix.resolve(context.workingFolder, operand));
    if (content.ok) {
      use(content.value, operand);
    } else {
      context.errors.write(`${context.name}: ${operand}: ${fileProblems[content.error]}\n`);
      status = 1;
    }
  }
  return status;
}

function cat(context: CommandContext): number {
  return eachInput(context, splitOptions(context.words).operands, (bytes) =>
    context.output.write(bytes),
  );
}

function head(context: CommandContext): number {
  const { values, operands } = splitOptions(context.words, 'cn');
  const bytesWanted = values.get('c');
  return eachInput(context, operands, (bytes) => {
    if (bytesWanted !== undefined)
      context.output.write(bytes.subarray(0, Math.max(0, Number(bytesWanted) || 0)));
    else
      context.output.write(
        lines(bytes)
          .slice(0, Number(values.get('n') ?? 10))
          .join(''),
      );
  });
}

function tail(context: CommandContext): number {
  const { values, operands } = splitOptions(context.words, 'cn');
  const bytesWanted = values.get('c');
  return eachInput(context, operands, (bytes) => {
    if (bytesWanted !== undefined)
      context.output.write(bytes.subarray(Math.max(0, bytes.length - Number(bytesWanted))));
    else
      context.output.write(
        lines(bytes)
          .slice(-Math.max(1, Number(values.get('n') ?? 10)))
          .join(''),
      );
  });
}

function lines(bytes: Buffer): string[] {
  return bytes.toString().match(/[^\n]*\n|[^\n]+/g) ?? [];
}

function count(context: CommandContext): number {
  const { flags, operands } = splitOptions(context.words);
  return eachInput(context, operands, (bytes, name) => {
    const counts: string[] = [];
    if (flags.has('l') || flags.size === 0)
      counts.push(String(bytes.filter((byte) => byte === 10).length));
    if (flags.has('w') || flags.size === 0)
      counts.push(
        String(
          bytes
            .toString()
            .split(/\s+/)
            .filter((word) => word !== '').length,
        ),
      );
    if (flags.has('c') || flags.size === 0) counts.push(String(bytes.length));
    context.output.write(`${[...counts, ...(name === undefined ? [] : [name])].join(' ')}\n`);
  });
}

/** Fixed strings only: a pattern is taken literally but for `^` and `$` at its ends. */
function grep(context: CommandContext): number {
  const { flags, operands } = splitOptions(context.words);
  const [pattern = '', ...files] = operands;
  const fold = (text: string): string => (flags.has('i') ? text.toLowerCase() : text);
  const start = pattern.startsWith('^');
  const end = pattern.endsWith('$');
  const wanted = fold(pattern.slice(start ? 1 : 0, end ? -1 : undefined));
  let found = 0;
  const status = eachInput(context, files, (bytes) => {
    for (const line of lines(bytes)) {
      const text = fold(line.replace(/\n$/, ''));
      const at = end ? text.length - wanted.length : text.indexOf(wanted);
      const hit = at >= 0 && (!start || at === 0) && text.startsWith(wanted, at);
      if (hit === flags.has('v')) continue;
      found += 1;
      if (!flags.has('q') && !flags.has('c'))
        context.output.write(line.endsWith('\n') ? line : `${line}\n`);
    }
  });
  if (flags.has('c')) context.output.write(`${found}\n`);
  return status !== 0 ? 2 : found > 0 ? 0 : 1;
}

function sha256(context: CommandContext): number {
  const { flags, operands } = splitOptions(context.words);
  return eachInput(context, operands, (bytes, name) => {
    const digest = context.phone.contents.digest(bytes);
    context.output.write(flags.has('b') ? `${digest}\n` : `${digest}  ${name ?? '-'}\n`);
  });
}

function test(context: CommandContext): number {
  const words = [...context.words];
  if (context.name === '[' && words.pop() !== ']') {
    context.errors.write("[: missing ']'\n");
    return 2;
  }
  const answer = evaluateTest(words, (path) =>
    context.phone.files.stat(posix.resolve(context.workingFolder, path)),
  );
  if (answer === undefined) {
    context.errors.write(`${context.name}: syntax error\n`);
    return 2;
  }
  return answer ? 0 : 1;
}
