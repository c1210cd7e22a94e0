import { loadSpace } from '../../../model/space/load_space';
import { genotypeAt, genotypeCount } from '../../../model/space/genotype';
import fc from 'fast-check';
import { parseCell } from '../../../model/nasbench201/cell';
import { canonicalForm, isConnected } from '../../../model/nasbench201/topology';

const space = loadSpace('nasbench201');
const genotypes = fc.nat(genotypeCount(space) - 1).map((index) => genotypeAt(space, index));

describe('the space of NAS-Bench-201 cells', () => {
  it('has 15,625 genotypes, of which 15,284 are networks, of 6,461 architectures', () => {
    const names = Array.from({ length: genotypeCount(space) }, (_, index) =>
      space.architectureOf(genotypeAt(space, index)),
    ).filter((name) => name !== undefined);
    expect([genotypeCount(space), names.length, new Set(names).size]).toEqual([
      15_625, 15_284, 6_461,
    ]);
  });

  it('names isomorphic cells alike and others apart, and only networks', () => {
    const cellFor = (genotype: readonly number[]) => parseCell(genotype.join(''));
    fc.assert(
      fc.property(genotypes, genotypes, (a, b) => {
        const [nameA, nameB] = [space.architectureOf(a), space.architectureOf(b)];
        expect(nameA !== undefined).toBe(isConnected(cellFor(a)));
        if (nameA === undefined || nameB === undefined) return;
        expect(nameA === nameB).toBe(canonicalForm(cellFor(a)) === canonicalForm(cellFor(b)));
      }),
    );
  });

  it('reads its own names back', () => {
    fc.assert(
      fc.property(genotypes, (genotype) => {
        const name = space.architectureOf(genotype);
        if (name !== undefined) expect(space.architectureOf(space.genotypeOf(name))).toBe(name);
      }),
    );
  });
});
