import { drawSpeeds, parseDeviceSpeeds } from '../../../search/simulate/device_speeds';
import { parseStrategy } from '../../../search/simulate/strategy_option';

describe('speeds of devices', () => {
  it('are listed or drawn', () => {
    expect(parseDeviceSpeeds('1,1,0.5')).toEqual({ kind: 'listed', speeds: [1, 1, 0.5] });
    expect(parseDeviceSpeeds('32:lognormal:0.4')).toEqual({
      kind: 'lognormal',
      count: 32,
      spread: 0.4,
    });
  });

  it('are drawn anew for each seed, with the spread asked for', () => {
    const logs = drawSpeeds({ kind: 'lognormal', count: 1_000, spread: 0.4 }, 1).map(Math.log);
    const deviation = Math.sqrt(logs.reduce((sum, log) => sum + log * log, 0) / logs.length);
    expect(deviation).toBeGreaterThan(0.36);
    expect(deviation).toBeLessThan(0.44);
    expect(drawSpeeds({ kind: 'lognormal', count: 3, spread: 0.4 }, 1)).not.toEqual(
      drawSpeeds({ kind: 'lognormal', count: 3, spread: 0.4 }, 2),
    );
    expect(drawSpeeds({ kind: 'lognormal', count: 3, spread: 0 }, 1)).toEqual([1, 1, 1]);
  });

  it.each([
    '',
    '1,',
    '0',
    '-1',
    '1,fast',
    '0:lognormal:1',
    '5000:lognormal:1',
    '3:lognormal:9',
    '3:normal:1',
    '1e9',
    Array(1_001).fill('1').join(','),
  ])('are refused as "%.20s"', (text) => {
    expect(() => parseDeviceSpeeds(text)).toThrow(/^devices ".*": .*; expected speeds such as/);
  });
});

describe('a strategy of the command line', () => {
  it('takes the options of a specification, and its defaults', () => {
    expect(parseStrategy('nsga2').withSeed(3)).toEqual({
      kind: 'nsga2',
      seed: 3,
      populationSize: 100,
    });
    expect(parseStrategy('nsga2-async:populationSize=50').withSeed(4)).toEqual({
      kind: 'nsga2-async',
      seed: 4,
      populationSize: 50,
    });
  });

  it.each([
    ['bayes', 'strategy "bayes": expected surrogate, nsga2-async, nsga2 or random'],
    ['external', 'strategy "external": expected surrogate'],
    [
      'nsga2:populationSize=1',
      'strategy "nsga2:populationSize=1": populationSize: expected a whole number from 2 to 1000',
    ],
    [
      'nsga2:population',
      'strategy "nsga2:population": "population": expected an option of the strategy',
    ],
    ['random:populationSize=20', 'unknown field populationSize'],
    ['random:seed=20', 'expected an option of the strategy'],
  ])('is refused as %s', (text, message) => {
    expect(() => parseStrategy(text)).toThrow(message);
  });
});
