import { z } from 'zod';
import { BadInputError } from '../../common/bad_input';
import { defaultPlan, planLimits } from '../../common/job';
import { mapping, positive, whole } from '../../common/field';
import { ownValue } from '../../common/own_value';
import { formatTarget, type Target } from '../../common/target';
import { toTarget } from '../../common/target_field';
import { parseYaml } from '../../platform/config/yaml';
import { spaceReferenceSchema } from '../../model/space/space_reference';
import type { Budget } from './budget';
import type { FleetAim } from './fleet_aim';
import { accuracySchema } from './accuracy_field';
import { constraintsSchema } from './constraints_field';
import { frontSchema } from './front_field';
import { seedSchema, strategySchema } from './strategy_field';

const searchName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
/** Enough for any shelf; a larger list is a mistake. */
const mostTargets = 64;

/** Limits on what a search may propose or put on its front; undefined = none. */
export type Constraints = z.infer<typeof constraintsSchema>;

const limits = {
  measurements: whole(1, 1_000_000).optional(),
  phoneMinutes: positive(1e6).optional(),
  wallMinutes: positive(1e6).optional(),
};
const isLimited = ({ measurements, phoneMinutes, wallMinutes }: Budget): boolean =>
  [measurements, phoneMinutes, wallMinutes].some((limit) => limit !== undefined);
const unlimited = 'expected at least one of measurements, phoneMinutes, wallMinutes';
const targetBudgetSchema = mapping(limits).refine(isLimited, unlimited);
const budgetSchema = mapping({
  ...limits,
  shared: z.boolean('expected true or false').default(false),
}).refine(isLimited, unlimited);

const concurrencySchema = whole(1, 1_000);

const targetSchema = z.preprocess(
  (value) => (typeof value === 'string' ? { target: value } : value),
  mapping({
    target: z
      .string('expected <pool>/<runtime>/<unit>/<precision>, for example host/onnxruntime/cpu/int8')
      .transform(toTarget),
    constraints: constraintsSchema.optional(),
    budget: targetBudgetSchema.optional(),
    concurrency: concurrencySchema.optional(),
  }),
);

/** Each is a model to fit; what more of them would add is little. */
const mostTeachers = 16;

const teacherSchema = z.preprocess(
  (value) => (typeof value === 'string' ? { search: value } : value),
  mapping({
    search: z
      .string('expected the id of a search')
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/,
        'expected the id of a search (see: farm search list)',
      ),
    measured: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  }),
);

const planSchema = mapping({
  sessions: planField('sessions'),
  runs: planField('runs'),
  warmupRuns: planField('warmupRuns'),
  threads: planField('threads'),
  sessionDeadlineMs: planField('sessionDeadlineMs'),
});

const documentSchema = mapping({
  name: z
    .string('expected a name')
    .regex(searchName, 'expected 1 to 63 letters, digits, ".", "_" or "-"'),
  space: spaceReferenceSchema,
  strategy: strategySchema.prefault({ kind: 'surrogate' }),
  targets: z
    .array(targetSchema, 'expected a list of targets, for example [host/onnxruntime/cpu/int8]')
    .min(1, 'expected at least one target')
    .max(mostTargets, `expected at most ${mostTargets} targets`),
  front: frontSchema.prefault({ kind: 'each' }),
  accuracy: accuracySchema.optional(),
  constraints: constraintsSchema.prefault({}),
  budget: budgetSchema,
  plan: planSchema.prefault({}),
  confirm: mapping({ rounds: whole(0, 10).default(2) }).prefault({}),
  concurrency: concurrencySchema.optional(),
  priority: whole(-100, 100).default(0),
  weight: positive(1_000).default(1),
  teachers: z
    .array(teacherSchema, 'expected a list of searches, for example [cells-1a2b3c4d]')
    .max(mostTeachers, `expected at most ${mostTeachers} searches`)
    .default([]),
  fresh: z.boolean('expected true or false').default(false),
  model: mapping({ cellsPerStage: whole(1, 20).optional(), seed: seedSchema }).prefault({}),
});

type SpecDocument = z.infer<typeof documentSchema>;

export interface TargetSpec {
  readonly target: Target;
  /** `formatTarget(target)`. */
  readonly name: string;
  /** The target's own over those of the whole search. */
  readonly constraints: Constraints;
  /** The target's own, or that of the whole search. */
  readonly budget: Budget;
  /** Candidates on their way at once; undefined = as many as keep the target's devices busy. */
  readonly concurrency: number | undefined;
}

