import { BadInputError } from '../../common/bad_input';
import { createRandom } from '../../common/random';
import { drawChoices, listNetworks, sampleArchitecture } from '../../model/space/genotype';
import type { CostedSpace } from '../../model/space/space';
import {
  atLeastAsAccurate,
  boundsAtLeastAsAccurate,
  mostAccurate,
} from '../../search/accuracy/accuracy_limits';
import type { AccuracySource } from '../../search/accuracy/accuracy_source';

/** What every source of accuracies must do, and what follows from it for a space that can be listed: `create` makes both. */
export function accuracySourceContract(
  create: () => { readonly source: AccuracySource; readonly space: CostedSpace },
): void {
  const { source, space } = create();
  const names = listNetworks(space) ?? [];
  const percents = new Map(names.map((name) => [name, source.accuracyOf(name).percent]));
  const sorted = [...percents.values()].sort((a, b) => a - b);
  /** From what all keep to what none does. */
  const limits = [0, 0.3, 0.9, 1].map((share) => sorted[Math.floor(share * (sorted.length - 1))]!);

  it('says what its accuracies are, and which version it is', () => {
    expect(source.statement.length).toBeGreaterThan(0);
    expect(Number.isInteger(source.version) && source.version >= 1).toBe(true);
  });

  it('gives each network a percentage, always the same, and no deviation below zero', () => {
    for (const name of names) {
      const { percent, standardDeviationPercent = 0 } = source.accuracyOf(name);
      expect(percent >= 0 && percent <= 100).toBe(true);
      expect(standardDeviationPercent).toBeGreaterThanOrEqual(0);
      expect(source.accuracyOf(name).percent).toBe(percent);
    }
  });

  it('refuses what is no architecture', () => {
    for (const text of ['', 'no network', '+', '999999'])
      expect(() => source.accuracyOf(text)).toThrow(BadInputError);
  });

  it('adds up to the accuracy, where it is a sum over parts', () => {
    const parts = space.parts?.();
    if (source.sums === undefined || parts === undefined) return;
    const added = source.sums.addedBy(parts);
    const random = createRandom('sums');
    for (let draw = 0; draw < 200; draw += 1) {
      const chosen = parts.map((options) => random.below(options.length));
      const name = space.architectureOf(parts.flatMap((options, part) => options[chosen[part]!]!));
      if (name === undefined) continue;
      const sum = chosen.reduce(
        (total, option, part) => total + added[part]![option]!,
        source.sums.basePercent,
      );
      expect(sum).toBeCloseTo(source.accuracyOf(name).percent, 9);
    }
  });

  it('lets the most accurate network be told', () => {
    const best = mostAccurate(space, source)!;
    expect(best.accuracyPercent).toBe(sorted.at(-1));
    expect(percents.get(best.architecture)).toBe(best.accuracyPercent);
  });

  it('admits what is accurate enough, and nothing else', () => {
    for (const limit of limits) {
      const admitted = listNetworks(atLeastAsAccurate(space, source, limit))!;
      expect([...admitted].sort()).toEqual(
        names.filter((name) => percents.get(name)! >= limit).sort(),
      );
    }
    expect(listNetworks(atLeastAsAccurate(space, source, 101))).toEqual([]);
  });

  it('lets the few that are accurate enough be drawn, where it is a sum', () => {
    const random = createRandom('few');
    for (const limit of limits.slice(1)) {
      const admitted = atLeastAsAccurate(space, source, limit);
      if (source.sums === undefined || space.parts === undefined) continue;
      for (let draw = 0; draw < 20; draw += 1)
        expect(percents.get(sampleArchitecture(admitted, random))).toBeGreaterThanOrEqual(limit);
    }
  });

  it('bounds the costs of what is accurate enough, tighter the more is asked', () => {
    const bounds = limits.map((limit) => boundsAtLeastAsAccurate(space, source, limit));
    bounds.forEach((bound, index) => {
      const accurate = names.filter((name) => percents.get(name)! >= limits[index]!);
      const exact = space.costBounds(accurate);
      for (const field of ['macs', 'parameters', 'modelBytes', 'peakActivationBytes'] as const) {
        expect(bound[field]).toBeLessThanOrEqual(exact[field]);
        expect(bound[field]).toBeGreaterThanOrEqual(bounds[Math.max(0, index - 1)]![field]);
      }
      // Costs that add up are known exactly.
      expect([bound.macs, bound.parameters]).toEqual([exact.macs, exact.parameters]);
    });
  });

  it('knows one network by one accuracy, however it is written', () => {
    const random = createRandom('spelling');
    for (let draw = 0; draw < 200; draw += 1) {
      const name = space.architectureOf(drawChoices(space.choices, random));
      if (name !== undefined) expect(percents.has(name)).toBe(true);
    }
  });
}
