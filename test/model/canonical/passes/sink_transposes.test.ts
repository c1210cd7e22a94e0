/** @jest-environment ./test/model/onnxruntime_environment.ts */
import fc from 'fast-check';
import { ownValue } from '../../../../common/own_value';
import { int, ints } from '../../../../model/onnx/graph_builder';
import { numRuns, drawn, list, graphOf, agreed, within } from '../rewritten_graphs';

const permutation = (length: number): fc.Arbitrary<number[]> =>
  fc.shuffledSubarray(
    Array.from({ length }, (_, index) => index),
    { minLength: length },
  );
describe('transposes', () => {
  const shape = [2, 3, 4, 5];
  const shapes: Readonly<Record<string, (turned: readonly number[]) => number[]>> = {
    scalar: () => [],
    line: (turned) => [turned[3]!],
    column: (turned) => [turned[1]!, 1, 1],
    one: () => [1, 1, 1, 1],
    whole: (turned) => [...turned],
  };
  const step = fc.record({
    kind: fc.constantFrom('Add', 'Mul', 'Max', 'Sub', 'Relu', 'Tanh', 'Neg'),
    operand: fc.constantFrom(...Object.keys(shapes), 'tensor', 'turned', 'itself'),
    first: fc.boolean(),
  });

  test('sink behind elementwise operators and meet the next one', async () => {
    let sunk = 0;
    await fc.assert(
      fc.asyncProperty(
        permutation(4),
        permutation(4),
        fc.array(step, { minLength: 1, maxLength: 3 }),
        async (there, back, steps) => {
          const turned = there.map((axis) => shape[axis]!);
          const graph = graphOf((builder) => {
            let current = builder.node('there', 'Transpose', [builder.input('x', shape)], {
              perm: ints(...there),
            });
            steps.forEach(({ kind, operand, first }, index) => {
              const name = `step${String(index)}`;
              const other = (): string => {
                if (operand === 'itself') return current;
                if (operand === 'tensor') return builder.input(`${name}.tensor`, [turned[3]!]);
                if (operand === 'turned')
                  return builder.node(
                    `${name}.turned`,
                    'Transpose',
                    [builder.input(`${name}.second`, shape)],
                    { perm: ints(...there) },
                  );
                return builder.constant(
                  `${name}.constant`,
                  drawn(...ownValue(shapes, operand)!(turned)),
                );
              };
              const inputs = ['Relu', 'Tanh', 'Neg'].includes(kind)
                ? [current]
                : first
                  ? [current, other()]
                  : [other(), current];
              current = builder.node(name, kind, inputs);
            });
            return builder.node('back', 'Transpose', [current], { perm: ints(...back) });
          });
          const { nodes } = await agreed(graph);
          if (
            nodes.filter((node) => node.kind === 'Transpose').length <
            graph.nodes.filter((node) => node.kind === 'Transpose').length
          )
            sunk += 1;
        },
      ),
      { numRuns },
    );
    expect(sunk).toBeGreaterThan(numRuns / 4);
  });

  test('sink behind reductions', async () => {
    const cases = fc.record({
      there: permutation(4),
      axes: fc.subarray([0, 1, 2, 3], { minLength: 1 }),
      kind: fc.constantFrom('ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin'),
      keepdims: within(0, 1),
      negative: fc.boolean(),
    });
    let sunk = 0;
    await fc.assert(
      fc.asyncProperty(cases, async ({ there, axes, kind, keepdims, negative }) => {
        const graph = graphOf((builder) => {
          const turned = builder.node('there', 'Transpose', [builder.input('x', shape)], {
            perm: ints(...there),
          });
          return builder.node(
            'y',
            kind,
            [
              turned,
              builder.constant('axes', list(axes.map((axis) => (negative ? axis - 4 : axis)))),
            ],
            { keepdims: int(keepdims) },
          );
        });
        if (!(await agreed(graph)).nodes.some((node) => node.kind === 'Transpose')) sunk += 1;
      }),
      { numRuns },
    );
    expect(sunk).toBeGreaterThan(0);
  });
});
