import fc from 'fast-check';
import type { Rounding } from '../../../../model/quantize/placement/rounding';
import { multiplesOf } from '../../../../model/quantize/ties/multiples';
import { oddBelow, sumComponents, sumScales } from '../../../../model/quantize/ties/sum_scales';

const names = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const anyName = fc.constantFrom(...names);
const anySum = fc.record({
  kind: fc.constantFrom('sum', 'addition'),
  inputs: fc.tuple(anyName, anyName),
  output: anyName,
});
const scale = fc.double({ min: 0.005, max: 0.05, noNaN: true }).map(Math.fround);

const scope = (scales: ReadonlyMap<string, number>, fixed: readonly string[] = []) => ({
  groupOf: (tensor: string) => tensor,
  isFixedGroup: (group: string) => fixed.includes(group),
  of: (tensor: string) => scales.get(tensor) ?? 0.01,
});

describe('tensors that sums connect', () => {
  test('are those that one reaches from sum to sum, each in one component', () => {
    fc.assert(
      fc.property(fc.array(anySum, { maxLength: 6 }), (sums) => {
        const components = sumComponents(sums, scope(new Map()));
        for (const start of names) {
          const reached = new Set<string>([start]);
          for (let size = 0; size !== reached.size;) {
            size = reached.size;
            for (const { inputs, output } of sums)
              if ([...inputs, output].some((name) => reached.has(name)))
                for (const name of [...inputs, output]) reached.add(name);
          }
          const holding = components.filter(({ groups }) => groups.has(start));
          const isSummed = sums.some(({ inputs, output }) => [...inputs, output].includes(start));
          expect(holding.map(({ groups }) => [...groups].sort())).toEqual(
            isSummed ? [[...reached].sort()] : [],
          );
        }
      }),
    );
  });

  test('are rounded where a sum makes them', () => {
    const [component] = sumComponents(
      [
        { kind: 'sum', inputs: ['a', 'b'], output: 'c' },
        { kind: 'sum', inputs: ['c', 'd'], output: 'e' },
      ],
      scope(new Map()),
    );
    expect([...component!.outputs]).toEqual(['c', 'e']);
    expect([...component!.groups].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});

describe('scales on one grid', () => {
  const component = {
    groups: new Set<string>(['a', 'b', 'c', 'd']),
    outputs: new Set<string>(['c']),
    multiples: new Map(),
  };

  test('are whole numbers of the unit, odd for what is rounded, and wider by less than a tenth', () => {
    fc.assert(
      fc.property(fc.tuple(scale, scale, scale, scale), (given) => {
        const scales = new Map(['a', 'b', 'c', 'd'].map((name, index) => [name, given[index]!]));
        const grid = sumScales(component, scales, new Set())!;
        for (const [name, before] of scales) {
          const found = grid.scales.get(name)!;
          const units = found / grid.unit;
          expect(Math.abs(units - Math.round(units))).toBeLessThan(1e-3);
          if (name === 'c') expect(Math.abs(Math.round(units)) % 2).toBe(1);
          expect(found / before).toBeGreaterThan(1 - 1e-5);
          expect(found / before).toBeLessThan(1.1 + 1e-5);
        }
      }),
    );
  });

  test('leave what is settled exactly where it is', () => {
    fc.assert(
      fc.property(fc.tuple(scale, scale, scale, scale), (given) => {
        const scales = new Map(['a', 'b', 'c', 'd'].map((name, index) => [name, given[index]!]));
        const grid = sumScales(component, scales, new Set(['a']));
        expect(grid?.scales.get('a') ?? scales.get('a')).toBeCloseTo(given[0], 9);
      }),
    );
  });

  test('are not found where two settled scales differ, nor changed where they are equal', () => {
    const scales = new Map([
      ['a', 0.01],
      ['b', 0.02],
      ['c', 0.03],
      ['d', 0.01],
    ]);
    expect(sumScales(component, scales, new Set(['a', 'b']))).toBeUndefined();
    const grid = sumScales(component, scales, new Set(['a', 'd']));
    expect(grid!.scales.get('a')).toBeCloseTo(0.01, 7);
  });

  test('have no place for an operand that is a thousand times smaller', () => {
    const scales = new Map([
      ['a', 0.00001],
      ['b', 0.03],
      ['c', 0.04],
      ['d', 0.02],
    ]);
    const grid = sumScales(component, scales, new Set())!;
    expect(grid.leftOut).toBe(1);
    expect(grid.scales.has('a')).toBe(false);
  });
});

describe('sums of one tensor alone', () => {
  const twice: Rounding = { kind: 'addition', inputs: ['x', 'x'], output: 'y' };
  const scalesOf = (y: number): ReadonlyMap<string, number> =>
    new Map([
      ['x', 0.01],
      ['y', y],
      ['z', 0.03],
    ]);

  test('are so many times it', () => {
    const thrice: Rounding = { kind: 'addition', inputs: ['y', 'x'], output: 'z' };
    expect([...multiplesOf([twice, thrice], scope(scalesOf(0.02)))]).toEqual([
      ['y', { base: 'x', times: 2 }],
      ['z', { base: 'x', times: 3 }],
    ]);
  });

  test.each([
    ['another tensor comes in', [{ ...twice, inputs: ['x', 'z'] } as const], 0.02, []],
    ['the scale would have to shrink', [twice], 0.025, []],
    ['the scale would grow by more than a tenth', [twice], 0.018, []],
    ['an operator fixes the scale', [twice], 0.02, ['y']],
    ['a clamp follows', [{ ...twice, kind: 'sum' } as const], 0.02, []],
    [
      'a second sum ends in the same group',
      [twice, { kind: 'addition', inputs: ['z', 'z'], output: 'y' } as const],
      0.02,
      [],
    ],
    [
      'the tensor is an average, whose scale still moves',
      [{ kind: 'average', inputs: ['z'], output: 'x', counts: [4] } as const, twice],
      0.02,
      [],
    ],
  ] as const)('are none where %s', (_, roundings, y, fixed) => {
    expect(multiplesOf(roundings, scope(scalesOf(y), fixed)).has('y')).toBe(false);
  });
});

test('the largest odd number that is not above', () => {
  expect([1, 1.9, 2, 3, 3.5, 4.999, 513].map(oddBelow)).toEqual([1, 1, 1, 3, 3, 3, 513]);
});
