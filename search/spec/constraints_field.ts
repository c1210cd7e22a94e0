import { z } from 'zod';
import { mapping, number, positive, whole } from '../../common/field';

const expectedShare = 'expected a number above 0, at most 1';
/** More than a space has options. */
const mostForbidden = 1_000;

export const constraintsSchema = mapping({
  latencyMsMax: positive().optional(),
  modelBytesMax: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  macsMax: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  accuracyPercentMin: number(0, 100).optional(),
  parametersMax: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  peakActivationBytesMax: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  npuShareMin: z.number(expectedShare).gt(0, expectedShare).max(1, expectedShare).optional(),
  forbidden: z
    .array(
      z.string('expected the name of an option'),
      'expected a list of options, for example [avg_pool_3x3]',
    )
    .max(mostForbidden, `expected at most ${mostForbidden} options`)
    .optional(),
});
