import { FarmError } from './farm_error';

/** The farm error of which there are most by far: what the user gave cannot be used. */
export class BadInputError extends FarmError {
  override readonly name = 'BadInputError';

  constructor(message: string) {
    super('invalid', message);
  }
}
