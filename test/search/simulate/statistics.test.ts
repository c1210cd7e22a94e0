import {
  measurementsTo,
  sharesByMeasurement,
  simulatedMsTo,
  spreadOf,
} from '../../../search/simulate/statistics';

const run = { shares: [0.5, 0.9, 0.9, 0.96], endsAtMs: [10, 20, 30, 40] };

describe('the statistics of a simulation', () => {
  it('count the measurements and the time to a share', () => {
    expect([0.4, 0.9, 0.95, 0.98].map((share) => measurementsTo(share, run))).toEqual([
      1,
      2,
      4,
      undefined,
    ]);
    expect([0.4, 0.9, 0.95, 0.98].map((share) => simulatedMsTo(share, run))).toEqual([
      10,
      20,
      40,
      undefined,
    ]);
  });

  it('take a share that rounding missed as reached', () => {
    expect(measurementsTo(1, { shares: [0.5, 1 - 1e-15] })).toBe(2);
  });

  it('give quartiles, between two values in proportion', () => {
    expect(spreadOf([5, 1, 4, 2, 3])).toEqual({
      least: 1,
      lowerQuartile: 2,
      median: 3,
      upperQuartile: 4,
      most: 5,
    });
    expect(spreadOf([1, 2])).toEqual({
      least: 1,
      lowerQuartile: 1.25,
      median: 1.5,
      upperQuartile: 1.75,
      most: 2,
    });
  });

  it('take what was not reached as more than anything', () => {
    expect(spreadOf([undefined, 1, 2])).toEqual({
      least: 1,
      lowerQuartile: 1.5,
      median: 2,
      upperQuartile: null,
      most: null,
    });
    expect(spreadOf([undefined, undefined]).median).toBeNull();
  });

  it('keep the last share of a run that ended', () => {
    const spreads = sharesByMeasurement([{ shares: [0.2, 0.4] }, { shares: [0.3] }]);
    expect(spreads.map(({ least, most }) => [least, most])).toEqual([
      [0.2, 0.3],
      [0.3, 0.4],
    ]);
  });
});
