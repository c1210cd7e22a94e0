import { assert } from '../../common/assert';
import { ownValue } from '../../common/own_value';
import type { NetworkSpace } from '../../model/space/network_space';
import type { SearchSpec } from '../../search/spec/search_spec';
import type { TrainedNetwork } from '../candidates/candidate_preparation';

/** What a search with a reference's predictor builds: networks of the blocks that the predictor speaks of. Undefined for other searches. */
export function trainedNetwork(
  { accuracy }: Pick<SearchSpec, 'accuracy'>,
  space: Pick<NetworkSpace, 'blocksOf'>,
  architecture: string,
): TrainedNetwork | undefined {
  if (accuracy?.kind !== 'predictor' || accuracy.document === undefined) return undefined;
  const { referenceModel, cuts, blocks } = accuracy.document;
  const weights = (space.blocksOf?.(architecture) ?? []).map(({ text }, block) => {
    const option = ownValue(blocks[block] ?? {}, text);
    assert(option !== undefined, 'a search proposes networks of trained blocks');
    return option.weights;
  });
  return { reference: accuracy.reference, model: referenceModel, cuts, weights };
}
