import type { BlockSpaceDocument } from './blocks';
import type { Restriction } from './network_space';
import { holdsOn } from './rule';
import type { Value } from './space';
import type { RuleDocument } from './space_document';

/** The document whose rules hold everywhere: those of the targets, and one for each forbidden option. */
export function restrictDocument<Document extends BlockSpaceDocument>(
  document: Document,
  { targets, forbidden }: Restriction,
): Document {
  const rules = document.rules.map((rule): RuleDocument =>
    targets.some((target) => holdsOn(rule, target)) ? { ...rule, targets: undefined } : rule,
  );
  return { ...document, rules: [...rules, ...forbidden.map(ruleAgainst)] };
}

/** Whether the restriction changes nothing. */
export function isUnrestricted(
  { rules }: BlockSpaceDocument,
  { targets, forbidden }: Restriction,
): boolean {
  return (
    forbidden.length === 0 &&
    !rules.some(
      (rule) => rule.targets !== undefined && targets.some((target) => holdsOn(rule, target)),
    )
  );
}

/** The names of an option: that in any block, and that in its own. */
export function optionNames(position: string, value: Value): readonly [string, string] {
  const choice = String(value);
  return [`${position.slice(position.indexOf('.') + 1)}=${choice}`, `${position}=${choice}`];
}

function ruleAgainst(option: string): RuleDocument {
  const [position = '', text = ''] = option.split('=');
  const [dimension = '', block] = position.split('.').reverse();
  const value = Number.isNaN(Number(text)) ? text : Number(text);
  return {
    forbid: { [dimension]: [value] },
    blocks: block === undefined ? undefined : [Number(block.slice('block'.length))],
  };
}
