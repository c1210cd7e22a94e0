import { z } from 'zod';
import { BadInputError } from './bad_input';
import { parseTarget, type Target } from './target';

/** A zod transform from text to target: what is wrong becomes the field's own issue. */
export function toTarget(text: string, context: z.RefinementCtx): Target {
  try {
    return parseTarget(text);
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
}
