import { z } from 'zod';
import { oneLine } from '../../common/one_line';
import { fail, ok, type Result } from '../../common/result';

/** Serials, host names and job ids are far shorter; longer ones would only fill logs and keys. */
export const longestName = 200;
/** One line that a person reads: a reason, a build fingerprint, a fault. */
const longestLine = 1_000;
/** Names the field and what is wrong; a foreign key in it may be of any length. */
const longestProblem = 300;
/** Lists of things that one device has: cores, sensors, offers, caveats. The largest phones have about a hundred sensors. */
export const longestList = 1_000;

/** Identifies something, so it is never empty and never breaks a log line. */
export const nameField = z
  .string()
  .min(1)
  .max(longestName)
  .regex(/^\P{Cc}*$/u, 'has control characters');
export const lineField = z.string().max(longestLine);
/** A count, a size in bytes, a time in ms since 1970: whole, not negative, exact as a JavaScript number. */
export const countField = z.int().nonnegative();
export const durationField = z.number().nonnegative();

/** A list of bounded length. */
export function listField<Element extends z.ZodType>(
  element: Element,
  longest: number = longestList,
): z.ZodArray<Element> {
  return z.array(element).max(longest);
}

/** Validates what came from outside; the error names the field and what is wrong with it. */
export function readField<Value>(schema: z.ZodType<Value>, input: unknown): Result<Value, string> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  const path = issue?.path.map(String).join('.') ?? '';
  return fail(
    oneLine(`${path === '' ? 'message' : path}: ${issue?.message ?? 'invalid'}`, longestProblem),
  );
}
