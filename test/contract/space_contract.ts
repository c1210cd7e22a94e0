import { BadInputError } from '../../common/bad_input';
import { createRandom } from '../../common/random';
import { createTensorCache } from '../../model/block/tensor_cache';
import { filterSpace } from '../../model/space/filtered_space';
import {
  drawChoices,
  genotypeAt,
  genotypeCount,
  isEmptySpace,
  listNetworks,
  sampleArchitecture,
} from '../../model/space/genotype';
import type { NetworkSpace } from '../../model/space/network_space';
import type { Genotype, Space } from '../../model/space/space';

/** Of a space that is too large to cost each network: so many of them, spread evenly. */
const mostCosted = 120;
const draws = 20_000;

/** Every network of a small space with the genotypes that are it: the oracle of all that follows. */
function enumerate(space: Space): ReadonlyMap<string, readonly Genotype[]> {
  const networks = new Map<string, Genotype[]>();
  for (let index = 0; index < genotypeCount(space); index += 1) {
    const genotype = genotypeAt(space, index);
    const name = space.architectureOf(genotype);
    if (name === undefined) continue;
    const known = networks.get(name);
    if (known === undefined) networks.set(name, [genotype]);
    else known.push(genotype);
  }
  return networks;
}

/** What every space must do that strategies search. `create` makes one of at most some ten thousand genotypes. */
export function spaceContract(create: () => Space): void {
  const space = create();
  const networks = enumerate(space);
  const names = [...networks.keys()];

  it('has networks', () => {
    expect(names.length).toBeGreaterThan(1);
    expect(isEmptySpace(space)).toBe(false);
    expect(isEmptySpace(filterSpace(space, () => false))).toBe(true);
  });

  it('lists each of its networks once', () => {
    expect([...(listNetworks(space) ?? [])].sort()).toEqual([...names].sort());
  });

  it('reads its own names back, and names are canonical', () => {
    for (const name of names) {
      const genotype = space.genotypeOf(name);
      expect(genotype).toHaveLength(space.choices.length);
      expect(space.architectureOf(genotype)).toBe(name);
    }
  });

  it('refuses a string that is none of its architectures', () => {
    for (const text of ['', 'none of it', `${names[0] ?? ''}+x`, '\u0000', '🐟'.repeat(900)])
      expect(() => space.genotypeOf(text)).toThrow(BadInputError);
  });

  it('describes each network by as many finite numbers', () => {
    const { length } = space.featuresOf(names[0] ?? '');
    for (const name of names.slice(0, 500)) {
      expect(space.featuresOf(name)).toHaveLength(length);
      expect([...space.featuresOf(name)].every(Number.isFinite)).toBe(true);
    }
  });

  it('draws each genotype that is a network as often as the others', () => {
    const random = createRandom('uniform');
    const drawn = new Map(names.map((name) => [name, 0]));
    for (let draw = 0; draw < draws; draw += 1) {
      const name = sampleArchitecture(space, random);
      drawn.set(name, (drawn.get(name) ?? 0) + 1);
    }
    expect(drawn.size).toBe(names.length);
    // A table draws rows; others draw genotypes, of which several can be one network.
    const weights = names.map((name) =>
      space.names === undefined ? networks.get(name)!.length : 1,
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const chiSquare = names.reduce((sum, name, index) => {
      const expected = (draws * weights[index]!) / total;
      return sum + (drawn.get(name)! - expected) ** 2 / expected;
    }, 0);
    // Five standard deviations of a chi-square with one degree less than there are networks.
    expect(chiSquare).toBeLessThan(names.length + 5 * Math.sqrt(2 * names.length));
  });

  it('draws valid genotypes, equal ones from equal seeds', () => {
    const [one, other] = [createRandom('same'), createRandom('same')];
    for (let draw = 0; draw < 100; draw += 1) {
      const genotype = space.draw(one);
      expect(space.draw(other)).toEqual(genotype);
      expect(genotype).toHaveLength(space.choices.length);
      genotype.forEach((choice, position) => {
        expect(choice).toBeGreaterThanOrEqual(0);
        expect(choice).toBeLessThan(space.choices[position]!);
      });
    }
  });

  it('answers for any neighbour of a network: a network of the list, or none', () => {
    const random = createRandom('neighbours');
    for (let step = 0; step < 300; step += 1) {
      const genotype = [...space.genotypeOf(names[random.below(names.length)]!)];
      const position = random.below(space.choices.length);
      genotype[position] = random.below(space.choices[position]!);
      const name = space.architectureOf(genotype);
      if (name !== undefined) expect(networks.has(name)).toBe(true);
    }
  });

  it('makes each network of one option of each part, where it tells parts', () => {
    const parts = space.parts?.();
    if (parts === undefined) return;
    const combined = parts.reduce<readonly Genotype[]>(
      (sofar, options) => sofar.flatMap((first) => options.map((next) => [...first, ...next])),
      [[]],
    );
    const made = combined.flatMap((genotype) => space.architectureOf(genotype) ?? []);
    expect(made.sort()).toEqual([...names].sort());
  });

  it('leaves out of a filtered space what does not pass, and nothing else', () => {
    const isAdmitted = (name: string): boolean => name.length % 2 === 0;
    const admitted = [...enumerate(filterSpace(space, isAdmitted)).keys()];
    expect(admitted).toEqual(names.filter(isAdmitted));
  });
}

/** What every space must do whose networks can be built. */
export function networkSpaceContract(create: () => NetworkSpace): void {
  const space = create();
  const names = [...enumerate(space).keys()];
  const step = Math.max(1, Math.floor(names.length / mostCosted));
  const costed = names.filter((_, index) => index % step === 0);
  const costs = costed.map((name) => space.costOf(name));

  it('has a choice for each value of each position, and names none twice', () => {
    expect(space.choices).toEqual(space.positions.map(({ values }) => values.length));
    expect(new Set(space.positions.map(({ name }) => name)).size).toBe(space.positions.length);
  });

  it('canonicalizes idempotently, and hashes equal networks alike and others apart', () => {
    const hashes = new Map<string, string>();
    for (const name of names) {
      expect(space.canonical(name)).toBe(name);
      const hash = space.hashOf(name);
      expect(hash).toMatch(/^[0-9a-f]{64}$/);
      expect(hashes.get(hash)).toBeUndefined();
      hashes.set(hash, name);
    }
    const random = createRandom('any genotype');
    for (let draw = 0; draw < 300; draw += 1) {
      const name = space.architectureOf(drawChoices(space.choices, random));
      if (name !== undefined) expect(hashes.get(space.hashOf(name))).toBe(name);
    }
  });

  it('counts what a count of all genotypes counts', () => {
    const { options, networks } = space.summarize();
    const genotypes = [...enumerate(space).values()].reduce((sum, each) => sum + each.length, 0);
    expect([options, networks]).toEqual([BigInt(genotypes), BigInt(names.length)]);
  });

  it('bounds the costs of all its networks, and meets those that add up', () => {
    const bounds = space.costBounds();
    const { least, most } = space.summarize();
    for (const { macs, parameters, weightBytes, peakActivationBytes } of costs) {
      expect(macs).toBeGreaterThanOrEqual(bounds.macs);
      expect(parameters).toBeGreaterThanOrEqual(bounds.parameters);
      expect(Math.ceil(weightBytes / 4)).toBeGreaterThanOrEqual(bounds.modelBytes);
      expect(Math.ceil(peakActivationBytes / 4)).toBeGreaterThanOrEqual(bounds.peakActivationBytes);
      expect([macs <= most.macs, parameters <= most.parameters]).toEqual([true, true]);
    }
    expect([bounds.macs, bounds.parameters]).toEqual([least.macs, least.parameters]);
    if (step === 1) {
      expect(bounds.macs).toBe(Math.min(...costs.map(({ macs }) => macs)));
      expect(bounds.parameters).toBe(Math.min(...costs.map(({ parameters }) => parameters)));
      expect(most.macs).toBe(Math.max(...costs.map(({ macs }) => macs)));
    }
  });

  it('bounds some of its networks by the least of them', () => {
    for (const [from, to] of [
      [0, 3],
      [2, 9],
      [costed.length - 4, costed.length],
    ]) {
      const some = costed.slice(from, to);
      const bounds = space.costBounds(some);
      for (const field of ['macs', 'parameters'] as const)
        expect(bounds[field]).toBe(Math.min(...some.map((name) => space.costOf(name)[field])));
    }
  });

  it('adds up the costs of parts, where it tells parts', () => {
    const parts = space.parts?.();
    const added = space.partCosts?.();
    expect(parts === undefined).toBe(added === undefined);
    if (parts === undefined || added === undefined) return;
    const random = createRandom('one of each');
    for (let draw = 0; draw < 50; draw += 1) {
      const chosen = parts.map((options) => random.below(options.length));
      const name = space.architectureOf(parts.flatMap((options, part) => options[chosen[part]!]!));
      if (name === undefined) continue;
      const { macs, parameters, weightBytes } = space.costOf(name);
      const sum = (field: 'macs' | 'parameters' | 'modelBytes'): number =>
        chosen.reduce(
          (total, option, part) => total + added.parts[part]![option]![field],
          added.shared[field],
        );
      expect([sum('macs'), sum('parameters')]).toEqual([macs, parameters]);
      expect(sum('modelBytes')).toBeCloseTo(weightBytes / 4, 6);
    }
  });

  it('leaves out networks with what is forbidden, and nothing else, under the same names', () => {
    for (const forbidden of forbiddenSamples(space)) {
      const left = enumerate(space.within({ targets: [], forbidden }));
      expect([...left.keys()].sort()).toEqual(
        names
          .filter((name) => !space.optionsOf(name).some((option) => forbidden.includes(option)))
          .sort(),
      );
    }
  });

  it('restricts a restricted space as both at once do', () => {
    const [one = [], other = []] = forbiddenSamples(space);
    const twice = space
      .within({ targets: [], forbidden: one })
      .within({ targets: [], forbidden: other });
    const atOnce = space.within({ targets: [], forbidden: [...one, ...other] });
    expect([...enumerate(twice).keys()]).toEqual([...enumerate(atOnce).keys()]);
    expect(twice.summarize()).toEqual(atOnce.summarize());
    expect(twice.costBounds()).toEqual(atOnce.costBounds());
  });

  it('knows the options that its networks have among those that can be forbidden', () => {
    for (const name of costed)
      for (const option of space.optionsOf(name)) expect(space.forbiddable).toContain(option);
  });

  it('builds what it says, the same from the same seed', () => {
    const [name = ''] = costed;
    const drawn = { seed: 1, cache: createTensorCache(0) };
    const [one, again] = [space.build(name, drawn), space.build(name, drawn)];
    expect(one.nodes).toHaveLength(space.costOf(name).operators);
    expect(again).toEqual(one);
  });
}

/** Two options that can be forbidden together, the first and the last that leave something and take something. */
function forbiddenSamples(space: NetworkSpace): readonly (readonly string[])[] {
  const all = leftWithout(space, []);
  const takes = (forbidden: readonly string[]): boolean => {
    const left = leftWithout(space, forbidden);
    return left > 1 && left < all;
  };
  const first = space.forbiddable.filter((option) => takes([option])).slice(0, 1);
  const last = space.forbiddable.filter((option) => takes([...first, option])).slice(-1);
  return [first, last];
}

/** Networks that are left; 0 where the restriction is refused. */
function leftWithout(space: NetworkSpace, forbidden: readonly string[]): number {
  try {
    return Number(space.within({ targets: [], forbidden }).summarize().networks);
  } catch (error) {
    if (error instanceof BadInputError) return 0;
    throw error;
  }
}
