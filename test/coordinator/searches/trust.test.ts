import { judgeTrust, type TrustGrounds } from '../../../coordinator/searches/trust';

const day = 86_400_000;
const firm: TrustGrounds = {
  latencyMs: 10,
  interval: { kind: 'interval', lowMs: 9.8, highMs: 10.2, sessions: 3 },
  caveats: [],
  reusedFromJobId: null,
  ageMs: day,
  isElsewhere: false,
  isVirtual: false,
};

describe('the trust of a latency', () => {
  it('is firm when three sessions agree and nothing speaks against them', () => {
    expect(judgeTrust(firm)).toEqual({ level: 'firm', reasons: [] });
  });

  it.each<[string, Partial<TrustGrounds>, string]>([
    [
      'two sessions',
      { interval: { kind: 'interval', lowMs: 9.9, highMs: 10.1, sessions: 2 } },
      '2 sessions',
    ],
    [
      'an interval that cannot tell neighbours apart',
      { interval: { kind: 'interval', lowMs: 9.5, highMs: 10.5, sessions: 3 } },
      'known to ±5.0 %',
    ],
    ['a measurement of another search', { reusedFromJobId: 'old.1' }, 'reused from old.1'],
    ['age', { ageMs: 45 * day }, '45 days old'],
    ['another device', { isElsewhere: true }, 'measured on another device than most of the front'],
  ])('is fair with %s', (_, grounds, reason) => {
    expect(judgeTrust({ ...firm, ...grounds })).toEqual({ level: 'fair', reasons: [reason] });
  });

  it.each<[string, Partial<TrustGrounds>, string]>([
    ['a single session', { interval: { kind: 'single-session' } }, 'one session, so no interval'],
    [
      'a wide interval',
      { interval: { kind: 'interval', lowMs: 8, highMs: 12, sessions: 3 } },
      'known to ±20.0 % only',
    ],
    [
      'a caveat',
      { caveats: ['the thermal status rose from 0 to 2'] },
      'the thermal status rose from 0 to 2',
    ],
  ])('is weak with %s', (_, grounds, reason) => {
    expect(judgeTrust({ ...firm, ...grounds })).toEqual({ level: 'weak', reasons: [reason] });
  });

  it('is virtual for what is simulated, however well it repeats, and never firm', () => {
    expect(judgeTrust({ ...firm, isVirtual: true })).toEqual({
      level: 'virtual',
      reasons: ['simulated by a cost model'],
    });
    expect(judgeTrust({ ...firm, isVirtual: true, caveats: ['hot'] })).toEqual({
      level: 'virtual',
      reasons: ['simulated by a cost model', 'hot'],
    });
  });

  it('names what weighs most first', () => {
    expect(
      judgeTrust({
        ...firm,
        caveats: ['hot'],
        interval: { kind: 'single-session' },
        reusedFromJobId: 'old.1',
      }).reasons,
    ).toEqual(['one session, so no interval', 'hot', 'reused from old.1']);
  });
});
