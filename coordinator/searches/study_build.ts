import { assert } from '../../common/assert';
import type { StudyEvent, TrialName } from '../../search/study/event';
import type { StudySettings } from '../../search/study/settings';
import type { SearchParts } from './search_parts';
import { trainedNetwork } from './trained_network';

/** Makes what a trial's target runs, and says what came of it. @throws when the store or the ledger cannot be written */
export async function buildTrial(
  { candidates, catalog, logger }: Pick<SearchParts, 'candidates' | 'catalog' | 'logger'>,
  { searchId, spec }: StudySettings,
  { target, architecture }: TrialName,
  unwanted: AbortSignal,
): Promise<StudyEvent> {
  const { space, model, targets } = spec;
  const of = targets.find(({ name }) => name === target);
  assert(of !== undefined, `${target} is a target of the search`);
  const trained = trainedNetwork(spec, catalog.space(spec), architecture);
  const built = await candidates.prepare(
    { space, architecture, model, trained, target: of.target },
    unwanted,
  );
  const name = { target, architecture };
  if (built.ok) {
    const { artifact, costs } = built.value;
    return { kind: 'built', ...name, build: { artifact, ...costs } };
  }
  if (built.error.kind === 'candidate-fault')
    return { kind: 'refused', ...name, fault: built.error };
  if (built.error.kind !== 'cancelled')
    logger.warn({ searchId, failure: built.error }, 'a candidate could not be built');
  return { kind: 'build-failed', ...name, message: built.error.message };
}
