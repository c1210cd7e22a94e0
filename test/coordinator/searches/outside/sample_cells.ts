import { loadSpace } from '../../../../model/space/load_space';
import { genotypeAt, genotypeCount } from '../../../../model/space/genotype';
import { formatOpVector, parseCell } from '../../../../model/nasbench201/cell';

/** So many different networks of NAS-Bench-201, by their canonical names. */
export function cellsOf(count: number): readonly string[] {
  const space = loadSpace('nasbench201');
  const cells = new Set<string>();
  for (let index = 0; index < genotypeCount(space) && cells.size < count; index += 1) {
    const architecture = space.architectureOf(genotypeAt(space, index));
    if (architecture !== undefined) cells.add(architecture);
  }
  return [...cells];
}

/** The other name of a cell. */
export function opVectorOf(cell: string): string {
  return formatOpVector(parseCell(cell));
}
