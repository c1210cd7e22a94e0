import type { Target } from '../../common/target';
import { holdsOn } from './rule';
import type { ConvSpaceDocument, RuleDocument, TransformerSpaceDocument } from './space_document';

/** What a search leaves out of a space. */
export interface Restriction {
  /** Networks must be permitted on all of them. */
  readonly targets: readonly Target[];
  /** `kernel=7` in all blocks, `block2.kernel=7` in one. */
  readonly forbidden: readonly string[];
}

/** The document whose rules hold everywhere: those of the targets, and one for each forbidden option. */
export function restrictDocument<Document extends ConvSpaceDocument | TransformerSpaceDocument>(
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
  { rules }: ConvSpaceDocument | TransformerSpaceDocument,
  { targets, forbidden }: Restriction,
): boolean {
  return (
    forbidden.length === 0 &&
    !rules.some(
      (rule) => rule.targets !== undefined && targets.some((target) => holdsOn(rule, target)),
    )
  );
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
