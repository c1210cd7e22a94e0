/**
 * What a tool printed, as lines: carriage returns, terminal colours and what loggers put before each line are taken
 * off, except `ERROR: `, which says something. Empty lines are dropped.
 */
export function toolLines(text: string): string[] {
  return rawLines(text)
    .map((line) => line.replace(linePrefix, '').trim())
    .filter((line) => line !== '');
}

/** Those of `toolLines` that their logger marked as errors, in whichever way. */
export function errorLines(text: string): string[] {
  return rawLines(text)
    .filter((line) => errorMark.test(line))
    .map((line) => line.replace(linePrefix, '').trim());
}

function rawLines(text: string): string[] {
  return text
    .slice(-longestToolText)
    .split(/\r\n|\n|\r/)
    .map((line) => line.slice(0, longestToolLine).replaceAll(controlCharacters, ''));
}

/** The end is kept, because results and fatal errors come last; a tool that says more than this is only repeating itself. */
const longestToolText = 1024 * 1024;

/** A line of a tool is far shorter; the bound keeps the patterns below cheap on garbage. */
const longestToolLine = 2_000;

// eslint's no-control-regex does not know the Unicode class, which also covers the escape that starts a colour.
const controlCharacters = /\p{Cc}(?:\[[0-9;]*m)?/gu;

/**
 * Android's logcat (`05-30 15:16:44.857  3380  3380 I tflite  : `, or short, `I tflite  : `), TFLite's level
 * (`INFO: `), LiteRT's place (`[compiler_plugin.cc:739] `) and Abseil's log (`I0000 00:00:1658183303.2  82 a.cc:78] `).
 */
const linePrefix =
  /^(?:(?:\d\d-\d\d \d\d:\d\d:\d\d\.\d+ +\d+ +\d+ )?[VDIWEF] [\w.-]{1,60} *: )?(?:[VDIWEF]\d{4} [\d:.]{1,40} +\d+ [\w.-]{1,60}:\d+\] ?)?(?:(?:INFO|VERBOSE|DEBUG|WARNING|WARN): )?(?:\[[\w./-]{1,80}:\d{1,6}\] )?/;

const errorMark =
  /^(?:ERROR|FATAL)\b|^(?:\d\d-\d\d [\d:.]+ +\d+ +\d+ )?[EF] [\w.-]{1,60} *: |^[EF]\d{4} [\d:.]+ |\[[EF]:onnxruntime|<E>|\[ *(?:ERROR|FATAL) *\]/;

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
