import { BadInputError } from '../../common/bad_input';

/** Fewer digits name too many networks, and six can be a cell's op vector. */
const fewestDigits = 8;
/** Enough to choose from in one line. */
const mostNamed = 3;

/** Whether a text names an architecture by its hash, or the beginning of one, rather than by its choices. */
export function isHashName(text: string): boolean {
  return new RegExp(`^[0-9a-f]{${fewestDigits},64}$`).test(text);
}

interface NamedNetworks {
  readonly architectures: Iterable<string>;
  readonly hashOf: (architecture: string) => string;
  /** Where they are looked for, as in "search x has no architecture with the hash …". */
  readonly where: string;
  readonly remedy: string;
}

/** The one architecture whose hash begins so. @throws BadInputError when there is none, or more than one */
export function architectureByHash(
  text: string,
  { architectures, hashOf, where, remedy }: NamedNetworks,
): string {
  const found = new Map<string, string>();
  for (const architecture of architectures) {
    const hash = hashOf(architecture);
    if (hash.startsWith(text)) found.set(hash, architecture);
  }
  const [only, ...others] = found.values();
  if (only === undefined)
    throw new BadInputError(`${where} has no architecture with the hash ${text}; ${remedy}`);
  if (others.length === 0) return only;
  const hashes = [...found.keys()].slice(0, mostNamed).join(', ');
  const more = found.size > mostNamed ? ` and ${found.size - mostNamed} more` : '';
  throw new BadInputError(
    `${where} has ${found.size} architectures whose hash begins with ${text}: ${hashes}${more}; give more digits`,
  );
}
