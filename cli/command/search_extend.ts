import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { BadInputError } from '../../common/bad_input';
import { decimalOf, wholeOf } from '../../common/decimal';
import { shown } from '../../common/one_line';
import { describeBudget } from '../output/spending';
import type { Terminal } from '../output/terminal';
import { withFarm } from './connection';
import { jsonOr } from '../output/json_or';

interface ExtendOptions {
  readonly json?: boolean;
  readonly measurements?: string;
  readonly phoneMinutes?: string;
  readonly wallMinutes?: string;
}

export function registerExtend(search: Command, terminal: Terminal): void {
  search
    .command('extend <id>')
    .description('add to the budget of each target; a finished search goes on')
    .option('--measurements <n>', 'this many measurements more')
    .option('--phone-minutes <m>', 'this much more time of devices')
    .option('--wall-minutes <w>', 'this much more time of running')
    .option('--json', 'machine-readable output')
    .action(async (searchId: string, options: ExtendOptions, command: Command) => {
      const additions = readAdditions(options);
      const extended = await withFarm(command, (farm) =>
        farm.extendSearch({ searchId, extensionId: randomUUID(), ...additions }),
      );
      const lines = extended.targets.map(
        (target) => `${target.target}  ${describeBudget(target, extended.wallMinutes)}`,
      );
      terminal.print(
        jsonOr(options, extended, () =>
          [`search ${searchId} ${extended.state}`, ...lines].join('\n'),
        ),
      );
    });
}

function readAdditions(options: ExtendOptions): {
  measurements: number;
  phoneMinutes: number;
  wallMinutes: number;
} {
  const additions = {
    measurements: readAddition(
      '--measurements',
      options.measurements,
      wholeOf,
      'a whole number above 0',
    ),
    phoneMinutes: readAddition(
      '--phone-minutes',
      options.phoneMinutes,
      decimalOf,
      'a number above 0',
    ),
    wallMinutes: readAddition('--wall-minutes', options.wallMinutes, decimalOf, 'a number above 0'),
  };
  if (Object.values(additions).every((value) => value === 0))
    throw new BadInputError(
      'nothing to extend; give at least one of --measurements N, --phone-minutes M, --wall-minutes W',
    );
  return additions;
}

/** 0 when the option is not given. */
function readAddition(
  option: string,
  text: string | undefined,
  read: (text: string) => number,
  expected: string,
): number {
  if (text === undefined) return 0;
  const value = read(text);
  if (!(value > 0 && value <= largestAddition))
    throw new BadInputError(
      `${option} ${shown(text)}: expected ${expected}, at most ${largestAddition}`,
    );
  return value;
}

/** As the coordinator allows. */
const largestAddition = 1e6;
