/**
 * What a tool printed, as lines: carriage returns, terminal colours and the prefix that logcat puts before each line
 * (`05-30 15:16:44.857  3380  3380 I tflite  : `, or short, `I tflite  : `) and the level that TFLite puts there
 * (`INFO: `) are taken off, except `ERROR: `, which says something. Empty lines are dropped.
 */
export function toolLines(text: string): string[] {
  return text
    .slice(-longestToolText)
    .split(/\r\n|\n|\r/)
    .map((line) => withoutPrefix(line.slice(0, longestToolLine).replaceAll(controlCharacters, '')).trim())
    .filter((line) => line !== '');
}

/** The end is kept, because results and fatal errors come last; a tool that says more than this is only repeating itself. */
const longestToolText = 1024 * 1024;

/** A line of a tool is far shorter; the bound keeps the patterns below cheap on garbage. */
const longestToolLine = 2_000;

// eslint's no-control-regex does not know the Unicode class, which also covers the escape that starts a colour.
const controlCharacters = /\p{Cc}(?:\[[0-9;]*m)?/gu;

const linePrefix = /^(?:(?:\d\d-\d\d \d\d:\d\d:\d\d\.\d+ +\d+ +\d+ )?[VDIWEF] [\w.-]{1,60} *: )?(?:(?:INFO|VERBOSE|WARNING): )?/;

function withoutPrefix(line: string): string {
  return line.replace(linePrefix, '');
}

/** First capture of `pattern` in the last line that has it: what a tool says last supersedes what it said before. */
export function lastCapture(lines: readonly string[], pattern: RegExp): string | undefined {
  return lines.findLast((line) => pattern.test(line))?.match(pattern)?.[1];
}

/** A finite, non-negative number as C and C++ print it (`119375`, `12581.9`, `1.45528e+06`), or null. */
export function toolNumber(text: string | undefined): number | null {
  if (text === undefined || !/^\d+(?:\.\d*)?(?:[eE][+-]?\d{1,3})?$/.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
