import { wallMsLeft } from '../../../search/spec/budget';

describe('the time left', () => {
  const spending = { measured: 10, phoneMs: 120_000, wallMs: 60_000 };

  it('is until the first limit is reached at the rate so far', () => {
    expect(wallMsLeft({ measurements: 40 }, spending)).toBe(180_000);
    expect(wallMsLeft({ phoneMinutes: 4 }, spending)).toBe(60_000);
    expect(wallMsLeft({ measurements: 40, phoneMinutes: 4, wallMinutes: 1.5 }, spending)).toBe(
      30_000,
    );
  });

  it('is never below zero', () => {
    expect(wallMsLeft({ measurements: 5 }, spending)).toBe(0);
  });

  it('is not known before the first measurement, unless time is limited', () => {
    const start = { measured: 0, phoneMs: 0, wallMs: 1_000 };
    expect(wallMsLeft({ measurements: 40, phoneMinutes: 4 }, start)).toBeUndefined();
    expect(wallMsLeft({ measurements: 40, wallMinutes: 1 }, start)).toBe(59_000);
  });
});
