import { createRandom } from '../../../common/random';
import { Heat } from '../../../phones/physics/heat';
import { phoneFactor, runFactors } from '../../../phones/physics/noise';

const minuteMs = 60_000;

test('a phone at rest is cool, at full speed and stays so', () => {
  const heat = new Heat(0);
  heat.advance(60 * minuteMs);
  expect({ status: heat.status, factor: heat.throttlingFactor }).toEqual({ status: 0, factor: 1 });
});

test('long CPU load throttles and raises the status; rest brings it back', () => {
  const heat = new Heat(0);
  heat.advance(20 * minuteMs, { unit: 'cpu', watts: 5 });
  expect(heat.throttlingFactor).toBeLessThan(0.8);
  expect(heat.status).toBeGreaterThanOrEqual(2);
  expect(heat.unitCelsius('cpu')).toBeGreaterThan(heat.unitCelsius('npu'));
  heat.advance(60 * minuteMs);
  expect(heat.throttlingFactor).toBe(1);
});

test('many small steps are one large one', () => {
  const [fine, coarse] = [new Heat(0), new Heat(0)];
  for (let at = 1; at <= 1000; at += 1) fine.advance(at * 60, { unit: 'npu', watts: 2 });
  coarse.advance(60_000, { unit: 'npu', watts: 2 });
  expect(fine.skinCelsius).toBeCloseTo(coarse.skinCelsius, 6);
});

test('time does not run backwards', () => {
  const heat = new Heat(1000);
  heat.advance(500, { unit: 'cpu', watts: 100 });
  expect(heat.skinCelsius).toBe(new Heat(0).skinCelsius);
});

test('runs spread a few per cent around one after a slow start, with rare outliers', () => {
  const factors = runFactors(createRandom(3));
  const samples = Array.from({ length: 5000 }, () => factors.next().value);
  expect(samples[0]).toBeGreaterThan(2);
  const sorted = samples.slice(10).sort((left, right) => left - right);
  expect(sorted[2500]).toBeCloseTo(1, 1);
  expect(sorted[250]!).toBeGreaterThan(0.93);
  expect(sorted.at(-1)!).toBeGreaterThan(1.15);
});

test('phones of one kind differ by at most a fifth', () => {
  const factors = Array.from({ length: 2000 }, (_, index) => phoneFactor(createRandom(index)));
  expect(Math.max(...factors) / Math.min(...factors)).toBeLessThan(1.23);
  expect(new Set(factors).size).toBeGreaterThan(1900);
});
