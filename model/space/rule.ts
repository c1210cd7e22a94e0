import type { Target } from '../../common/target';
import type { Dimension } from './dimension';
import type { Value } from './space';
import type { RuleDocument } from './space_document';

/** What rules look at: the block, counted from 0, and its value of each dimension. */
interface Setting {
  readonly block: number;
  readonly valueOf: (dimension: string) => Value | undefined;
}

/** Whether a rule forbids a setting everywhere (`target` undefined) or on the target. */
export function forbids(
  rule: RuleDocument,
  { block, valueOf }: Setting,
  target: Target | undefined,
): boolean {
  if (!holdsOn(rule, target) || rule.blocks?.includes(block + 1) === false) return false;
  return Object.entries(rule.forbid).every(([dimension, values]) => {
    const value = valueOf(dimension);
    return values === undefined || (value !== undefined && values.includes(value));
  });
}

/** Whether a rule speaks of the target; undefined stands for everywhere. */
export function holdsOn({ targets }: RuleDocument, target: Target | undefined): boolean {
  if (targets === undefined) return true;
  if (target === undefined) return false;
  return [
    [targets.runtime, target.runtime],
    [targets.unit, target.unit],
    [targets.precision, target.precision],
  ].every(
    ([listed, actual]) =>
      listed === undefined || typeof actual !== 'string' || listed.includes(actual),
  );
}

/** `kernel 7 with depth 3 or 4 (blocks 1, 2) on npu int8: reason` */
export function describeRule({ forbid, blocks, targets, because }: RuleDocument): string {
  const combination = Object.entries(forbid)
    .flatMap(([dimension, values]) =>
      values === undefined ? [] : [`${dimension} ${values.join(' or ')}`],
    )
    .join(' with ');
  const where = blocks === undefined ? '' : ` (block ${blocks.join(', ')})`;
  const on =
    targets === undefined
      ? ''
      : ` on ${[targets.runtime, targets.unit, targets.precision].flatMap((values) => (values === undefined ? [] : [values.join(' or ')])).join(' ')}`;
  return `${combination}${where}${on}${because === undefined ? '' : `: ${because}`}`;
}

export function settingOf(
  block: number,
  dimensions: readonly Dimension[],
  digits: readonly number[],
): Setting {
  return {
    block,
    valueOf: (name) => {
      const index = dimensions.findIndex((dimension) => dimension.name === name);
      return dimensions[index]?.values[digits[index] ?? -1];
    },
  };
}
