/** @jest-environment ./test/model/tflite/litert_environment.ts */
import { tfliteDraft } from '../../../model/tflite/write';
import { compareRuntimes } from './agreement';
import { graphOf } from './operator_case';
import { operatorCases } from './operator_graphs';
import { normalInputs, quantizeOnce, wideOptions } from './quantized_graph';

const samples = 4;

test.each(operatorCases.map((each) => [each.name, each] as const))('%s', async (_, each) => {
  const graph = await quantizeOnce(graphOf(each));
  const draft = tfliteDraft(graph);
  if (!draft.ok) throw new Error(draft.error);
  expect(draft.value.operators.map(({ kind }) => kind)).toEqual([
    ...each.inputs.map(() => 'QUANTIZE'),
    ...each.kinds,
    'DEQUANTIZE',
  ]);
  const runs = await compareRuntimes(
    graph,
    Array.from({ length: samples }, (_unused, index) =>
      normalInputs(graph, `${each.name} ${index}`),
    ),
    globalThis.runLiteRt,
  );
  const steps = runs.flatMap((run) => run.steps);
  // Kernels that round otherwise say so: how many elements may differ, and by how many steps.
  const { share = 0, largest = 1 } = each.rounding ?? {};
  expect(Math.max(...steps)).toBeLessThan((share === 0 ? 0 : largest) + 0.01);
  expect(steps.filter((step) => step > 0.5).length / steps.length).toBeLessThanOrEqual(share);
});

/** Kernels of 16 bits round in fixed point where ONNX Runtime rounds floats, and a step is a 256th of one of 8 bits. */
const largestWideSteps = 2;

test.each(operatorCases.map((each) => [each.name, each] as const))(
  '%s, activations of 16 bits',
  async (_, each) => {
    const graph = await quantizeOnce(graphOf(each), wideOptions);
    const runs = await compareRuntimes(
      graph,
      Array.from({ length: samples }, (_unused, index) =>
        normalInputs(graph, `${each.name} ${index}`),
      ),
      globalThis.runLiteRt,
    );
    expect(Math.max(...runs.flatMap((run) => run.steps))).toBeLessThan(
      (each.wideSteps ?? largestWideSteps) + 0.01,
    );
  },
);
