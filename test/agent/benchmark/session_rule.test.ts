import fc from 'fast-check';
import { mostSessions, needsSession } from '../../../agent/benchmark/session_rule';
import { defaultPlan, planLimits, type BenchmarkPlan } from '../../../common/job';

/** How many sessions are made when they come out like this, one after the other. */
function sessionsMade(plan: BenchmarkPlan, mediansMs: readonly number[]): number {
  let made = 0;
  while (made < mediansMs.length && needsSession(plan, mediansMs.slice(0, made))) made += 1;
  return made;
}

const deciding = { ...defaultPlan, decisionMs: 10 };

describe('the number of sessions', () => {
  it('is the planned one where nothing depends on it, however they come out', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 40, maxLength: 40 }),
        (sessions, mediansMs) => {
          expect(sessionsMade({ ...defaultPlan, sessions }, mediansMs)).toBe(sessions);
        },
      ),
    );
  });

  it.each([
    ['one, when the first is more than 15 % above', [11.6, 11.6], 1],
    ['the planned one, when the first is 15 % above', [11.5, 11.4, 11.5, 11.5], 3],
    ['the planned one, when all are clearly faster', [8, 8.1, 8.2, 8.1], 3],
    [
      'one more at a time, until the interval leaves the latency that decides out',
      [10, 10.2, 10.15, 10.15, 10.15, 10.15],
      5,
    ],
    ['twice the planned one, when they never do', [10, 10.1, 9.9, 10, 10.1, 9.9, 10], 6],
  ])('is %s', (_, mediansMs, made) => expect(sessionsMade(deciding, mediansMs)).toBe(made));

  it('is one where one is planned, which gives no interval', () => {
    for (const medianMs of [5, 10, 20])
      expect(sessionsMade({ ...deciding, sessions: 1 }, [medianMs, medianMs])).toBe(1);
  });

  it('never exceeds twice the planned one, nor what a plan may ask for', () => {
    expect(mostSessions({ ...deciding, sessions: 80 })).toBe(planLimits.sessions.max);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.array(fc.double({ min: 9, max: 11, noNaN: true }), { minLength: 100, maxLength: 100 }),
        (sessions, mediansMs) => {
          const plan = { ...deciding, sessions };
          const made = sessionsMade(plan, mediansMs);
          expect(made).toBeGreaterThanOrEqual(sessions);
          expect(made).toBeLessThanOrEqual(mostSessions(plan));
        },
      ),
    );
  });
});
