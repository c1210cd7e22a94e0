import { printableJson } from './printable';

export interface JsonOption {
  readonly json?: boolean;
}

/** Prints machine-readable JSON with --json, otherwise what `human` makes of it. */
export function jsonOr(options: JsonOption, value: unknown, human: () => string): string {
  return options.json === true ? printableJson(value) : human();
}
