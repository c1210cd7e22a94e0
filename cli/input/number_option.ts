import { InvalidArgumentError, Option } from 'commander';
import { decimalOf, wholeOf } from '../../common/decimal';

interface NumberRange {
  readonly min: number;
  readonly max: number;
}

/** Reads an option that is a number of the range. */
export function numberFrom({ min, max }: NumberRange): (text: string) => number {
  return (text) => {
    const value = decimalOf(text);
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`expected a number from ${String(min)} to ${String(max)}`);
  };
}

/** Reads an option that is a whole number of the range. */
export function wholeNumberFrom({ min, max }: NumberRange): (text: string) => number {
  return (text) => {
    const value = wholeOf(text);
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`expected a whole number from ${String(min)} to ${String(max)}`);
  };
}

export function wholeNumberOption(flags: string, description: string, range: NumberRange): Option {
  return new Option(flags, description).argParser(wholeNumberFrom(range));
}
