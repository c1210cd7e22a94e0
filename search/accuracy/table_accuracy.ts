import type { Position } from '../../model/space/space';
import type { AccuracySource } from './accuracy_source';

/** Accuracies that were measured for every network that is made of certain options. */
export interface AccuracyTable {
  /** What its accuracies are, in a few words. */
  readonly statement: string;
  /** What the table speaks of, in the order of its rows' choices. */
  readonly positions: readonly Position[];
  percentOf(architecture: string): number;
}

/** What is looked up is kept. */
export function createTableAccuracy(table: AccuracyTable): AccuracySource {
  const known = new Map<string, number>();
  return {
    version: 1,
    statement: table.statement,
    accuracyOf: (architecture) => {
      const percent = known.get(architecture) ?? table.percentOf(architecture);
      known.set(architecture, percent);
      return { percent };
    },
  };
}

/** The first thing of the space that the table does not speak of: a position, or an option of one. Undefined when it speaks of all. */
export function notInTable(
  table: Pick<AccuracyTable, 'positions'>,
  positions: readonly Position[],
): string | undefined {
  for (const [index, { name, values }] of positions.entries()) {
    const known = table.positions[index];
    if (known?.name !== name) return `position ${name}`;
    const stranger = values.find((value) => !known.values.includes(value));
    if (stranger !== undefined) return `option ${String(stranger)} of ${name}`;
  }
  const missing = table.positions[positions.length];
  return missing && `a space without position ${missing.name}`;
}
