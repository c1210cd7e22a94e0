import { drawChoices } from '../../model/space/genotype';
import type { Genotype } from '../../model/space/space';
import type { Random } from '../../common/random';

/** How an evolutionary search makes genomes; what they are is its own business. */
export interface Variation<Genome> {
  draw(random: Random): Genome;
  cross(first: Genome, second: Genome, random: Random): readonly [Genome, Genome];
  mutate(genome: Genome, random: Random): Genome;
}

/** Share of couples whose children mix both parents; the others' are copies before they mutate. NSGA-II's value. */
export const crossoverProbability = 0.9;

/** Genomes of choices: each position from either parent with equal chance; one position mutates on average. */
export function choiceVariation(choices: readonly number[]): Variation<Genotype> {
  return {
    draw: (random) => drawChoices(choices, random),
    cross: (first, second, random) => {
      if (random.next() >= crossoverProbability) return [first, second];
      const isSwapped = first.map(() => random.next() < 0.5);
      const mix = (a: Genotype, b: Genotype): Genotype =>
        a.map((choice, position) =>
          isSwapped[position] === true ? (b[position] ?? choice) : choice,
        );
      return [mix(first, second), mix(second, first)];
    },
    mutate: (genotype, random) =>
      genotype.map((choice, position) => {
        const count = choices[position] ?? 1;
        if (count < 2 || random.next() >= 1 / genotype.length) return choice;
        return (choice + 1 + random.below(count - 1)) % count;
      }),
  };
}
