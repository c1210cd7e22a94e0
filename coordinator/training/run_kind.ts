import type { z } from 'zod';
import { BadInputError } from '../../common/bad_input';
import type { RunContext, RunKind } from './training_run';

/** A kind by the schema of its requests, which say what reference they are about. */
export function runKind<Request extends { readonly reference: string }>(
  kind: string,
  schema: z.ZodType<Request>,
  run: (request: Request, context: RunContext) => Promise<unknown>,
): RunKind {
  const read = (json: unknown): Request => {
    const parsed = schema.safeParse(json);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new BadInputError(
      `${kind}: field ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it cannot be read'}`,
    );
  };
  return {
    kind,
    readRequest: read,
    referenceOf: (request) => read(request).reference,
    run: (request, context) => run(read(request), context),
  };
}
