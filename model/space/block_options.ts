import { createHash } from 'node:crypto';
import { assert } from '../../common/assert';
import { BadInputError } from '../../common/bad_input';
import type { BlockSpec } from '../../common/block_spec';
import type { Shape } from '../block/layer_shape';
import { costOfSegment, type LayerCost } from '../block/network_cost';
import { blockSegment, type Segment } from '../block/network_spec';
import { featuresOfSegment, type SegmentFeatures } from '../block/segment_features';
import type { BlockPlan } from './block_plan';
import { allDigits, combinationCount, formatChoice } from './dimension';
import { lazy } from './lazy';
import { forbids, settingOf } from './rule';
import type { RuleDocument } from './space_document';

/** One option of one block. */
export interface BlockOption {
  readonly digits: readonly number[];
  readonly text: string;
  readonly spec: BlockSpec;
  /** SHA-256 of its layers. */
  readonly key: string;
  readonly cost: () => LayerCost;
  readonly features: () => SegmentFeatures;
}

/** All options of one block of a space that no rule forbids everywhere. What is computed for an option is kept. */
export interface BlockOptions {
  readonly plan: BlockPlan;
  /** By digits; at least one. */
  readonly all: () => readonly BlockOption[];
  /** Undefined where a rule forbids it. */
  readonly at: (digits: readonly number[]) => BlockOption | undefined;
  /** The first option, by digits, with the same layers. */
  readonly canonical: (option: BlockOption) => BlockOption;
  readonly parse: (text: string) => BlockOption;
}

interface BlockPlace {
  /** Counted from 0. */
  readonly index: number;
  readonly input: Shape;
  readonly rules: readonly RuleDocument[];
  /** Names the space in errors. */
  readonly source: string;
}

/** Each becomes an object in memory. */
const mostOptions = 50_000;

/** @throws BadInputError for a block of too many options, or of none */
export function createBlockOptions(plan: BlockPlan, place: BlockPlace): BlockOptions {
  const byText = new Map(
    allowedDigits(plan, place).map((digits) => [formatDigits(plan, digits), digits]),
  );
  const made = new Map<string, BlockOption>();
  const make = (text: string, digits: readonly number[]): BlockOption => {
    const known = made.get(text) ?? createOption(plan.specOf(digits), { digits, text, place });
    made.set(text, known);
    return known;
  };
  const all = lazy(() => [...byText].map(([text, digits]) => make(text, digits)));
  const firstOfKey = lazy(() => {
    const first = new Map<string, BlockOption>();
    for (const option of all()) if (!first.has(option.key)) first.set(option.key, option);
    return first;
  });
  return {
    plan,
    all,
    at: (digits) => {
      const text = formatDigits(plan, digits);
      const allowed = byText.get(text);
      return allowed === undefined ? undefined : make(text, allowed);
    },
    canonical: (option) => {
      const first = firstOfKey().get(option.key);
      assert(first !== undefined, 'an option of the block has a first one of its kind');
      return first;
    },
    parse: (text) => make(text, byText.get(text) ?? refuse(plan, place.index, text)),
  };
}

function allowedDigits(
  plan: BlockPlan,
  { index, rules, source }: BlockPlace,
): readonly (readonly number[])[] {
  const count = combinationCount(plan.dimensions);
  if (count > mostOptions)
    throw new BadInputError(
      `${source}: field blocks.${index}.choices: ${count} combinations; at most ${mostOptions} are allowed`,
    );
  const allowed = [...allDigits(plan.dimensions)].filter(
    (digits) =>
      !rules.some((rule) => forbids(rule, settingOf(index, plan.dimensions, digits), undefined)),
  );
  if (allowed.length === 0)
    throw new BadInputError(
      `${source}: field rules: they forbid every option of block ${index + 1}; relax one`,
    );
  return allowed;
}

function createOption(
  spec: BlockSpec,
  {
    digits,
    text,
    place: { index, input },
  }: { readonly digits: readonly number[]; readonly text: string; readonly place: BlockPlace },
): BlockOption {
  const segment = blockSegment(spec, index);
  return {
    digits,
    text,
    spec,
    key: layersKey(segment),
    cost: lazy(() => costOfSegment(segment, input).cost),
    features: lazy(() => featuresOfSegment(segment, input)),
  };
}

/** Equal for segments that are the same network. */
export function layersKey({ layers }: Segment): string {
  return createHash('sha256').update(JSON.stringify(layers)).digest('hex');
}

function formatDigits(plan: BlockPlan, digits: readonly number[]): string {
  return plan.dimensions
    .map((dimension, position) =>
      formatChoice(dimension, dimension.values[digits[position] ?? -1] ?? ''),
    )
    .join('-');
}

/** Says what is wrong with a block's text. */
function refuse(plan: BlockPlan, index: number, text: string): never {
  const shown = text.slice(0, 80);
  const parts = text.split('-');
  const wanted = plan.dimensions.map((dimension) =>
    dimension.values.map((value) => formatChoice(dimension, value)),
  );
  const example = wanted.map((tokens) => tokens[0] ?? '').join('-');
  if (parts.length !== wanted.length)
    throw new BadInputError(
      `block ${index + 1} "${shown}": expected ${wanted.length} parts joined by "-", for example ${example}`,
    );
  const wrong = wanted.findIndex((tokens, position) => !tokens.includes(parts[position] ?? ''));
  if (wrong === -1)
    throw new BadInputError(
      `block ${index + 1} "${shown}": a rule of the space forbids this combination (see: farm space show)`,
    );
  throw new BadInputError(
    `block ${index + 1} "${shown}": ${plan.dimensions[wrong]?.name ?? ''} "${(parts[wrong] ?? '').slice(0, 40)}" is not one of ${(wanted[wrong] ?? []).join(', ')}`,
  );
}
