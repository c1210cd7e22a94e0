import { ScriptError, type Script, type ShellWord, type WordPart } from './syntax';

export type Token =
  | {
      readonly kind: 'word';
      readonly word: ShellWord;
      /** The unquoted text, where it could be a reserved word or a name. */ readonly plain:
        string | undefined;
    }
  | {
      readonly kind: 'operator';
      readonly text: string;
      /** The descriptor before a redirection. */ readonly descriptor: number | undefined;
    }
  | { readonly kind: 'end' };

/** Longest first. A line break separates commands as `;` does. */
const operators = ['&&', '||', '>>', '>&', '<&', ';;', ';', '\n', '&', '|', '(', ')', '<', '>'];
const wordEnd = /[ \t\r\n;&|<>()]/;
/** `$(…)` within `$(…)`, and `${x:-${y:-…}}`: deeper is an attack on the parser's stack. */
const deepestNesting = 32;

/** Cuts a script into tokens. `parse` reads the scripts of command substitutions. @throws ScriptError */
export function tokenize(
  source: string,
  parse: (source: string, depth: number) => Script,
  depth = 0,
): readonly Token[] {
  if (depth > deepestNesting) throw new ScriptError('syntax error: nested too deeply');
  return new Lexer(source, parse, depth).tokens();
}

class Lexer {
  readonly #source: string;
  readonly #parse: (source: string, depth: number) => Script;
  readonly #depth: number;
  #position = 0;

  constructor(source: string, parse: (source: string, depth: number) => Script, depth: number) {
    this.#source = source;
    this.#parse = parse;
    this.#depth = depth;
  }

