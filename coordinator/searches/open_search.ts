import { setImmediate as nextTurn } from 'node:timers/promises';
import { openStudy, type Study } from '../../search/study/state';
import { step } from '../../search/study/step';
import type { SearchRecord } from '../ledger/search_records';
import { createJobNames } from './job_name';
import type { SearchParts } from './search_parts';
import { replayEvents } from './study_memory';

type OpenParts = Pick<SearchParts, 'ledger' | 'catalog' | 'specs' | 'clock'>;

/** A search of the ledger as a study that is not told yet what is there of it. @throws BadInputError for a specification that this version no longer takes */
export async function openSearch(record: SearchRecord, parts: OpenParts): Promise<Study> {
  const { searchId, createdAtMs, state, wall } = record;
  const spec = await parts.specs.read(record.specYaml, `search ${searchId}`);
  const accuracy = parts.catalog.accuracy(spec);
  return openStudy({
    settings: { searchId, createdAtMs, spec, jobIdOf: createJobNames(searchId) },
    accuracyPercentOf: (architecture) => accuracy.accuracyOf(architecture).percent,
    ...{ state, wall, nowMs: parts.clock.nowMs() },
  });
}

/** A search as the ledger has it, to be looked at: nothing is done for it, and nothing of it stays in memory. @throws BadInputError */
export async function readSearch(record: SearchRecord, parts: OpenParts): Promise<Study> {
  let study = await openSearch(record, parts);
  const atMs = parts.clock.nowMs();
  for await (const event of replayEvents(record, parts.ledger)) {
    study = step(study, { ...event, atMs }).study;
    await nextTurn();
  }
  return study;
}
