import { createRandom } from '../../common/random';
import type { Ask, Evaluation, Strategy } from '../../search/strategy/strategy';

/** Anything that is asked and told: a strategy, or a search on one target. */
interface Asked {
  ask(): Ask;
  tell(architecture: string, evaluation: Evaluation): void;
}

interface SimulatedFleet {
  readonly devices: number;
  /** Standard deviation of the devices' log-normal speeds; 0 = all equal. */
  readonly spread: number;
  readonly seed: number;
}

interface SimulatedRun {
  readonly proposals: readonly string[];
  /** For each proposal how many had ended before it. */
  readonly proposedAfter: readonly number[];
  readonly ended: readonly { readonly architecture: string; readonly evaluation: Evaluation }[];
  /** Moments at which some device had nothing to do although the strategy was not at its end. */
  readonly idleMoments: number;
}

/** Measures on devices of unequal speed, each taking the next proposal the moment that it is free, until `count` have ended. */
export function runFleet(
  strategy: Asked,
  evaluate: (architecture: string) => Evaluation,
  fleet: SimulatedFleet,
  count: number,
): SimulatedRun {
  const random = createRandom(fleet.seed);
  const slowness = Array.from({ length: fleet.devices }, () =>
    Math.exp(fleet.spread * random.normal()),
  );
  const running: {
    readonly device: number;
    readonly architecture: string;
    readonly endsAt: number;
  }[] = [];
  const proposals: string[] = [];
  const ended: { architecture: string; evaluation: Evaluation }[] = [];
  let idleMoments = 0;
  const proposedAfter: number[] = [];
  let idle = slowness.map((_, device) => device);
  const fill = (now: number): void => {
    idle = idle.filter((device) => {
      const answer = strategy.ask();
      if (answer === 'later' || answer === 'exhausted') {
        idleMoments += 1;
        return true;
      }
      proposals.push(answer.architecture);
      proposedAfter.push(ended.length);
      running.push({
        device,
        architecture: answer.architecture,
        endsAt: now + slowness[device]! * (0.5 + random.next()),
      });
      return false;
    });
  };
  fill(0);
  while (ended.length < count && running.length > 0) {
    running.sort((a, b) => a.endsAt - b.endsAt);
    const { device, architecture, endsAt } = running.shift()!;
    const evaluation = evaluate(architecture);
    strategy.tell(architecture, evaluation);
    ended.push({ architecture, evaluation });
    idle.push(device);
    fill(endsAt);
  }
  return { proposals, proposedAfter, ended, idleMoments };
}

/** Rebuilds a strategy from what a ledger keeps. */
export function replay(
  strategy: Strategy,
  run: Pick<SimulatedRun, 'proposals' | 'ended'>,
): Strategy {
  run.proposals.forEach((architecture, sequence) => strategy.adopt({ sequence, architecture }));
  for (const { architecture, evaluation } of run.ended) strategy.tell(architecture, evaluation);
  return strategy;
}
