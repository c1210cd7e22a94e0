import { FarmError } from '../../../common/farm_error';
import type { ListedFront, ListedPoint } from '../../../proto/codec/front';
import type {
  HistoryCandidate,
  HistoryHeader,
  HistoryMeasurement,
} from '../../../proto/codec/history';
import type { SearchStatus } from '../../../proto/codec/search_status';
import type { FarmClient } from '../../link/farm_client';

/** Far more than a shelf of phones measures in a year; a report of more would not be read. */
const mostCandidates = 200_000;

export type ReportCandidate = HistoryCandidate;
export type ReportMeasurement = HistoryMeasurement;
export type ReportPoint = ListedPoint;

/** What a report is made of, as the coordinator tells it. */
export interface ReportInput {
  readonly search: SearchStatus;
  readonly fronts: readonly ListedFront[];
  readonly header: HistoryHeader;
  readonly candidates: readonly ReportCandidate[];
}

/** Asks the coordinator for all of it. @throws FarmError for a search that there is not, and for one of too much */
export async function fetchReportInput(
  farm: Pick<FarmClient, 'getSearch' | 'fronts' | 'history'>,
  searchId: string,
): Promise<ReportInput> {
  const [search, fronts] = await Promise.all([farm.getSearch(searchId), farm.fronts(searchId)]);
  const candidates: ReportCandidate[] = [];
  let header: HistoryHeader | undefined;
  for await (const part of farm.history(searchId)) {
    if (part.part === 'header') header = part.header;
    else candidates.push(part.candidate);
    if (candidates.length > mostCandidates)
      throw new FarmError(
        'failed',
        `search ${searchId} has more than ${String(mostCandidates)} candidates, the most that a report takes`,
      );
  }
  if (header === undefined)
    throw new FarmError(
      'failed',
      `the coordinator told the history of ${searchId} without a header`,
    );
  return { search, fronts, header, candidates };
}
