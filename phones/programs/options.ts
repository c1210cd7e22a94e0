/** Splits single-letter options from operands; letters in `withValue` take the next word. `--` ends the options. */
export function splitOptions(
  words: readonly string[],
  withValue = '',
): {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
} {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  let index = 0;
  for (; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') {
      index += 1;
      break;
    }
    if (!/^-[A-Za-z0-9]/.test(word)) break;
    for (let position = 1; position < word.length; position += 1) {
      const letter = word.charAt(position);
      if (!withValue.includes(letter)) {
        flags.add(letter);
        continue;
      }
      const attached = word.slice(position + 1);
      if (attached === '') index += 1;
      values.set(letter, attached === '' ? (words[index] ?? '') : attached);
      break;
    }
  }
  return { flags, values, operands: words.slice(index) };
}
