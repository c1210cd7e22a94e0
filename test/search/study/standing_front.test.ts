import type { Finding } from '../../../search/study/finding';
import { standingFront, type StandingFront } from '../../../search/study/standing_front';

function finding(sessionMediansMs: readonly number[], more: Partial<Finding> = {}): Finding {
  const [latencyMs = 0] = [...sessionMediansMs]
    .sort((a, b) => a - b)
    .slice(Math.floor(sessionMediansMs.length / 2));
  return { latencyMs, sessionMediansMs, unitShare: null, deviceKind: 'phone', ...more };
}

function standing(
  findings: Readonly<Record<string, readonly [accuracyPercent: number, ...Finding[]]>>,
  latencyMsMax?: number,
): StandingFront {
  const byName = new Map(Object.entries(findings));
  return standingFront({
    found: [...byName].map(([architecture, [accuracyPercent, first]]) => ({
      architecture,
      accuracyPercent,
      latencyMs: first?.latencyMs ?? 0,
    })),
    findingsOf: (architecture) => byName.get(architecture)?.slice(1) as readonly Finding[],
    constraints: latencyMsMax === undefined ? {} : { latencyMsMax },
  });
}

const names = (members: readonly { readonly architecture: string }[]): string[] =>
  members.map(({ architecture }) => architecture);

describe('the front as it stands', () => {
  it('goes by all measurements of each network, fastest first', () => {
    const { members } = standing({
      slow: [90, finding([5, 5, 5])],
      fast: [80, finding([1, 1, 1]), finding([3, 3, 3]), finding([3, 3, 3])],
    });
    expect(members).toMatchObject([
      { architecture: 'fast', latencyMs: 3 },
      { architecture: 'slow', latencyMs: 5 },
    ]);
  });

  it('drops what is dominated or beyond a limit once it was measured again', () => {
    const findings = {
      lucky: [80, finding([1, 1, 1]), finding([6, 6, 6]), finding([6, 6, 6])],
      good: [90, finding([4, 4, 4])],
      edge: [95, finding([5, 5, 5]), finding([9, 9, 9]), finding([9, 9, 9])],
    } as const;
    expect(names(standing(findings).members)).toEqual(['good', 'edge']);
    expect(names(standing(findings, 7).members)).toEqual(['good']);
  });

  it('has nothing on it whose interval is wider than its latency, however fast it looks', () => {
    const findings = {
      wild: [95, finding([0.1, 3, 9])],
      steady: [90, finding([4, 4.01, 4.02])],
    } as const;
    const { members, uncertain } = standing(findings);
    expect(names(members)).toEqual(['steady']);
    expect(names(uncertain)).toEqual(['wild']);
    // Measured again until it is known, it is on the front.
    const known = standing({
      ...findings,
      wild: [95, finding([0.1, 3, 9]), finding([3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3])],
    });
    expect(names(known.members)).toEqual(['wild']);
  });

  it('names as uncertain only what would be on it', () => {
    expect(
      names(
        standing({ wild: [70, finding([1, 5, 9])], steady: [90, finding([4, 4, 4])] }).uncertain,
      ),
    ).toEqual([]);
  });

  it('marks what a virtual phone had a part in', () => {
    const virtual = finding([3, 3, 3], { deviceKind: 'virtual' });
    expect(standing({ mixed: [90, finding([3, 3, 3]), virtual] }).members).toMatchObject([
      { isVirtual: true },
    ]);
  });
});
