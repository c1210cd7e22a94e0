import type { World } from './world';

/** How hostile one simulated farm is. Probabilities are per message or job; intervals are means until the chaos ends. */
export interface Profile {
  readonly name: 'calm' | 'restarts' | 'chaos';
  readonly messageLoss: number;
  readonly replay: number;
  readonly slowDelivery: number;
  readonly streamBreakEveryMs: number;
  readonly agentDeathEveryMs: number;
  readonly unplugEveryMs: number;
  readonly coordinatorCrashEveryMs: number;
  /** The coordinator's clock jumps ahead. */
  readonly suspendEveryMs: number;
  readonly crashAroundCommit: number;
  /** Of each run: a stranger publishes a result for its lease. */
  readonly forgery: number;
  readonly farmFault: number;
  readonly hang: number;
  readonly operatorEveryMs: number;
}

/** After that the world is kind, so that everything can come to its end. */
export const chaosEndsAtMs = 120_000;

const never = Number.POSITIVE_INFINITY;

const calm: Profile = {
  name: 'calm',
  messageLoss: 0,
  replay: 0,
  slowDelivery: 0,
  streamBreakEveryMs: never,
  agentDeathEveryMs: never,
  unplugEveryMs: never,
  coordinatorCrashEveryMs: never,
  suspendEveryMs: never,
  crashAroundCommit: 0,
  forgery: 0,
  farmFault: 0,
  hang: 0,
  operatorEveryMs: never,
};

/** Mostly chaos, each kind of trouble in its own strength; some farms in which only the coordinator dies, or nothing. */
export function chooseProfile(world: World): Profile {
  const kind = world.random.next();
  if (kind < 0.04) return calm;
  if (kind < 0.2)
    return {
      ...calm,
      name: 'restarts',
      replay: 0.2,
      coordinatorCrashEveryMs: 15_000,
      crashAroundCommit: 0.05,
    };
  const often = (leastMs: number): number =>
    world.chance(0.3) ? never : leastMs * (1 + 4 * world.random.next());
  const strength = (largest: number): number =>
    world.chance(0.3) ? 0 : largest * world.random.next();
  return {
    name: 'chaos',
    messageLoss: strength(0.15),
    replay: strength(0.3),
    slowDelivery: strength(0.2),
    streamBreakEveryMs: often(4_000),
    agentDeathEveryMs: often(10_000),
    unplugEveryMs: often(8_000),
    coordinatorCrashEveryMs: often(12_000),
    suspendEveryMs: often(15_000),
    crashAroundCommit: strength(0.05),
    forgery: strength(0.5),
    farmFault: strength(0.2),
    hang: strength(0.1),
    operatorEveryMs: often(10_000),
  };
}

/** The same farm when the chaos is over. */
export function appeased(profile: Profile): Profile {
  return { ...calm, name: profile.name };
}
