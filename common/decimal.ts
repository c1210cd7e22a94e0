/** Digits that a double holds exactly. */
const decimal = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,20})?$/;

/**
 * The number that text says in plain decimal digits, such as `12` or `-0.5`. NaN for everything else, also for what
 * JavaScript takes for a number: `1e3`, `0x10`, ` 5 `, `.5`, the empty text.
 */
export function decimalOf(text: string): number {
  return decimal.test(text) ? Number(text) : NaN;
}

/** As `decimalOf`, and NaN for `5.0` too. */
export function wholeOf(text: string): number {
  return text.includes('.') ? NaN : decimalOf(text);
}
