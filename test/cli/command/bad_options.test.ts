import type { Command, Option } from 'commander';
import { createProgram, runCommand } from '../../../cli/main';
import type { Terminal } from '../../../cli/output/terminal';

interface Answer {
  readonly status: number;
  readonly lines: readonly string[];
}

async function answerTo(args: readonly string[]): Promise<Answer> {
  const lines: string[] = [];
  const terminal: Terminal = {
    print: (text) => lines.push(`printed: ${text}`),
    note: (text) => lines.push(text),
    interactive: false,
    columns: 0,
  };
  return { status: await runCommand(args, terminal), lines };
}

function* commands(
  command: Command,
  path: readonly string[] = [],
): Generator<{ readonly command: Command; readonly path: readonly string[] }> {
  yield { command, path };
  for (const child of command.commands) yield* commands(child, [...path, child.name()]);
}

const silent: Terminal = {
  print: () => undefined,
  note: () => undefined,
  interactive: false,
  columns: 0,
};
const all = [...commands(createProgram(silent))];
const withValue = all.flatMap(({ command, path }) =>
  command.options
    .filter((option) => option.required)
    .map((option) => ({ name: [...path, option.long].join(' '), path, command, option })),
);

/** What the value of an option is, by its placeholder. A new kind is to be decided on here. */
const kinds = new Map<string, 'number' | 'address'>([
  ...[
    '<n>',
    '<k>',
    '<m>',
    '<w>',
    '<p>',
    '<ms>',
    '<port>',
    '<share>',
    '<percent>',
    '<factor>',
    '<pixels>',
    '<r,g,b>',
    '<speeds>',
  ].map((each) => [each, 'number'] as const),
  ['<host:port>', 'address'],
]);
const kindOf = ({ flags }: Option): 'number' | 'address' | 'text' =>
  kinds.get(/<.*>$/.exec(flags)?.[0] ?? '') ?? 'text';

/** The option before everything else that the command needs, so that it alone is at fault. */
function lineWith(
  {
    path,
    command,
    option,
  }: { readonly path: readonly string[]; readonly command: Command; readonly option: Option },
  value: string,
): readonly string[] {
  return [
    ...path,
    `${option.long ?? ''}=${value}`,
    ...command.registeredArguments.filter(({ required }) => required).map(() => 'x'),
  ];
}

function expectOneLine({ status, lines }: Answer, said: RegExp): void {
  expect({ status, lines: lines.length }).toEqual({ status: 2, lines: 1 });
  expect(lines[0]).toMatch(said);
  expect(lines[0]).not.toMatch(/[\p{Cc}\p{Cf}]/u);
}

const numbers = withValue.filter(({ option }) => kindOf(option) === 'number');
const notNumbers = [
  '1e3',
  '0x10',
  ' 5 ',
  '5.',
  '+5',
  '05',
  'NaN',
  'Infinity',
  '-Infinity',
  '1_000',
  '5,',
  '٣',
  '-5',
  '-0x1',
  '9'.repeat(400),
  'five',
  'é\u001b[31m',
];

describe('every option that takes a number', () => {
  it('is known to this test', () => {
    expect(numbers.length).toBeGreaterThanOrEqual(20);
    expect(numbers.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'up --grpc',
        'bench --runs',
        'search extend --phone-minutes',
        'quantize --percentile',
        'quantize --mean',
        'search simulate --devices',
        'reference write --width',
      ]),
    );
  });
  it.each(numbers)('$name takes digits only, and says so in one line', async (each) => {
    for (const text of notNumbers) {
      // A mean may be below zero, and is three numbers.
      const value = each.option.flags.includes('<r,g,b>')
        ? `1,1,${text === '-5' ? '' : text}`
        : text;
      expectOneLine(await answerTo(lineWith(each, value)), new RegExp(each.option.long ?? '', 'u'));
    }
  });
  it.each(numbers.filter(({ option }) => /<(n|k|port|pixels)>$/.test(option.flags)))(
    '$name is whole',
    async (each) => {
      for (const text of ['5.0', '5.5'])
        expectOneLine(await answerTo(lineWith(each, text)), /expected a whole number/);
    },
  );
  it.each(numbers.filter(({ option }) => option.flags.endsWith('<port>')))(
    '$name is a port',
    async (each) => {
      for (const text of ['0', '65536', '99999999'])
        expectOneLine(
          await answerTo(lineWith(each, text)),
          /expected a whole number from 1 to 65535/,
        );
    },
  );
});

describe('every option that takes a value', () => {
  it.each(withValue)('$name is not empty', async (each) => {
    const mandatory = each.command.options
      .filter((option) => option.mandatory && option !== each.option)
      .flatMap((option) => [option.long ?? '', kindOf(option) === 'number' ? '5' : 'x']);
    for (const value of ['', '  '])
      expectOneLine(
        await answerTo([...lineWith(each, value), ...mandatory]),
        new RegExp(each.option.long ?? '', 'u'),
      );
  });
});

describe('the address of the coordinator', () => {
  it.each([
    'nonsense',
    ':1',
    'host:',
    'host:0',
    'host:99999999',
    'host:1e3',
    'a b:1',
    'http://host:1',
    'user:secret@host:1',
  ])('%s is refused in one line', async (text) => {
    expectOneLine(
      await answerTo(['--coordinator', text, 'devices']),
      /--coordinator.* is invalid\. expected HOST:PORT/,
    );
  });
});

describe('an argument', () => {
  it.each([
    ['devices', 'show', ''],
    ['search', 'show', ' '],
    ['space', 'show', ''],
    ['bench', '', '--on', 'host/tflite/cpu/int8'],
  ])('of %s %s is not empty', async (...args) => {
    expectOneLine(await answerTo(args), /^farm: argument '\w+' is empty/);
  });
  it('of a megabyte is not echoed', async () => {
    const { status, lines } = await answerTo([
      'search',
      'show',
      `${'x'.repeat(1_000_000)}\n\u001b[2J`,
      '--nonsense',
    ]);
    expect(status).toBe(2);
    expect(lines.join('').length).toBeLessThan(1_200);
  });
});
