import { z } from 'zod';

/** `most-accurate` as protobuf writes it: `MOST_ACCURATE`. */
type WireWord<Word extends string> = Word extends `${infer Head}-${infer Rest}`
  ? `${Uppercase<Head>}_${WireWord<Rest>}`
  : Uppercase<Word>;

interface WordCodec<Word extends string, Prefix extends string> {
  toWire(word: Word): `${Prefix}${WireWord<Word>}`;
  /** Refuses words that this version does not know, and the one that stands for none. */
  readonly field: z.ZodType<Word>;
}

/** A closed set of words as an enum. `prefix`: of its values, where they are not in a message of their own. */
export function wordCodec<const Word extends string, const Prefix extends string = ''>(
  words: readonly Word[],
  prefix?: Prefix,
): WordCodec<Word, Prefix> {
  const wireOf = (word: Word): `${Prefix}${WireWord<Word>}` =>
    `${prefix ?? ''}${word.toUpperCase().replaceAll('-', '_')}` as `${Prefix}${WireWord<Word>}`;
  const wordByWire = new Map<string, Word>(words.map((word) => [wireOf(word), word]));
  const field = z.string().transform((wire, context): Word => {
    const word = wordByWire.get(wire);
    if (word !== undefined) return word;
    context.addIssue(`expected one of ${words.join(', ')}`);
    return z.NEVER;
  });
  return { toWire: wireOf, field };
}
