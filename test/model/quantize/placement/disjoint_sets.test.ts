import fc from 'fast-check';
import { createDisjointSets } from '../../../../model/quantize/placement/disjoint_sets';

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;
const pairs = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), {
  maxLength: 12,
});

describe('disjoint sets', () => {
  test('hold together what was joined, directly or by others, as labels do that are painted over', () => {
    fc.assert(
      fc.property(pairs, (joined) => {
        const sets = createDisjointSets();
        const labels = new Map<string, string>(names.map((name) => [name, name]));
        for (const [first, second] of joined) {
          sets.join(first, second);
          const [kept, painted] = [labels.get(first)!, labels.get(second)!];
          for (const [name, label] of labels) if (label === painted) labels.set(name, kept);
        }
        for (const name of names) expect(sets.of(name)).toBe(labels.get(name));
      }),
    );
  });

  test('are named after the first of what is joined', () => {
    const sets = createDisjointSets();
    sets.join('a', 'b');
    sets.join('c', 'a');
    expect(['a', 'b', 'c'].map(sets.of)).toEqual(['c', 'c', 'c']);
  });

  test('know a chain of a hundred thousand', () => {
    const sets = createDisjointSets();
    const length = 100_000;
    for (let index = length; index > 0; index -= 1)
      sets.join(`t${String(index - 1)}`, `t${String(index)}`);
    expect(sets.of(`t${String(length)}`)).toBe('t0');
    expect(sets.of('elsewhere')).toBe('elsewhere');
  });
});
