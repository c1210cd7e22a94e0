/**
 * What a terminal obeys instead of showing: control characters (also those of one byte beyond ASCII, U+0080 to U+009F),
 * marks that turn the direction of text, line separators, and halves of characters. Phones, tools and files name
 * themselves with whatever they like.
 */
const obeyed = String.raw`\p{Cc}\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069\p{Cs}`;
const commands = new RegExp(`[${obeyed}]`, 'gu');
const commandsButLines = new RegExp(String.raw`(?!\r?\n)[${obeyed}]`, 'gu');

/** Text of any origin as a terminal may show it; its lines stay (CSV ends them with both characters), each command becomes U+FFFD. */
export function printable(text: string): string {
  return text.replaceAll(commandsButLines, '\uFFFD');
}

/** The same for what must not make lines of its own, such as a name in a table. */
export function printableLine(text: string): string {
  return text.replaceAll(commands, '\uFFFD');
}

/** JSON that shows nothing but itself: what JSON.stringify leaves in strings is escaped there, so that its readers get the same values. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(
    commandsButLines,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
