import { createRandom } from '../../../common/random';
import { createSession, type FloatTensor } from '../../../model/execute/session';
import { elementCount, type Graph } from '../../../model/onnx/graph';
import { writeOnnx } from '../../../model/onnx/write';
import {
  defaultQuantization,
  type QuantizationOptions,
} from '../../../model/quantize/options/options';
import { planQuantization, quantizeWithStatistics } from '../../../model/quantize/quantize';

/** Normally distributed inputs by name. */
export function normalInputs(graph: Graph, seed: string): ReadonlyMap<string, FloatTensor> {
  const random = createRandom(seed);
  return new Map(
    graph.inputs.map(({ name, shape }) => {
      const extents = shape!.map(Number);
      return [
        name,
        {
          shape: extents,
          data: Float32Array.from({ length: elementCount(extents) }, () => random.normal()),
        },
      ];
    }),
  );
}

/** TFLite's scheme of 16-bit activations. */
export const wideOptions: QuantizationOptions = {
  ...defaultQuantization,
  precision: 'w8a16',
  rules: { ...defaultQuantization.rules, symmetricActivations: true },
};

/** The QDQ graph of a float one with any number of inputs; ranges are those of one normally distributed sample. */
export async function quantizeOnce(
  graph: Graph,
  options: QuantizationOptions = defaultQuantization,
): Promise<Graph> {
  const { activations } = planQuantization(graph, options);
  const inputs = normalInputs(graph, 'calibration');
  const made = activations.filter((name) => !inputs.has(name));
  const session = await createSession(
    writeOnnx({
      ...graph,
      outputs: made.map((name) => ({ name, elementType: 'float32', shape: null })),
    }),
  );
  const values = [...inputs, ...(await session.run(inputs))];
  await session.release();
  return quantizeWithStatistics(
    graph,
    new Map(
      values.map(([name, { data }]) => [name, { min: Math.min(...data), max: Math.max(...data) }]),
    ),
    options,
  );
}
