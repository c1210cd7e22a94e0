import { BadInputError } from '../../common/bad_input';
import { decimalOf } from '../../common/decimal';
import type { OwnStrategySpec } from '../strategies/create_strategy';
import { strategySchema } from '../spec/strategy_field';

/** More are a mistake. */
const mostOptions = 20;

/** A strategy as the command line names it. */
export interface NamedStrategy {
  readonly name: string;
  /** With the options of a specification; its seed is that of the run. */
  withSeed(seed: number): OwnStrategySpec;
}

/** Reads `nsga2` or `nsga2:populationSize=50`: a strategy's kind, and fields that a specification would give it. @throws BadInputError */
export function parseStrategy(text: string): NamedStrategy {
  const [kind = '', ...options] = text.split(':', mostOptions);
  const fields = Object.fromEntries(options.map((option) => readOption(option, text)));
  const wrong = (problem: string): never => {
    throw new BadInputError(`strategy "${text.slice(0, 80)}": ${problem}`);
  };
  const withSeed = (seed: number): OwnStrategySpec => {
    const parsed = strategySchema.safeParse({ ...fields, kind, seed });
    if (parsed.success && parsed.data.kind !== 'external') return parsed.data;
    const issue = parsed.error?.issues[0];
    if (kind === 'external' || issue === undefined || issue.path[0] === 'kind')
      return wrong('expected surrogate, nsga2-async, nsga2 or random');
    return wrong([...issue.path.map(String), issue.message].join(': '));
  };
  withSeed(1);
  return { name: text, withSeed };
}

function readOption(option: string, text: string): readonly [string, unknown] {
  const match = /^([A-Za-z]\w{0,40})=(.{1,40})$/.exec(option);
  const [, field = '', value = ''] = match ?? [];
  if (match === null || field === 'seed' || field === 'kind')
    throw new BadInputError(
      `strategy "${text.slice(0, 80)}": "${option.slice(0, 40)}": expected an option of the strategy, for example nsga2:populationSize=50`,
    );
  return [field, Number.isNaN(decimalOf(value)) ? value : decimalOf(value)];
}
