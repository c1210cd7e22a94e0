import { BadInputError } from '../../common/bad_input';
import type { SimulationConditions } from '../../search/simulate/run';
import type { RecordedTable } from '../../search/simulate/table';
import type { SimulateOptions } from './simulate_options';

/** Each is kept as a number or two until the end. */
const mostMeasurements = 50_000_000;

/** The targets that are searched, in the table's order. @throws BadInputError for one that the table has not */
export function chosenTargets(
  table: RecordedTable,
  { target: asked, teacher }: SimulateOptions,
): readonly string[] {
  const named = [
    ...(asked ?? []).map((name) => ({ option: '--target', name })),
    ...(teacher === undefined ? [] : [{ option: '--teacher', name: teacher }]),
  ];
  for (const { option, name } of named) {
    if (!table.targets.includes(name))
      throw new BadInputError(
        `${option} ${name.slice(0, 80)}: not in the table; its targets are ${table.targets.join(', ')}`,
      );
  }
  const targets = table.targets.filter(
    (name) => name !== teacher && (asked === undefined || asked.includes(name)),
  );
  if (targets.length === 0)
    throw new BadInputError(
      `--teacher ${teacher ?? ''}: no other target is left to be taught; name one with --target`,
    );
  return targets;
}

/** @throws BadInputError when there would be more measurements than memory holds */
export function refuseTooMuch(
  { strategies, seeds, budget }: SimulateOptions,
  targets: number,
  networks: number,
): void {
  const measurements = targets * strategies.length * seeds * Math.min(budget, networks);
  if (measurements > mostMeasurements)
    throw new BadInputError(
      `${measurements} measurements in all; expected at most ${mostMeasurements}: lower --budget or --seeds, or choose fewer targets with --target`,
    );
}

/** Equal for all runs. */
export function conditionsOf(
  { budget, noise, devices, proposalMs, stopAt, teacher, teacherMeasurements }: SimulateOptions,
  { targets }: RecordedTable,
): SimulationConditions {
  const taught =
    teacher === undefined
      ? {}
      : { teacher: { target: targets.indexOf(teacher), measurements: teacherMeasurements } };
  return {
    budget,
    noise,
    devices,
    proposalMs,
    stopAtShare: stopAt === undefined ? Infinity : stopAt / 100,
    ...taught,
  };
}
