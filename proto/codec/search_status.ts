import { z } from 'zod';
import type { Result } from '../../common/result';
import type { Search as WireSearch } from '../generated/farm/v1/Search';
import { countField, listField, readField } from './field';
import { optionalField, present } from './optional';
import { wordCodec } from './word';

const searchState = wordCodec(['running', 'paused', 'stopped', 'finished']);
const pickKind = wordCodec(['fastest', 'knee', 'most-accurate']);

/** A farm's life of them. */
const mostSearches = 1_000_000;
/** More than a specification may name. */
const mostTargets = 1_000;
const numberField = z.number();
const amountField = z.number().nonnegative();

const pickSchema = z.object({
  kind: pickKind.field,
  architecture: z.string(),
  latencyMs: numberField,
  accuracy: numberField,
  virtual: z.boolean(),
});

const targetSchema = z.object({
  target: z.string(),
  budget: optionalField(countField),
  measured: countField,
  infeasible: countField,
  abandoned: countField,
  inFlight: countField,
  hypervolume: optionalField(numberField),
  frontHypervolume: numberField,
  frontSize: countField,
  reused: countField,
  phoneMinutes: amountField,
  budgetPhoneMinutes: optionalField(amountField),
  budgetWallMinutes: optionalField(amountField),
  devicesBusy: countField,
  devices: countField,
  secondsLeft: optionalField(amountField),
  picks: listField(pickSchema),
  spentMeasurements: countField,
  spentPhoneMinutes: amountField,
  confirming: countField,
  confirmed: countField,
  confirmMinutes: amountField,
  uncertain: countField,
  virtualMeasurements: countField,
});

const searchSchema = z.object({
  searchId: z.string().min(1),
  name: z.string(),
  state: searchState.field,
  space: z.string(),
  strategy: z.string(),
  seed: optionalField(countField),
  createdAtMs: countField,
  targets: listField(targetSchema, mostTargets),
  problem: optionalField(z.string()),
  wallMinutes: amountField,
  budgetShared: z.boolean(),
});

const listSchema = z.object({ searches: listField(searchSchema, mostSearches) });

/** How a search stands, as `farm search show` tells it; null is what is not known or not limited. proto/farm/v1/search.proto says what each field means. */
export type SearchStatus = Readonly<z.infer<typeof searchSchema>>;
export type TargetStatus = Readonly<SearchStatus['targets'][number]>;

export function searchToWire({ targets, ...search }: SearchStatus): WireSearch {
  return {
    ...present(search),
    state: searchState.toWire(search.state),
    targets: targets.map(({ picks, ...target }) => ({
      ...present(target),
      picks: picks.map((pick) => ({ ...pick, kind: pickKind.toWire(pick.kind) })),
    })),
  };
}

/** The error names the field that is wrong. */
export function searchFromWire(wire: unknown): Result<SearchStatus, string> {
  return readField(searchSchema, wire);
}

/** The error names the field that is wrong. */
export function searchListFromWire(
  wire: unknown,
): Result<{ readonly searches: readonly SearchStatus[] }, string> {
  return readField(listSchema, wire);
}
