import { BadInputError } from '../../common/bad_input';
import { decimalOf } from '../../common/decimal';
import { createRandom } from '../../common/random';

/** More than any shelf holds. */
const mostDevices = 1_000;
/** A device a thousand times slower than another is a mistake. */
const largestFactor = 1_000;
const largestSpread = 3;
const expected =
  'expected speeds such as 1,1,0.5, or how many and the spread of a log-normal draw such as 32:lognormal:0.4';

/** How fast each device of a pool works through a measurement; 1 is the speed of the duration model. */
export type DeviceSpeeds =
  | { readonly kind: 'listed'; readonly speeds: readonly number[] }
  | { readonly kind: 'lognormal'; readonly count: number; readonly spread: number };

/** Reads `1,1,0.5` or `32:lognormal:0.4`. @throws BadInputError */
export function parseDeviceSpeeds(text: string): DeviceSpeeds {
  const wrong = (why: string): never => {
    throw new BadInputError(`devices "${text.slice(0, 40)}": ${why}; ${expected}`);
  };
  const draw = /^(\d{1,6}):lognormal:(\d{1,3}(?:\.\d{1,6})?)$/.exec(text);
  if (draw !== null) {
    const [count, spread] = [Number(draw[1]), Number(draw[2])];
    if (count < 1 || count > mostDevices) wrong(`1 to ${mostDevices} devices`);
    if (spread > largestSpread) wrong(`a spread of at most ${largestSpread}`);
    return { kind: 'lognormal', count, spread };
  }
  const speeds = text.split(',').map(decimalOf);
  if (speeds.length > mostDevices) wrong(`at most ${mostDevices} devices`);
  if (!speeds.every((speed) => speed >= 1 / largestFactor && speed <= largestFactor))
    wrong(`speeds from ${1 / largestFactor} to ${largestFactor}`);
  return { kind: 'listed', speeds };
}

/** The same fleet for every strategy, another for each seed. */
export function drawSpeeds(devices: DeviceSpeeds, seed: number): readonly number[] {
  if (devices.kind === 'listed') return devices.speeds;
  const random = createRandom(`${seed}/devices`);
  return Array.from({ length: devices.count }, () => Math.exp(devices.spread * random.normal()));
}
