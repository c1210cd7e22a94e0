/** What a script means, as far as scripts that drive benchmarks need it. */
export type WordPart =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | {
      readonly kind: 'parameter';
      readonly name: string;
      readonly fallback: ShellWord | undefined;
      readonly quoted: boolean;
    }
  | { readonly kind: 'substitution'; readonly script: Script; readonly quoted: boolean };
export type ShellWord = readonly WordPart[];

export interface Redirection {
  readonly descriptor: 0 | 1 | 2;
  readonly target:
    | {
        readonly kind: 'file';
        readonly mode: 'read' | 'write' | 'append';
        readonly path: ShellWord;
      }
    | { readonly kind: 'descriptor'; readonly descriptor: 1 | 2 };
}

export type Command =
  | {
      readonly kind: 'simple';
      readonly assignments: readonly { readonly name: string; readonly value: ShellWord }[];
      readonly words: readonly ShellWord[];
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: 'group';
      readonly body: Script;
      readonly subshell: boolean;
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: 'if';
      readonly clauses: readonly { readonly condition: Script; readonly body: Script }[];
      readonly otherwise: Script;
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: 'while';
      readonly until: boolean;
      readonly condition: Script;
      readonly body: Script;
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: 'for';
      readonly variable: string;
      readonly words: readonly ShellWord[];
      readonly body: Script;
      readonly redirections: readonly Redirection[];
    };

export interface Pipeline {
  readonly negated: boolean;
  readonly commands: readonly Command[];
}

/** `first && second || third`, each pipeline with what must hold for it to run. */
export interface Chain {
  readonly links: readonly {
    readonly when: 'always' | 'success' | 'failure';
    readonly pipeline: Pipeline;
  }[];
  readonly background: boolean;
}

export type Script = readonly Chain[];

/** The script cannot be read; the shell prints the message and exits with status 1. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
}
