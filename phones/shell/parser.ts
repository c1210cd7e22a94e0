import { type Token, tokenize } from './lexer';
import {
  type Chain,
  type Command,
  type Pipeline,
  type Redirection,
  type Script,
  ScriptError,
  type ShellWord,
} from './syntax';

/** Longest script: Android's own limit for one argument is 128 KiB. */
const longestScript = 128 * 1024;
const deepestNesting = 64;

const closers = new Set(['then', 'elif', 'else', 'fi', 'do', 'done', '}']);

/** Reads a script. @throws ScriptError */
export function parseScript(source: string, depth = 0): Script {
  if (source.length > longestScript) throw new ScriptError('syntax error: script too long');
  const parser = new Parser(tokenize(source, parseScript, depth));
  return parser.whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Script {
    const script = this.#script();
    const rest = this.#peek();
    if (rest.kind !== 'end') throw unexpected(rest);
    return script;
  }

  #script(): Script {
    this.#depth += 1;
    if (this.#depth > deepestNesting) throw new ScriptError('syntax error: nested too deeply');
    const chains: Chain[] = [];
    for (;;) {
      while (this.#skip('\n') || (chains.length > 0 && this.#skip(';')));
      if (this.#atEnd()) break;
      const links = this.#chain();
      const background = this.#skip('&');
      chains.push({ links, background });
      if (!background && !this.#isOperator(';') && !this.#isOperator('\n')) break;
    }
    this.#depth -= 1;
    return chains;
  }

  #chain(): Chain['links'] {
    const links: Chain['links'][number][] = [{ when: 'always', pipeline: this.#pipeline() }];
    for (;;) {
      const when = this.#skip('&&') ? 'success' : this.#skip('||') ? 'failure' : undefined;
      if (when === undefined) return links;
      while (this.#skip('\n'));
      links.push({ when, pipeline: this.#pipeline() });
    }
  }

  #pipeline(): Pipeline {
    const negated = this.#skipWord('!');
    const commands = [this.#command()];
    while (this.#skip('|')) commands.push(this.#command());
    return { negated, commands };
  }

  #command(): Command {
    if (this.#skip('(')) {
      const body = this.#script();
      this.#expect(')');
      return { kind: 'group', subshell: true, body, redirections: this.#redirections() };
    }
    if (this.#skipWord('{')) {
      const body = this.#script();
      this.#expectWord('}');
      return { kind: 'group', subshell: false, body, redirections: this.#redirections() };
    }
    if (this.#skipWord('if')) return this.#if();
    if (this.#skipWord('while')) return this.#while(false);
    if (this.#skipWord('until')) return this.#while(true);
    if (this.#skipWord('for')) return this.#for();
    return this.#simple();
  }

  #if(): Command {
    const clauses: { condition: Script; body: Script }[] = [];
    do {
      const condition = this.#script();
      this.#expectWord('then');
      clauses.push({ condition, body: this.#script() });
    } while (this.#skipWord('elif'));
    const otherwise = this.#skipWord('else') ? this.#script() : [];
    this.#expectWord('fi');
    return { kind: 'if', clauses, otherwise, redirections: this.#redirections() };
  }

  #while(until: boolean): Command {
    const condition = this.#script();
    const body = this.#loopBody();
    return { kind: 'while', until, condition, body, redirections: this.#redirections() };
  }

  #for(): Command {
    const name = this.#peek();
    if (name.kind !== 'word' || name.plain === undefined || !/^[A-Za-z_]\w*$/.test(name.plain))
      throw unexpected(name);
    this.#index += 1;
    this.#expectWord('in');
    const words: ShellWord[] = [];
    for (let token = this.#peek(); token.kind === 'word'; token = this.#peek()) {
      words.push(token.word);
      this.#index += 1;
    }
    while (this.#skip(';') || this.#skip('\n'));
    const body = this.#loopBody();
    return { kind: 'for', variable: name.plain, words, body, redirections: this.#redirections() };
  }

  #loopBody(): Script {
    this.#expectWord('do');
    const body = this.#script();
    this.#expectWord('done');
    return body;
  }

  #simple(): Command {
    const assignments: { name: string; value: ShellWord }[] = [];
    const words: ShellWord[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      const token = this.#peek();
      if (token.kind === 'word') {
        const assignment = words.length === 0 ? assignmentOf(token.word) : undefined;
        if (assignment === undefined) words.push(token.word);
        else assignments.push(assignment);
        this.#index += 1;
      } else {
        const redirection = this.#redirection();
        if (redirection === undefined) break;
        redirections.push(redirection);
      }
    }
    if (words.length === 0 && assignments.length === 0 && redirections.length === 0)
      throw unexpected(this.#peek());
    return { kind: 'simple', assignments, words, redirections };
  }

  #redirections(): readonly Redirection[] {
    const all: Redirection[] = [];
    for (let next = this.#redirection(); next !== undefined; next = this.#redirection())
      all.push(next);
    return all;
  }

  #redirection(): Redirection | undefined {
    const token = this.#peek();
    if (token.kind !== 'operator' || !['<', '>', '>>', '>&', '<&'].includes(token.text))
      return undefined;
    this.#index += 1;
    const target = this.#peek();
    if (target.kind !== 'word') throw unexpected(target);
    this.#index += 1;
    const descriptor = token.descriptor ?? (token.text.startsWith('<') ? 0 : 1);
    if (descriptor !== 0 && descriptor !== 1 && descriptor !== 2)
      throw new ScriptError(`syntax error: bad file descriptor ${descriptor}`);
    if (token.text === '>&') {
      if (target.plain !== '1' && target.plain !== '2')
        throw new ScriptError('syntax error: expected >&1 or >&2');
      return {
        descriptor,
        target: { kind: 'descriptor', descriptor: target.plain === '1' ? 1 : 2 },
      };
    }
    if (token.text === '<&') throw new ScriptError('syntax error: <& is not known here');
    const mode = token.text === '<' ? 'read' : token.text === '>' ? 'write' : 'append';
    return { descriptor, target: { kind: 'file', mode, path: target.word } };
  }

  #peek(): Token {
    return this.#tokens[this.#index] ?? { kind: 'end' };
  }

  #atEnd(): boolean {
    const token = this.#peek();
    return (
      token.kind === 'end' ||
      (token.kind === 'operator' && token.text === ')') ||
      (token.kind === 'word' && token.plain !== undefined && closers.has(token.plain))
    );
  }

  #isOperator(text: string): boolean {
    const token = this.#peek();
    return token.kind === 'operator' && token.text === text;
  }

  #skip(operator: string): boolean {
    if (!this.#isOperator(operator)) return false;
    this.#index += 1;
    return true;
  }

  #skipWord(plain: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'word' || token.plain !== plain) return false;
    this.#index += 1;
    return true;
  }

  #expect(operator: string): void {
    if (!this.#skip(operator)) throw unexpected(this.#peek());
  }

  #expectWord(plain: string): void {
    if (!this.#skipWord(plain)) throw unexpected(this.#peek());
  }
}

function assignmentOf(
  word: ShellWord,
): { readonly name: string; readonly value: ShellWord } | undefined {
  const first = word[0];
  if (first?.kind !== 'text' || first.quoted) return undefined;
  const match = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(first.text);
  if (match === null) return undefined;
  const start: ShellWord =
    match[2] === undefined || match[2] === '' ? [] : [{ ...first, text: match[2] }];
  return { name: match[1] ?? '', value: [...start, ...word.slice(1)] };
}

function unexpected(token: Token): ScriptError {
  const what =
    token.kind === 'end'
      ? 'end of script'
      : token.kind === 'operator'
        ? `'${token.text === '\n' ? 'newline' : token.text}'`
        : `'${token.plain ?? 'word'}'`;
  return new ScriptError(`syntax error: unexpected ${what}`);
}
