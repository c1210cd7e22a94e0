import { InvalidArgumentError, type Command, type Option } from 'commander';
import { BadInputError } from '../../common/bad_input';

/**
 * Lets no option of the command and those below it be empty: that is what an unset variable of a script leaves, and as a
 * path it would be the current folder. What the options' own readers refuse is told with the option's name.
 */
export function requireValues(command: Command): void {
  for (const option of command.options) if (option.required) requireValue(option);
  for (const child of command.commands) requireValues(child);
}

function requireValue(option: Option): void {
  const read = option.parseArg?.bind(option);
  option.argParser((text: string, previous: unknown): unknown => {
    if (text.trim() === '')
      throw new InvalidArgumentError('expected a value; leave the option out if there is none');
    try {
      return read === undefined ? text : read(text, previous);
    } catch (error) {
      throw error instanceof BadInputError ? new InvalidArgumentError(error.message) : error;
    }
  });
}

/** @throws BadInputError that names the argument */
export function refuseEmptyArguments(command: Command): void {
  const index = command.args.findIndex((each) => each.trim() === '');
  if (index === -1) return;
  const argument = command.registeredArguments[index] ?? command.registeredArguments.at(-1);
  throw new BadInputError(
    `argument '${argument?.name() ?? String(index + 1)}' is empty; give it a value (see: farm ${command.name()} --help)`,
  );
}
