import { z } from 'zod';
import { spaceDocumentSchema, type SpaceDocument } from './space_document';

/** What a specification says of its space: the name of one that comes with the program, or a document of its own. */
export type SpaceReference = string | SpaceDocument;

const nameSchema = z
  .string('expected the name of a search space (see: farm space list), or a mapping that is one')
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'expected the name of a search space (see: farm space list), or a mapping that is one',
  );

/** Complains of a document's fields as if they stood in a file of their own. */
export const spaceReferenceSchema = z.unknown().transform((value, context): SpaceReference => {
  const isDocument = typeof value === 'object' && value !== null;
  const parsed = (isDocument ? spaceDocumentSchema : nameSchema).safeParse(value);
  if (parsed.success) return parsed.data;
  for (const { message, path } of parsed.error.issues)
    context.addIssue({ code: 'custom', message, path });
  return z.NEVER;
});

export function spaceNameOf(reference: SpaceReference): string {
  return typeof reference === 'string' ? reference : reference.name;
}

/** Equal for references to the same networks under the same names. */
export function spaceKeyOf(reference: SpaceReference): string {
  return typeof reference === 'string' ? reference : JSON.stringify(reference);
}

/** Whether a text means a file rather than a space that comes with the program. */
export function isSpacePath(text: string): boolean {
  return /[./\\]/.test(text);
}
