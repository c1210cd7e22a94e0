import { createSpaceOfYaml } from '../../../model/space/create_space';
import { loadSpace } from '../../../model/space/load_space';
import { createRandom } from '../../../common/random';
import type { Space } from '../../../model/space/space';
import type { Evaluation, Strategy } from '../../../search/strategy/strategy';
import { Surrogate } from '../../../search/surrogate/surrogate';
import { smallConvYaml } from '../../contract/small_spaces';

/** Errors that have nothing to do with each other: of some version of a source. */
const versionOf =
  (version: string) =>
  (architecture: string): number =>
    10 + 40 * createRandom(`${version} ${architecture}`).next();
const [rough, better] = [versionOf('rough'), versionOf('better')];

const create = (space: Space, errorPercentOf: (architecture: string) => number): Strategy =>
  new Surrogate(space, { seed: 1, errorPercentOf, latencyMsMax: undefined });

/** Of the features, which stand for a latency. */
function measureOn(space: Space): (architecture: string) => Evaluation {
  return (architecture) => ({
    kind: 'measured',
    objectives: [
      1 + createRandom(architecture).next() + 1e-9 * space.featuresOf(architecture)[0]!,
      rough(architecture),
    ],
    violation: 0,
  });
}

describe.each([
  ['that is listed', createSpaceOfYaml(smallConvYaml, 'space.yaml')],
  ['that is searched within', loadSpace('donna-full')],
])('a surrogate over a space %s', (_, space) => {
  const measure = measureOn(space);
  const first = create(space, rough);
  const proposals = Array.from({ length: 14 }, () => {
    const proposal = first.ask();
    if (typeof proposal === 'string') throw new Error('there is something to propose');
    return proposal;
  });
  /** One is still on its way, and one cannot run. */
  const follow = (strategy: Strategy): Strategy => {
    for (const proposal of proposals) strategy.adopt(proposal);
    for (const [index, { architecture }] of proposals.slice(1).entries())
      strategy.tell(
        architecture,
        index === 3 ? { kind: 'infeasible', violation: Infinity } : measure(architecture),
      );
    return strategy;
  };

  it('that learns errors is as one that has known them all along', () => {
    const known = new Map(
      proposals.map(({ architecture }) => [architecture, better(architecture)]),
    );
    const wise = follow(
      create(space, (architecture) => known.get(architecture) ?? rough(architecture)),
    );
    const learning = follow(create(space, rough));
    learning.learn?.(
      Array.from(known, ([architecture, errorPercent]) => ({ architecture, errorPercent })),
    );
    const unknowing = follow(create(space, rough));
    const next = (strategy: Strategy): unknown[] => Array.from({ length: 4 }, () => strategy.ask());
    const learned = next(learning);
    expect(learned).toEqual(next(wise));
    expect(learned).not.toEqual(next(unknowing));
  });
});
