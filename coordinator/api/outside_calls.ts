import { BadInputError } from '../../common/bad_input';
import { FarmError } from '../../common/farm_error';
import { endToWire, proposedToWire, type ProposalEnd } from '../../proto/codec/outside';
import type { End as WireEnd } from '../../proto/generated/farm/v1/End';
import type { EndsRequest__Output } from '../../proto/generated/farm/v1/EndsRequest';
import type { ProposeRequest__Output } from '../../proto/generated/farm/v1/ProposeRequest';
import type { ProposeResponse } from '../../proto/generated/farm/v1/ProposeResponse';
import type { ResponseStream } from '../calls/service_call';
import type { EndView } from '../searches/outside/end_reader';
import type { SearchReader } from '../searches/search_reader';
import type { SearchRunner } from '../searches/search_runner';
import type { SearchSummaries } from '../views/search_summaries';
import { createMailbox } from './mailbox';

interface EndsParts {
  readonly reader: Pick<SearchReader, 'ends'>;
  readonly summaries: Pick<SearchSummaries, 'get' | 'watch'>;
}

/** @throws FarmError when nothing was taken */
export async function propose(
  searches: Pick<SearchRunner, 'propose'>,
  { searchId, target, architectures }: ProposeRequest__Output,
): Promise<ProposeResponse> {
  const answer = await searches.propose(searchId, target, architectures);
  if (!answer.ok)
    throw new FarmError(
      answer.error.kind === 'full' ? 'exhausted' : 'conflict',
      answer.error.message,
    );
  return { proposed: answer.value.map(proposedToWire) };
}

/**
 * Sends the ends after the cursor, page by page as the client takes them: what it has not taken yet stays in the ledger, so that a slow client costs a
 * page of memory. Returns when the search has ended and all is sent, or the client has left.
 */
export async function sendEnds(
  { reader, summaries }: EndsParts,
  { searchId, target, after }: EndsRequest__Output,
  ends: ResponseStream<WireEnd>,
): Promise<void> {
  if (!Number.isSafeInteger(after))
    throw new BadInputError('field after: expected 0 or the cursor of an end');
  const changes = createMailbox<true>('newest');
  const stopWatching = summaries.watch((view) => {
    if (view.searchId === searchId) changes.put(true);
  });
  try {
    for (let cursor = after; !ends.left.aborted;) {
      // Before the page is read: when the search has ended by then, its last end is in the ledger.
      const { state } = await summaries.get(searchId);
      const page = await reader.ends(searchId, target, cursor);
      for (const end of page) await ends.send(endToWire(endOf(end)));
      cursor = page.at(-1)?.cursor ?? cursor;
      if (page.length > 0) continue;
      if (state === 'finished' || state === 'stopped') return;
      await changes.take(ends.left);
    }
  } finally {
    stopWatching();
  }
}

function endOf({ accuracyPercent, reason, ...same }: EndView): ProposalEnd {
  return { ...same, accuracy: accuracyPercent, reason: reason === '' ? null : reason };
}
