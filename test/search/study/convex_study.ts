import type { TrialEnd } from '../../../common/trial';
import { AsyncNsga2 } from '../../../search/nsga2/nsga2_async';
import type { Evidence } from '../../../search/study/evidence';
import { convex } from '../strategies/known_problems';
import { DrivenStudy, jobIdOf, type DrivenOptions } from './driven_study';
import { sampleEvidence } from './sample_study';

const { space } = convex;

export function createSearch(options: Partial<DrivenOptions> = {}): DrivenStudy {
  return new DrivenStudy({
    strategy: new AsyncNsga2(space, { seed: 1, populationSize: 6 }),
    budget: { measurements: 20 },
    constraints: {},
    accuracyPercentOf: (architecture) =>
      100 - (40 * convex.evaluate(space.genotypeOf(architecture))[1]!) / 10,
    ...options,
  });
}

export function measured(architecture: string, more: Partial<Evidence> = {}): TrialEnd<Evidence> {
  const latencyMs = 1 + convex.evaluate(space.genotypeOf(architecture))[0]!;
  return {
    kind: 'measured',
    ...sampleEvidence(jobIdOf(architecture), latencyMs, { deviceMs: 10_000, ...more }),
  };
}

/** Ends what is proposed at once, until nothing more is. */
export function runDown(
  search: DrivenStudy,
  endOf: (architecture: string) => TrialEnd<Evidence>,
): number {
  let proposals = 0;
  for (let proposal = search.propose(3); proposal !== undefined; proposal = search.propose(3)) {
    proposals += 1;
    search.end(proposal.architecture, endOf(proposal.architecture));
  }
  return proposals;
}
