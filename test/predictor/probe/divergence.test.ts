import { createDivergenceMeter } from '../../../predictor/probe/divergence';

test('equal answers do not diverge, whatever their offset', () => {
  const meter = createDivergenceMeter(3);
  meter.add(Float32Array.of(1, 2, 3), Float32Array.of(101, 102, 103));
  const { divergence, agreementPercent } = meter.result();
  expect(divergence).toBeCloseTo(0, 5);
  expect(agreementPercent).toBe(100);
});

test('is the mean of p log(p/q) over images, p being the reference', () => {
  const meter = createDivergenceMeter(2);
  const logit = (share: number): number => Math.log(share / (1 - share));
  meter.add(Float32Array.of(0, 0), Float32Array.of(logit(0.8), 0));
  meter.add(Float32Array.of(5, 1), Float32Array.of(5, 1));
  const wanted = 0.8 * Math.log(0.8 / 0.5) + 0.2 * Math.log(0.2 / 0.5);
  expect(meter.result().divergence).toBeCloseTo(wanted / 2, 5);
});

test('agreement counts how often the first class is the same', () => {
  const meter = createDivergenceMeter(2);
  meter.add(Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1), Float32Array.of(2, 0, 3, 0, 1, 0, 5, 0));
  expect(meter.result().agreementPercent).toBe(50);
});

test('logits too large for an exponential are no trouble', () => {
  const meter = createDivergenceMeter(2);
  meter.add(Float32Array.of(5_000, 0), Float32Array.of(5_000, 0));
  expect(meter.result().divergence).toBe(0);
});
