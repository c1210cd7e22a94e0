import type { Measurement } from '../../common/measurement';
import type { Observed } from '../search/violation';

/** What a search learns from a measurement. */
export function observedIn({ latencyMs, conditions }: Measurement): Observed {
  return { latencyMs, unitShare: conditions.unitShare };
}
