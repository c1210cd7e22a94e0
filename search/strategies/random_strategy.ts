import type { Space } from '../../model/space/space';
import { proposalRandom, ProposalLog } from '../strategy/proposal_log';
import type { Strategy } from '../strategy/strategy';

/** Random search without replacement, up to isomorphism: what every other strategy has to beat. */
export function createRandomStrategy(space: Space, seed: number): Strategy {
  const log = new ProposalLog(space);
  return {
    duplicates: 0,
    ask: () => {
      const architecture = log.drawUnseen(proposalRandom(seed, log.nextSequence));
      return architecture === undefined ? 'exhausted' : log.add(architecture);
    },
    adopt: (proposal) => log.adopt(proposal),
    tell: (architecture) => void log.sequenceOf(architecture),
    withdraw: (architecture) => void log.sequenceOf(architecture),
  };
}
