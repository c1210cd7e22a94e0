import type { EndView } from '../../../../coordinator/searches/outside/end_reader';
import type {
  Proposed,
  Rejection,
} from '../../../../coordinator/searches/outside/outside_proposals';
import { fastTarget, slowTarget } from '../search_bench';
import { SearchLab } from '../search_lab';

export const specYaml = (more = 'budget: { measurements: 12 }'): string => `name: Outside
space: nasbench201
strategy: { kind: external }
targets: [${fastTarget}, ${slowTarget}]
confirm: { rounds: 0 }
${more}
`;

/** A search that waits for proposals, in a lab of its own. */
export class OutsideLab {
  searchId = '';

  private constructor(readonly lab: SearchLab) {}

  static async open(): Promise<OutsideLab> {
    const outside = new OutsideLab(await SearchLab.open());
    await outside.create();
    return outside;
  }

  /** Another search takes the place of the one before. */
  async create(more?: string): Promise<void> {
    this.searchId = await this.lab.create(specYaml(more));
  }

  async answer(
    architectures: readonly string[],
    target = fastTarget,
  ): Promise<readonly Proposed[] | Rejection> {
    const result = await this.lab.runner.propose(this.searchId, target, architectures);
    await this.lab.runner.settled();
    return result.ok ? result.value : result.error;
  }

  async states(architectures: readonly string[]): Promise<string[]> {
    const proposed = await this.answer(architectures);
    return 'message' in proposed
      ? [proposed.message]
      : proposed.map(({ sequence, state }) => `${String(sequence)} ${state}`);
  }

  async measure(count: number): Promise<void> {
    await this.lab.measure(count);
  }

  async ends(after = 0, target = fastTarget): Promise<EndView[]> {
    const all: EndView[] = [];
    for (
      let page = await this.lab.reader.ends(this.searchId, target, after);
      page.length > 0;
      page = await this.lab.reader.ends(this.searchId, target, all.at(-1)!.cursor)
    )
      all.push(...page);
    return all;
  }
}