  tokens(): readonly Token[] {
    const tokens: Token[] = [];
    for (;;) {
      this.#skipBlanks();
      if (this.#position >= this.#source.length) break;
      tokens.push(this.#operator() ?? this.#wordToken());
    }
    return [...tokens, { kind: 'end' }];
  }

  #skipBlanks(): void {
    for (;;) {
      const rest = this.#source.charAt(this.#position);
      if (rest === '#') {
        const lineEnd = this.#source.indexOf('\n', this.#position);
        this.#position = lineEnd === -1 ? this.#source.length : lineEnd;
      } else if (rest === ' ' || rest === '\t' || rest === '\r') {
        this.#position += 1;
      } else if (this.#source.startsWith('\\\n', this.#position)) {
        this.#position += 2;
      } else {
        return;
      }
    }
  }

  #operator(): Token | undefined {
    const digit = this.#source.charAt(this.#position);
    const afterDigit = this.#source.charAt(this.#position + 1);
    const hasDescriptor = /[0-9]/.test(digit) && (afterDigit === '<' || afterDigit === '>');
    const start = this.#position + (hasDescriptor ? 1 : 0);
    const text = operators.find((operator) => this.#source.startsWith(operator, start));
    if (text === undefined) return undefined;
    this.#position = start + text.length;
    return { kind: 'operator', text, descriptor: hasDescriptor ? Number(digit) : undefined };
  }

  #wordToken(): Token {
    const parts: WordPart[] = [];
    while (
      this.#position < this.#source.length &&
      !wordEnd.test(this.#source.charAt(this.#position))
    )
      parts.push(...this.#part());
    const plain = parts.every((part) => part.kind === 'text' && !part.quoted)
      ? parts.map((part) => (part.kind === 'text' ? part.text : '')).join('')
      : undefined;
    return { kind: 'word', word: parts, plain };
  }

  #part(): readonly WordPart[] {
    const next = this.#source.charAt(this.#position);
    if (next === "'") return [{ kind: 'text', text: this.#until("'"), quoted: true }];
    if (next === '"') return this.#doubleQuoted();
    if (next === '\\') {
      const escaped = this.#source.slice(this.#position + 1, this.#position + 2);
      this.#position += 2;
      return escaped === '\n' ? [] : [{ kind: 'text', text: escaped, quoted: true }];
    }
    if (next === '$' || next === '`') return [this.#dollar(false)];
    const start = this.#position;
    while (
      this.#position < this.#source.length &&
      !/[ \t\r\n;&|<>()'"\\$`]/.test(this.#source.charAt(this.#position))
    )
      this.#position += 1;
    return [{ kind: 'text', text: this.#source.slice(start, this.#position), quoted: false }];
  }

  #until(quote: string): string {
    const end = this.#source.indexOf(quote, this.#position + 1);
    if (end === -1) throw new ScriptError('syntax error: unterminated quoted string');
    const text = this.#source.slice(this.#position + 1, end);
    this.#position = end + 1;
    return text;
  }

  #doubleQuoted(): readonly WordPart[] {
    const parts: WordPart[] = [{ kind: 'text', text: '', quoted: true }];
    this.#position += 1;
    for (;;) {
      const next = this.#source.charAt(this.#position);
      if (next === '') throw new ScriptError('syntax error: unterminated quoted string');
      if (next === '"') break;
      if (next === '$' || next === '`') {
        parts.push(this.#dollar(true));
      } else if (next === '\\' && '"\\$`\n'.includes(this.#source.charAt(this.#position + 1))) {
        parts.push({
          kind: 'text',
          text: this.#source.charAt(this.#position + 1).replace('\n', ''),
          quoted: true,
        });
        this.#position += 2;
      } else {
        parts.push({ kind: 'text', text: next, quoted: true });
        this.#position += 1;
      }
    }
    this.#position += 1;
    return parts;
  }

  #dollar(quoted: boolean): WordPart {
    if (this.#source.charAt(this.#position) === '`')
      return {
        kind: 'substitution',
        script: this.#parse(this.#until('`'), this.#depth + 1),
        quoted,
      };
    const rest = this.#source.slice(this.#position, this.#position + 64);
    if (rest.startsWith('$('))
      return {
        kind: 'substitution',
        script: this.#parse(this.#balanced('(', ')'), this.#depth + 1),
        quoted,
      };
    if (rest.startsWith('${')) return this.#braced(quoted);
    const name = /^\$([A-Za-z_][A-Za-z0-9_]*|[0-9?$!#@*-])/.exec(rest)?.[1];
    this.#position += name === undefined ? 1 : 1 + name.length;
    return name === undefined
      ? { kind: 'text', text: '$', quoted: true }
      : { kind: 'parameter', name, fallback: undefined, quoted };
  }

  #braced(quoted: boolean): WordPart {
    const inner = this.#balanced('{', '}');
    const match = /^([A-Za-z_][A-Za-z0-9_]*|[0-9?$!#@])(?::?-([\s\S]*))?$/.exec(inner);
    if (match === null) throw new ScriptError(`\${${inner}}: bad substitution`);
    const fallback =
      match[2] === undefined ? undefined : tokenizeFallback(match[2], this.#parse, this.#depth + 1);
    return { kind: 'parameter', name: match[1] ?? '', fallback, quoted };
  }

  /** The text between `$(` or `${` and its partner; quotes inside hide parentheses. */
  #balanced(open: string, close: string): string {
    const start = this.#position + 2;
    let level = 1;
    for (let index = start; index < this.#source.length; index += 1) {
      const next = this.#source.charAt(index);
      if (next === '\\') index += 1;
      else if (next === "'") index = this.#endOfQuote(index);
      else if (next === open) level += 1;
      else if (next === close) level -= 1;
      if (level === 0) {
        this.#position = index + 1;
        return this.#source.slice(start, index);
      }
    }
    throw new ScriptError(`syntax error: no closing ${close}`);
  }

  #endOfQuote(index: number): number {
    const end = this.#source.indexOf("'", index + 1);
    return end === -1 ? this.#source.length : end;
  }
}

function tokenizeFallback(
  source: string,
  parse: (source: string, depth: number) => Script,
  depth: number,
): ShellWord {
  return tokenize(source, parse, depth).flatMap((token) =>
    token.kind === 'word' ? token.word : [],
  );
}
