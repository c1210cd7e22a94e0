import type { Graph } from '../../onnx/graph';
import { haveOneGrid, type Encoding, type NetworkEncodings } from '../encoding/encoding';
import type { AimetEncodings } from './aimet_encoding';
import { activationBits, weightBits } from './integer_bits';

/** Operators whose output AIMET leaves without an encoding, since it has its input's (aimet_onnx, _is_grid_preserving_op). */
const gridPreservingKinds: ReadonlySet<string> = new Set([
  'MaxPool',
  'Flatten',
  'Reshape',
  'Transpose',
  'Squeeze',
  'Unsqueeze',
  'Identity',
  'Slice',
  'Split',
  'Gather',
  'Pad',
  'DepthToSpace',
  'SpaceToDepth',
  'Expand',
  'Tile',
]);

/** A network's encodings in AIMET's terms, with the tensors that AIMET would give an encoding. */
export function toAimet(graph: Graph, { activations, weights }: NetworkEncodings): AimetEncodings {
  const makers = new Map(
    graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
  );
  const isImplied = (tensor: string, encoding: Encoding): boolean => {
    const maker = makers.get(tensor);
    const source = activations.get(maker?.inputs[0] ?? '');
    return (
      maker !== undefined &&
      gridPreservingKinds.has(maker.kind) &&
      source !== undefined &&
      haveOneGrid(source, encoding)
    );
  };
  return {
    activations: new Map(
      [...activations]
        .filter(([tensor, encoding]) => !isImplied(tensor, encoding))
        .map(([tensor, { elementType, scale, zeroPoint }]) => [
          tensor,
          {
            bits: activationBits(elementType),
            isSymmetric: false,
            granularity: 'tensor',
            scales: [scale],
            offsets: [0 - zeroPoint],
          },
        ]),
    ),
    parameters: new Map(
      [...weights].map(([name, { axis, scales }]) => [
        name,
        {
          bits: weightBits,
          isSymmetric: true,
          granularity: axis === null ? 'tensor' : 'channel',
          scales: [...scales],
          offsets: Array.from(scales, () => -128),
        },
      ]),
    ),
    floats: [],
  };
}
