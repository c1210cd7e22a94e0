/** Of foreign text that is quoted in a message: enough to find it again. */
const longestQuote = 80;
/** Share of a cut text that is kept of its beginning; the end often holds the remedy. */
const headShare = 0.75;

/** A message on one line, without control or direction characters, cut in its middle when it is longer than `most`. */
export function oneLine(text: string, most: number): string {
  // What is cut anyway is not gone through: foreign text may be megabytes.
  const near =
    text.length > 4 * most ? `${text.slice(0, 2 * most)}…${text.slice(-2 * most)}` : text;
  const line = printable(near).trim();
  if (line.length <= most && near === text) return line;
  const head = Math.ceil((most - 1) * headShare);
  return printable(`${line.slice(0, head)}…${line.slice(line.length - (most - 1 - head))}`);
}

/** The beginning of foreign text, to be quoted in a message. */
export function shown(text: string): string {
  return printable(text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text);
}

/** Halves of surrogate pairs, which a cut leaves, go as well. */
function printable(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ');
}
