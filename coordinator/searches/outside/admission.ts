import type { Space } from '../../../model/space/space';
import { BadInputError } from '../../../common/bad_input';
import type { SearchSpec, TargetSpec } from '../../../search/spec/search_spec';
import { admittedSpace } from '../feasibility';
import type { SearchCatalog } from '../search_catalog';

/** Far more than the name of an architecture has. */
const longestArchitecture = 1_000;
/** Of an architecture, in an error. */
const shownCharacters = 120;

/** The architectures that an outside searcher may propose for one target: those that a strategy of ours may. */
export class Admission {
  readonly #space: Space;
  readonly #admitted: Space;
  readonly #refusal: (architecture: string) => string;

  constructor(spec: SearchSpec, { name, target, constraints }: TargetSpec, catalog: SearchCatalog) {
    this.#space = catalog.space(spec);
    this.#admitted = admittedSpace(spec, { targets: [target], constraints }, catalog);
    this.#refusal = (architecture) => {
      const { forbidden = [], accuracyPercentMin = 0 } = constraints;
      const option = catalog
        .space(spec)
        .optionsOf(architecture)
        .find((each) => forbidden.includes(each));
      if (option !== undefined) return `has ${option}, which the search forbids`;
      const accuracyPercent = catalog.accuracy(spec).accuracyOf(architecture).percent;
      return accuracyPercent < accuracyPercentMin
        ? `has ${accuracyPercent.toFixed(2)} % accuracy, and accuracyPercentMin is ${accuracyPercentMin}`
        : `is forbidden on ${name} by a rule of the space`;
    };
  }

  /** The canonical name of each. @throws BadInputError that names the first that may not be proposed, and why */
  canonical(architectures: readonly string[]): readonly string[] {
    return architectures.map((text, index) => {
      const shown = `field architectures.${index}: ${text.slice(0, shownCharacters)}`;
      if (text.length > longestArchitecture)
        throw new BadInputError(
          `${shown}… has ${text.length} characters; expected at most ${longestArchitecture}`,
        );
      const genotype = this.#genotype(text, index);
      const architecture = this.#space.architectureOf(genotype);
      if (architecture === undefined)
        throw new BadInputError(
          `${shown} is no network of ${this.#space.name}: its output does not see its input; propose another`,
        );
      if (this.#admitted.architectureOf(genotype) === undefined)
        throw new BadInputError(`${shown} ${this.#refusal(architecture)}; propose another`);
      return architecture;
    });
  }

  #genotype(text: string, index: number): readonly number[] {
    try {
      return this.#space.genotypeOf(text);
    } catch (error) {
      if (!(error instanceof BadInputError)) throw error;
      throw new BadInputError(`field architectures.${index}: ${error.message}`);
    }
  }
}
