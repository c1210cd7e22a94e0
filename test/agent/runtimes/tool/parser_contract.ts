import fc from 'fast-check';
import { candidateFaultCodes, farmFaultCodes, longestFaultMessage } from '../../../../common/fault';
import type { RuntimeAdapter, ToolOutput } from '../../../../agent/runtimes/tool/runtime_adapter';

/** What every parser owes for any text: usable numbers, or a typed fault with a bounded line. */
export function expectTotal(parsed: ReturnType<RuntimeAdapter['parse']>): void {
  if (!parsed.ok) {
    expect([...candidateFaultCodes, ...farmFaultCodes]).toContain(parsed.error.code);
    expect(parsed.error.message.length).toBeLessThanOrEqual(longestFaultMessage);
    expect(parsed.error.message).not.toMatch(/[\r\n]/);
    return;
  }
  const { timings } = parsed.value.session;
  const times =
    timings.kind === 'samples'
      ? timings.samplesMs
      : [timings.aggregate.meanMs, timings.aggregate.maxMs];
  expect(times.length).toBeGreaterThan(0);
  for (const time of times) expect(Number.isFinite(time) && time > 0).toBe(true);
}

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.array(fc.string(), { maxLength: 20 }).map((lines) => lines.join('\n')),
);

export const anyToolOutput: fc.Arbitrary<ToolOutput> = fc.record({
  exitCode: fc.oneof(fc.constant(0), fc.integer({ min: -1, max: 300 })),
  stdout: anyText,
  stderr: anyText,
  resultFile: fc.option(anyText),
});

/** A real form cut anywhere, with lines dropped, doubled, moved, damaged in a character or prefixed as logcat does. */
export function mutated(forms: readonly string[]): fc.Arbitrary<string> {
  const kinds = fc.constantFrom(
    'cut',
    'drop',
    'double',
    'swap',
    'damage',
    'prefix',
    'crlf',
    'noise',
  );
  const edit = fc.record({
    kind: kinds,
    at: fc.nat(2_000),
    character: fc.string({ minLength: 1, maxLength: 3 }),
  });
  return fc
    .tuple(fc.constantFrom(...forms), fc.array(edit, { minLength: 1, maxLength: 6 }))
    .map(([form, edits]) => edits.reduce(applyEdit, form));
}

interface Edit {
  readonly kind: string;
  readonly at: number;
  readonly character: string;
}

function applyEdit(text: string, { kind, at, character }: Edit): string {
  const position = at % (text.length + 1);
  const lines = text.split('\n');
  const line = at % lines.length;
  switch (kind) {
    case 'cut':
      return text.slice(0, position);
    case 'drop':
      return lines.toSpliced(line, 1).join('\n');
    case 'double':
      return lines.toSpliced(line, 0, lines[line]!).join('\n');
    case 'swap':
      return [...lines.slice(line), ...lines.slice(0, line)].join('\n');
    case 'damage':
      return text.slice(0, position) + character + text.slice(position + 1);
    case 'prefix':
      return lines.map((each) => `05-30 15:16:44.857  3380  3380 W tool: ${each}`).join('\n');
    case 'crlf':
      return lines.join('\r\n');
    default:
      return lines
        .toSpliced(line, 0, `W libc    : Access denied finding property ${character}`)
        .join('\n');
  }
}
