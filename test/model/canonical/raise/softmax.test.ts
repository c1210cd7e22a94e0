/** @jest-environment ./test/model/onnxruntime_environment.ts */
import fc from 'fast-check';
import { int } from '../../../../model/onnx/graph_builder';
import { numRuns, graphOf, agreed, within } from '../rewritten_graphs';

test('the flattening Softmax of opsets before 13 is raised to the one over an axis', async () => {
  const cases = fc.record({
    kind: fc.constantFrom('Softmax', 'LogSoftmax'),
    opset: fc.constantFrom(7, 9, 11, 12),
    shape: fc.array(within(1, 4), { minLength: 2, maxLength: 4 }),
    drawnAxis: within(-4, 3),
    given: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ kind, opset, shape, drawnAxis, given }) => {
      // Negative axes came with opset 11.
      const axis = Math.max(opset < 11 ? 0 : -shape.length, Math.min(shape.length - 1, drawnAxis));
      const graph = graphOf(
        (builder) =>
          builder.node('y', kind, [builder.input('x', shape)], given ? { axis: int(axis) } : {}),
        opset,
      );
      await agreed(graph);
    }),
    { numRuns },
  );
});
