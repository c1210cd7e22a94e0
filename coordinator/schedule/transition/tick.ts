import { largestTickGapMs } from '../state/limits';
import { dropSilentAgents, forgiveSilence } from './agent';
import { wakeDevices } from './device';
import { update, type Draft } from './draft';
import { expireLeases, extendLeases } from './lease';
import { checkRecoveryDeadline, extendRecovery } from './recovery';
import { forgetMeasured } from './reuse';

/** Time passed: rests, deadlines and silences that are over end. A gap in which the coordinator itself stood still counts for nobody. */
export function tick(draft: Draft): void {
  const { nowMs, lastTickAtMs } = draft.state;
  update(draft, { lastTickAtMs: nowMs });
  const gapMs = nowMs - lastTickAtMs;
  if (gapMs > largestTickGapMs) {
    forgiveSilence(draft, gapMs);
    extendLeases(draft, gapMs);
    extendRecovery(draft, gapMs);
  }
  wakeDevices(draft);
  forgetMeasured(draft);
  checkRecoveryDeadline(draft);
  dropSilentAgents(draft);
  expireLeases(draft);
}
