import { assert } from './assert';

/** Halvings of a quarter turn: the last is far below a double's resolution of the quantile. */
const halvings = 60;

/**
 * Student's t: the number that |T| exceeds with probability 1 - `confidence` (0 to below 1), T having `degrees` degrees of freedom (whole, at least 1).
 * The distribution function is exact for whole degrees (Abramowitz and Stegun, 26.7.3 and 26.7.4) and is inverted by bisection over the angle.
 */
export function studentT(confidence: number, degrees: number): number {
  assert(confidence >= 0 && confidence < 1, 'a confidence is from 0 to below 1');
  assert(Number.isInteger(degrees) && degrees >= 1, 'degrees of freedom are whole and at least 1');
  let low = 0;
  let high = Math.PI / 2;
  for (let step = 0; step < halvings; step += 1) {
    const middle = (low + high) / 2;
    if (probabilityWithin(middle, degrees) < confidence) low = middle;
    else high = middle;
  }
  return Math.sqrt(degrees) * Math.tan(low);
}

/** P(|T| <= t) for t = sqrt(degrees) * tan(angle). */
function probabilityWithin(angle: number, degrees: number): number {
  const sine = Math.sin(angle);
  const cosine = Math.cos(angle);
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let power = isOdd ? 3 : 2; power <= degrees - 2; power += 2) {
    term *= (cosine * cosine * (power - 1)) / power;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}
