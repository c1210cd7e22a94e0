import type { Graph, Node, Tensor } from '../../onnx/graph';
import type { Encoding, NetworkEncodings } from '../encoding/encoding';
import type { WeightCodec } from '../weights/weight_codec';

/** What the new graph has so far. */
export interface Rewriting {
  readonly source: Graph;
  readonly encodings: NetworkEncodings;
  readonly codec: WeightCodec;
  readonly nodes: Node[];
  readonly initializers: Map<string, Tensor>;
  /** The float tensor to use in place of a tensor of the source graph. */
  readonly replacements: Map<string, string>;
  /** A name that the source graph does not have. */
  readonly name: (tensor: string, role: string) => string;
}

export function createRewriting(
  source: Graph,
  encodings: NetworkEncodings,
  codec: WeightCodec,
): Rewriting {
  return {
    source,
    encodings,
    codec,
    nodes: [],
    initializers: new Map(),
    replacements: new Map(),
    name: freshNames(source),
  };
}

function freshNames(source: Graph): Rewriting['name'] {
  const taken = new Set([
    ...source.initializers.keys(),
    ...source.inputs.map((input) => input.name),
    ...source.nodes.flatMap((node) => node.outputs),
  ]);
  return (tensor, role) => {
    let name = `${tensor}/${role}`;
    while (taken.has(name)) name += '_';
    return name;
  };
}

export interface Passage {
  readonly from: string;
  readonly to: string;
}

/** A QuantizeLinear and a DequantizeLinear behind it; `at` names them. */
export function addPair(
  rewriting: Rewriting,
  { from, to, at, encoding }: Passage & { readonly at: string; readonly encoding: Encoding },
): void {
  const parameters = encodingConstants(rewriting, at, encoding);
  const quantized = rewriting.name(at, 'quantized');
  rewriting.nodes.push(
    {
      name: rewriting.name(at, 'quantize'),
      kind: 'QuantizeLinear',
      inputs: [from, ...parameters],
      outputs: [quantized],
      attributes: new Map(),
    },
    {
      name: rewriting.name(at, 'dequantize'),
      kind: 'DequantizeLinear',
      inputs: [quantized, ...parameters],
      outputs: [to],
      attributes: new Map(),
    },
  );
}

/** The constants that an activation's scale and zero point are; `at` names them. */
export function encodingConstants(
  { initializers, name }: Rewriting,
  at: string,
  { elementType, scale, zeroPoint }: Encoding,
): readonly string[] {
  initializers.set(name(at, 'scale'), {
    elementType: 'float32',
    shape: [],
    data: Float32Array.of(scale),
  });
  initializers.set(
    name(at, 'zero'),
    elementType === 'uint8'
      ? { elementType, shape: [], data: Uint8Array.of(zeroPoint) }
      : { elementType, shape: [], data: Uint16Array.of(zeroPoint) },
  );
  return [name(at, 'scale'), name(at, 'zero')];
}
