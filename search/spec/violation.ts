import type { Constraints } from './search_spec';

/** What is known of a network once it is built. */
export interface BuiltCosts {
  readonly modelBytes: number;
  readonly macs: number;
  readonly parameters: number;
  readonly peakActivationBytes: number;
}

/** What only a device tells. */
export interface Observed {
  readonly latencyMs: number;
  /** Share of the operators that ran on the target's unit; null where the tool does not prove it. */
  readonly unitShare: number | null;
  /** Standard deviation of the latency as measured, relative to it. */
  readonly relativeNoise: number;
  /** The phone of the pool that it was. */
  readonly deviceSerial: string;
  /** Its interval is wider than the latency itself: it teaches, but beats nothing. */
  readonly isUncertain?: boolean;
}

/** `amount` sums how far each limit is exceeded, relative to it, so that searches learn what is nearly good enough. */
interface Violation {
  readonly amount: number;
  /** One clause for each broken limit. */
  readonly reasons: readonly string[];
}

const builtLimits = [
  { cost: 'modelBytes', limit: 'modelBytesMax', unit: 'bytes' },
  { cost: 'macs', limit: 'macsMax', unit: 'MACs' },
  { cost: 'parameters', limit: 'parametersMax', unit: 'parameters' },
  { cost: 'peakActivationBytes', limit: 'peakActivationBytesMax', unit: 'bytes of activations' },
] as const;

/** The limits that a built network breaks; undefined when it keeps them all and may be measured. */
export function violationOfBuilt(
  constraints: Constraints,
  costs: BuiltCosts,
): Violation | undefined {
  const broken = builtLimits.flatMap(({ cost, limit, unit }) => {
    const most = constraints[limit];
    return most === undefined || costs[cost] <= most
      ? []
      : [
          {
            excess: costs[cost] / most - 1,
            reason: `${costs[cost]} ${unit}, and ${limit} is ${most}`,
          },
        ];
  });
  if (broken.length === 0) return undefined;
  return {
    amount: broken.reduce((sum, { excess }) => sum + excess, 0),
    reasons: broken.map(({ reason }) => reason),
  };
}

/** 0 when the measurement keeps all limits. A share that the tool does not prove counts as none. */
export function violationOfMeasured(
  { latencyMsMax, npuShareMin }: Constraints,
  { latencyMs, unitShare }: Pick<Observed, 'latencyMs' | 'unitShare'>,
): number {
  const tooSlow = latencyMsMax === undefined ? 0 : Math.max(0, latencyMs / latencyMsMax - 1);
  const tooFew = npuShareMin === undefined ? 0 : Math.max(0, 1 - (unitShare ?? 0) / npuShareMin);
  return tooSlow + tooFew;
}
