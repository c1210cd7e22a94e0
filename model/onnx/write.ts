import { onnx } from 'onnx-proto';
import { largestArtifactBytes } from '../../common/artifact';
import { BadInputError } from '../../common/bad_input';
import type { Attribute, DeclaredTensor, Graph, Node } from './graph';
import { elementTypeCode, encodeTensor } from './tensor_codec';

/** The format version that opset 21 came with (ONNX 1.16); ONNX Runtime reads it from 1.18 on. */
const irVersion = 10;

/** A model whose large constants stay where they are: ONNX finds them by their location, as it finds external data. They must live as long as its session. */
export interface ReferringModel {
  readonly bytes: Uint8Array;
  readonly values: readonly { readonly location: string; readonly data: Uint8Array }[];
}

/** Smaller constants go into the model: shapes and settings must be there, and the others' copies cost nothing. */
const smallestReferredBytes = 4096;

/** Serializes a graph, with what is to be known of it. Equal graphs give equal bytes. @throws BadInputError when it exceeds what one ONNX file holds */
export function writeOnnx(
  graph: Graph,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const valueBytes = [...graph.initializers.values()].reduce(
    (total, { data }) => total + data.byteLength,
    0,
  );
  if (valueBytes > largestArtifactBytes)
    throw new BadInputError(
      `the network has ${valueBytes} bytes of values; an ONNX file holds at most ${largestArtifactBytes}`,
    );
  const initializers = [...graph.initializers].map(([name, tensor]) => encodeTensor(name, tensor));
  return encodeModel(graph, initializers, metadata);
}

/** The same without copies of the weights, for a reader in this process. */
export function writeReferringOnnx(graph: Graph): ReferringModel {
  const values: ReferringModel['values'][number][] = [];
  const initializers = [...graph.initializers].map(([name, tensor]): onnx.ITensorProto => {
    const { rawData, ...declaration } = encodeTensor(name, tensor);
    if (tensor.elementType !== 'float32' || rawData.length < smallestReferredBytes)
      return { ...declaration, rawData };
    const location = `values/${String(values.length)}`;
    values.push({ location, data: rawData });
    return {
      ...declaration,
      dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
      externalData: [
        { key: 'location', value: location },
        { key: 'length', value: String(rawData.length) },
      ],
    };
  });
  return { bytes: encodeModel(graph, initializers), values };
}

function encodeModel(
  graph: Graph,
  initializer: onnx.ITensorProto[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const proto: onnx.IModelProto = {
    irVersion,
    producerName: 'pareto-farm',
    opsetImport: [{ domain: '', version: graph.opset }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: graph.name,
      node: graph.nodes.map(encodeNode),
      initializer,
      input: graph.inputs.map(encodeDeclaration),
      output: graph.outputs.map(encodeDeclaration),
      valueInfo: [...graph.declared.values()].map(encodeDeclaration),
    },
  };
  return onnx.ModelProto.encode(proto).finish();
}

function encodeNode(node: Node): onnx.INodeProto {
  return {
    name: node.name,
    opType: node.kind,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: [...node.attributes].map(([name, attribute]) => encodeAttribute(name, attribute)),
  };
}

function encodeAttribute(name: string, attribute: Attribute): onnx.IAttributeProto {
  const types = onnx.AttributeProto.AttributeType;
  switch (attribute.kind) {
    case 'int':
      return { name, type: types.INT, i: attribute.value };
    case 'float':
      return { name, type: types.FLOAT, f: attribute.value };
    case 'string':
      return { name, type: types.STRING, s: Buffer.from(attribute.value, 'utf8') };
    case 'ints':
      return { name, type: types.INTS, ints: [...attribute.value] };
    case 'floats':
      return { name, type: types.FLOATS, floats: [...attribute.value] };
    case 'strings':
      return {
        name,
        type: types.STRINGS,
        strings: attribute.value.map((text) => Buffer.from(text, 'utf8')),
      };
    case 'tensor':
      return { name, type: types.TENSOR, t: encodeTensor('', attribute.value) };
  }
}

function encodeDeclaration(declared: DeclaredTensor): onnx.IValueInfoProto {
  const dimensions = declared.shape?.map((dimension) =>
    typeof dimension === 'number' ? { dimValue: dimension } : { dimParam: dimension },
  );
  const shape = dimensions === undefined ? {} : { shape: { dim: dimensions } };
  return {
    name: declared.name,
    type: { tensorType: { elemType: elementTypeCode(declared.elementType), ...shape } },
  };
}
