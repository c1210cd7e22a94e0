import type { FloatTensor } from '../../../model/execute/session';
import type { Graph } from '../../../model/onnx/graph';
import { normalInputs } from './quantized_graph';

/** Ranges are drawn, so every round has other scales and zero points. */
export const rounds = 8;
export const image = [1, 16, 40, 40];
/** Numbers that the integers stand for: the edge rounds nothing. */
export function representable(graph: Graph, seed: string): ReadonlyMap<string, FloatTensor> {
  return new Map(
    [...normalInputs(graph, seed)].map(([name, { shape, data }]) => {
      const [scale = 1, zeroPoint = 0] = graph.nodes
        .find((node) => node.kind === 'QuantizeLinear' && node.inputs[0] === name)!
        .inputs.slice(1)
        .map((constant) => Number(graph.initializers.get(constant)!.data[0]));
      return [
        name,
        {
          shape,
          data: data.map(
            (value) =>
              Math.max(-zeroPoint, Math.min(255 - zeroPoint, Math.round(value / scale))) * scale,
          ),
        },
      ];
    }),
  );
}
