import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseDeviceSpeeds, type DeviceSpeeds } from '../../search/simulate/device_speeds';
import { parseStrategy, type NamedStrategy } from '../../search/simulate/strategy_option';
import { numberFrom, wholeNumberFrom } from '../input/number_option';

/** What is asked of `farm search simulate`. */
export interface SimulateOptions {
  readonly table: string;
  readonly space?: string;
  readonly strategies: readonly NamedStrategy[];
  readonly budget: number;
  readonly seeds: number;
  readonly firstSeed: number;
  readonly target?: readonly string[];
  readonly teacher?: string;
  readonly teacherMeasurements: number;
  readonly devices: DeviceSpeeds;
  readonly noise: number;
  readonly proposalMs: number;
  readonly stopAt?: number;
  readonly output?: string;
  readonly json?: boolean;
}

const oneDevice: DeviceSpeeds = { kind: 'listed', speeds: [1] };

/** All options of the command. */
export function addSimulateOptions(command: Command): Command {
  return addConditions(addTable(command))
    .option(
      '-o, --output <dir>',
      'write runs.csv, hypervolume.csv and <target>.svg into a new folder',
    )
    .option('--json', 'machine-readable output');
}

/** What is searched, by what, how often. */
function addTable(command: Command): Command {
  return command
    .requiredOption(
      '--table <file.csv>',
      'recorded measurements, a line for each network; may be gzipped',
    )
    .option(
      '--space <space>',
      'read the architectures as those of this space, and take their cost from it',
    )
    .addOption(
      new Option(
        '--strategies <list>',
        'by commas: random, nsga2, nsga2-async, surrogate; with options as in nsga2:populationSize=50',
      )
        .argParser(parseStrategies)
        .default([parseStrategy('surrogate')], 'surrogate'),
    )
    .requiredOption(
      '--budget <n>',
      'measurements of each run',
      wholeNumberFrom({ min: 1, max: 1_000_000 }),
    )
    .option(
      '--seeds <k>',
      'runs of each strategy on each target',
      wholeNumberFrom({ min: 1, max: 1_000 }),
      5,
    )
    .option(
      '--first-seed <n>',
      'of the runs, which count on from it',
      wholeNumberFrom({ min: 0, max: 1_000_000_000 }),
      1,
    )
    .option(
      '--teacher <target>',
      'let the surrogate search this target first, and learn from it for the others',
    )
    .option(
      '--teacher-measurements <n>',
      'measurements of that search',
      wholeNumberFrom({ min: 1, max: 10_000 }),
      50,
    );
}

/** Under which conditions. */
function addConditions(command: Command): Command {
  return command
    .option('--target <list>', 'only these targets of the table, by commas', (text: string) =>
      text.split(','),
    )
    .addOption(
      new Option(
        '--devices <speeds>',
        'speeds such as 1,1,0.5, or a log-normal draw such as 32:lognormal:0.4',
      )
        .argParser(parseDeviceSpeeds)
        .default(oneDevice, 'one device of speed 1'),
    )
    .option(
      '--noise <share>',
      'relative standard deviation of a measured latency, for example 0.03',
      numberFrom({ min: 0, max: 1 }),
      0,
    )
    .option(
      '--proposal-ms <ms>',
      'simulated time that a proposal takes, one after the other',
      numberFrom({ min: 0, max: 3_600_000 }),
      0,
    )
    .option(
      '--stop-at <percent>',
      'end a run once it has this much of the true hypervolume',
      numberFrom({ min: 1, max: 100 }),
    );
}

function parseStrategies(text: string): readonly NamedStrategy[] {
  const names = text.split(',');
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined)
    throw new InvalidArgumentError(`"${repeated}" is listed twice; remove one`);
  return names.map(parseStrategy);
}
