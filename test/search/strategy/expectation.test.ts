import { isDoubtful, standing } from '../../../search/strategy/expectation';

const belief = { logMean: Math.log(10), deviation: 0.05 };
const of = (latencyMs: number, relativeNoise = 0.01) => ({ latencyMs, relativeNoise });

describe('a measurement held against what was believed', () => {
  it.each([
    ['as believed', of(10), Infinity, false],
    ['a fifth faster: far off, and harmless', of(8), Infinity, false],
    ['half as long', of(5), Infinity, true],
    ['half as long, where that would not join the front', of(5), 1, true],
    ['half as long, by a measurement that says how noisy it is', of(5, 0.3), Infinity, false],
    ['twice as long, though believed to join the front', of(20), 12, true],
    ['twice as long, and not believed to join the front', of(20), 9, false],
    ['a hundredth', of(0.1), Infinity, true],
  ])('%s', (_, observed, joinsBelowMs, isOdd) => {
    expect(isDoubtful(belief, observed, joinsBelowMs)).toBe(isOdd);
  });

  it('is not doubted where the strategy was not sure', () => {
    expect(isDoubtful({ ...belief, deviation: 0.4 }, of(5), Infinity)).toBe(false);
  });
});

describe('of two measurements', () => {
  it('the first stands where the second agrees, else the second', () => {
    expect(standing(of(5), of(5.5))).toEqual(of(5));
    expect(standing(of(5), of(4.5))).toEqual(of(5));
    expect(standing(of(5), of(10))).toEqual(of(10));
    expect(standing(of(20), of(10))).toEqual(of(10));
  });
});