/** What a user asked to search for; docs/search.md explains the fields. */
export type SearchSpec = Readonly<
  Omit<SpecDocument, 'targets' | 'constraints' | 'budget' | 'concurrency'>
> & {
  readonly targets: readonly TargetSpec[];
  /** Each target's budget is what all may spend together. */
  readonly isBudgetShared: boolean;
};

/** Reads a search's YAML; `source` names it in errors. @throws BadInputError that names the field and the remedy. */
export function parseSearchSpec(yamlText: string, source: string): SearchSpec {
  const { targets, constraints, budget, concurrency, ...rest } = parseYaml(
    yamlText,
    documentSchema,
    source,
  );
  const { shared: isBudgetShared, ...limitsOfAll } = budget;
  const names = new Set<string>();
  const resolved = targets.map((entry, index): TargetSpec => {
    const name = formatTarget(entry.target);
    const ownBudget =
      isBudgetShared && entry.budget !== undefined
        ? 'has a budget of its own, and the budget of the search is shared; remove one of them'
        : undefined;
    const problem =
      ownBudget ??
      unsupported(entry.target) ??
      withoutNpu(entry.target, { own: entry.constraints, ofAll: constraints }) ??
      (names.has(name) ? 'is listed twice; remove one' : undefined);
    if (problem !== undefined)
      throw new BadInputError(`${source}: field targets.${index}: ${name} ${problem}`);
    names.add(name);
    return {
      target: entry.target,
      name,
      constraints: { ...constraints, ...entry.constraints },
      budget: entry.budget ?? limitsOfAll,
      concurrency: entry.concurrency ?? concurrency,
    };
  });
  requireFleet(rest, resolved, { source, isBudgetShared });
  return { ...rest, targets: resolved, isBudgetShared };
}

/** A front over several targets needs several, each measuring the same. */
function requireFleet(
  { front, strategy }: Pick<SpecDocument, 'front' | 'strategy'>,
  targets: readonly TargetSpec[],
  { source, isBudgetShared }: { readonly source: string; readonly isBudgetShared: boolean },
): void {
  if (front.kind === 'each') return;
  const names = targets.map(({ name }) => name);
  const stranger =
    front.kind === 'weighted'
      ? Object.keys(front.weights).find((name) => !names.includes(name))
      : undefined;
  if (stranger !== undefined)
    throw new BadInputError(
      `${source}: field front.weights: ${stranger} is no target of the search; its targets are ${names.join(', ')}`,
    );
  if (targets.length < 2)
    throw new BadInputError(
      `${source}: field front: ${front.kind} is over several targets, and the search has one; add targets, or remove it`,
    );
  if (strategy.kind === 'external')
    throw new BadInputError(
      `${source}: field front: an outside searcher proposes for each target by itself; remove it`,
    );
  if (isBudgetShared)
    throw new BadInputError(
      `${source}: field front: with ${front.kind} every target measures the same networks, so there is no budget to share; remove shared`,
    );
}

/** What the search minimises over all its targets; undefined where each has its own front. */
export function fleetAimOf({ front, targets }: SearchSpec): FleetAim | undefined {
  if (front.kind === 'each') return undefined;
  return front.kind === 'weighted'
    ? { kind: 'weighted', weights: targets.map(({ name }) => ownValue(front.weights, name) ?? 1) }
    : { kind: front.kind };
}

/** What is asked of the whole search is asked of each of its targets. */
function withoutNpu(
  { unit }: Target,
  { own, ofAll }: { readonly own: Constraints | undefined; readonly ofAll: Constraints },
): string | undefined {
  if (unit === 'npu' || (own?.npuShareMin ?? ofAll.npuShareMin) === undefined) return undefined;
  if (own?.npuShareMin !== undefined)
    return 'runs nothing on an NPU; remove its constraint npuShareMin';
  return 'runs nothing on an NPU; remove npuShareMin from constraints, and give it to the targets that have one: { target, constraints: { npuShareMin } }';
}

function unsupported({ precision }: Target): string | undefined {
  return precision === 'int8' || precision === 'w8a16'
    ? undefined
    : `is ${precision}, and a search builds quantized models; choose a target with precision int8 or w8a16`;
}

function planField(field: keyof typeof planLimits): z.ZodDefault<z.ZodNumber> {
  return whole(planLimits[field].min, planLimits[field].max).default(defaultPlan[field]);
}
