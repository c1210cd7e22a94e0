import { Lexer, isAlias, isNode, isScalar, visit, type Document } from 'yaml';

/** Configuration is written by hand; anything above this is not a configuration file. */
export const largestYamlBytes = 256 * 1024;
/** Configurations here are five levels deep. The parser recurses, so that thousands would be the end of its stack. */
const deepestLevel = 50;
/** A level of blocks takes one column or two; so this is generous. */
const deepestColumn = 2 * deepestLevel;
/** Some 15,000 lines. The parser takes microseconds for each, and more for each error. */
const mostTokens = 100_000;
/** Values after every alias is replaced by what it stands for: few small anchors could make thousands of millions. */
const mostValues = 50_000;

/**
 * Looks at text before it is parsed, one token after the other, in time proportional to it. The answer says what it has
 * too much of; undefined when it can be parsed within bounds.
 */
export function excessOf(text: string): string | undefined {
  if (text.length > largestYamlBytes) return `more than ${largestYamlBytes} characters`;
  const place = { tokens: 0, brackets: 0, column: 0, indent: 0 };
  for (const token of new Lexer().lex(text)) {
    place.tokens += 1;
    if (token === '[' || token === '{') place.brackets += 1;
    else if (token === ']' || token === '}') place.brackets = Math.max(0, place.brackets - 1);
    if (place.tokens > mostTokens) return `more than ${mostTokens} words and signs`;
    if (place.brackets > deepestLevel) return `brackets nested deeper than ${deepestLevel} levels`;
    if (place.brackets === 0 && blockColumn(token, place) > deepestColumn)
      return `blocks nested beyond column ${deepestColumn}`;
    advance(place, token);
  }
  return undefined;
}

/** Where the block of an indicator begins: a dash or a question mark begins one itself, a colon belongs to a key, the first of which begins its line. */
function blockColumn(
  token: string,
  { column, indent }: { readonly column: number; readonly indent: number },
): number {
  if (token === '-' || token === '?') return column;
  return token === ':' ? indent : 0;
}

function advance(place: { column: number; indent: number }, token: string): void {
  // The lexer marks what follows with a control character, which is not in the text.
  if (/^[\x02\x18\x1f]$/.test(token)) return;
  if (place.column === 0) place.indent = /^ +$/.test(token) ? token.length : 0;
  const lineStart = token.lastIndexOf('\n');
  place.column = lineStart === -1 ? place.column + token.length : token.length - 1 - lineStart;
}

/** A key that stands twice in one mapping, as it is written. */
export function repeatedKeyOf(document: Document.Parsed): string | undefined {
  let repeated: string | undefined;
  visit(document, {
    Map: (_, map) => {
      const keys = new Set<string>();
      for (const { key } of map.items) {
        const name = isScalar(key)
          ? String(key.value)
          : isNode(key) && isAlias(key)
            ? `*${key.source}`
            : undefined;
        if (name === undefined) continue;
        if (keys.has(name)) {
          repeated = name;
          return visit.BREAK;
        }
        keys.add(name);
      }
      return undefined;
    },
  });
  return repeated;
}

/** Counts a value's parts as often as they are reached; false as soon as there are too many, or too deep. */
export function isModest(value: unknown): boolean {
  let left = mostValues;
  const visitValue = (part: unknown, level: number): boolean => {
    left -= 1;
    if (left < 0 || level > deepestLevel) return false;
    if (typeof part !== 'object' || part === null) return true;
    return Object.values(part).every((each) => visitValue(each, level + 1));
  };
  return visitValue(value, 0);
}
