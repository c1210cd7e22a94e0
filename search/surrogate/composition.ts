/** What a network is believed to cost, and its error. */
export interface Price {
  readonly cost: number;
  readonly error: number;
}

/** Part by part, an option of each that was priced, and what the network changes by them. */
interface Combination extends Price {
  readonly chosen: readonly Genotype[];
}

/** Options of a part that are worth another look from another base: this many times those that nothing beats are left out and looked at again. */
const layersKept = 3;
/** Combinations of the first parts that are carried on to the next: of neighbours one stays. */
const mostCarried = 300;

interface Composed {
  readonly genotypes: readonly Genotype[];
  /** Without the options that much else beats. */
  readonly parts: readonly (readonly Genotype[])[];
}

/**
 * The networks that cost least for their error if what each option of each part changes in `base` added up over parts: of two objectives that are sums this finds the
 * front, its ends exactly, however many networks there are. `price` is undefined for what is not admitted. At most `most`, evenly along that front, the ends among them.
 */
export function compose(
  base: readonly Genotype[],
  parts: readonly (readonly Genotype[])[],
  price: (genotype: Genotype) => Price | undefined,
  most: number,
): Composed {
  const whole = price(base.flat());
  if (whole === undefined) return { genotypes: [], parts };
  const kept: (readonly Genotype[])[] = [];
  let front: readonly Combination[] = [{ chosen: [], cost: 0, error: 0 }];
  parts.forEach((options, place) => {
    const changes = options.flatMap((option): Combination[] => {
      const priced = price(base.flatMap((other, index) => (index === place ? option : other)));
      return priced === undefined
        ? []
        : [{ chosen: [option], cost: priced.cost - whole.cost, error: priced.error - whole.error }];
    });
    const useful = nondominated(changes);
    kept.push(layers(changes).map(({ chosen: [option = []] }) => option));
    front = evenly(
      nondominated(
        front.flatMap((first) =>
          useful.map((then) => ({
            chosen: [...first.chosen, ...then.chosen],
            cost: first.cost + then.cost,
            error: first.error + then.error,
          })),
        ),
      ),
      mostCarried,
    );
  });
  return { genotypes: evenly(front, most).map(({ chosen }) => chosen.flat()), parts: kept };
}

function layers(combinations: readonly Combination[]): readonly Combination[] {
  let rest = combinations;
  return Array.from({ length: layersKept }, () => {
    const layer = nondominated(rest);
    rest = rest.filter((each) => !layer.includes(each));
    return layer;
  }).flat();
}

/** By rising cost. */
function nondominated(combinations: readonly Combination[]): readonly Combination[] {
  let lowest = Infinity;
  return combinations
    .toSorted((a, b) => a.cost - b.cost || a.error - b.error)
    .filter(({ error }) => {
      const isLower = error < lowest - 1e-9;
      if (isLower) lowest = error;
      return isLower;
    });
}

function evenly<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  return Array.from(
    { length: most },
    (_, index) => items[Math.round((index * (items.length - 1)) / (most - 1))] as Item,
  );
}
import type { Genotype } from '../../model/space/space';
