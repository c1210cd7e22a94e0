import { onnx } from 'onnx-proto';
import { largestArtifactBytes } from '../../common/artifact';
import { fail, ok, type Result } from '../../common/result';
import { inlineFunctions } from './inline_functions';
import { quote } from './quote';
import type { Attribute, DeclaredTensor, Graph, Node, Tensor } from './graph';
import { decodeTensor, elementTypeOfCode, toNumber } from './tensor_codec';
import { checkWireBounds } from './wire_bounds';

/** Opsets whose operators shape inference here knows; older ones keep attributes where newer ones have inputs. */
const oldestOpset = 7;

/** What is wrong with the file; one line, for the user. Thrown inside this file only. */
class UnreadableModel extends Error {}

/**
 * Reads an ONNX file that may come from anywhere. Whatever the bytes, the answer is a checked graph or one line that
 * says what is wrong; time and memory stay proportional to the file. Values in other files need `readOnnxFile`.
 */
export function readOnnx(bytes: Uint8Array): Result<Graph, string> {
  const model = decodeModel(bytes);
  return model.ok ? graphOf(model.value) : model;
}

/** The file's messages as they are; safe to hold in memory, but not yet checked. */
export function decodeModel(bytes: Uint8Array): Result<onnx.ModelProto, string> {
  if (bytes.length === 0) return fail('the file is empty; expected an ONNX model');
  if (bytes.length > largestArtifactBytes)
    return fail(
      `the file has ${bytes.length} bytes; models above ${largestArtifactBytes} are refused`,
    );
  const bounds = checkWireBounds(bytes);
  if (!bounds.ok) return fail(`not a usable ONNX file: ${bounds.error}`);
  try {
    return ok(onnx.ModelProto.decode(bytes));
  } catch (error) {
    // protobufjs throws RangeError, TypeError or Error on malformed input, depending on where it stumbles.
    return fail(
      `not a usable ONNX file: ${error instanceof Error ? error.message : 'it cannot be decoded'}`,
    );
  }
}

/** The checked graph of a decoded file, its local functions put in place of their calls. */
export function graphOf(model: onnx.ModelProto): Result<Graph, string> {
  const nodes = inlineFunctions(model);
  if (!nodes.ok) return nodes;
  try {
    return ok(checkedGraph(model, nodes.value));
  } catch (error) {
    if (error instanceof UnreadableModel) return fail(error.message);
    throw error;
  }
}

function checkedGraph(model: onnx.ModelProto, nodes: readonly onnx.INodeProto[]): Graph {
  const proto = model.graph;
  if (proto === null || proto === undefined)
    throw new UnreadableModel('the file has no graph; expected an ONNX model');
  const opset = model.opsetImport.find(
    (entry) => (entry.domain ?? '') === '' || entry.domain === 'ai.onnx',
  );
  const opsetVersion = toNumber(opset?.version);
  if (opsetVersion < oldestOpset)
    throw new UnreadableModel(
      `opset ${opsetVersion} is not supported; export with opset 13 or newer, or bring the file there with onnx.version_converter.convert_version`,
    );
  const initializers = readInitializers(proto.initializer ?? []);
  const graph: Graph = {
    name: proto.name ?? '',
    opset: opsetVersion,
    nodes: nodes.map(readNode),
    initializers,
    // Before IR version 4 initializers were listed among the inputs.
    inputs: (proto.input ?? [])
      .filter((input) => !initializers.has(input.name ?? ''))
      .map((input) => requireDeclaration(input, 'input')),
    outputs: (proto.output ?? []).map((output) => requireDeclaration(output, 'output')),
    declared: readDeclared(proto.valueInfo ?? []),
  };
  requireConnected(graph);
  return graph;
}

function readInitializers(protos: readonly onnx.ITensorProto[]): ReadonlyMap<string, Tensor> {
  const initializers = new Map<string, Tensor>();
  for (const proto of protos) {
    const name = proto.name ?? '';
    const tensor = decodeTensor(proto);
    if (!tensor.ok) {
      const remedy =
        tensor.error === 'its values are in another file'
          ? '; save the model as one file (onnx.save_model with save_as_external_data=False), or give it by its path'
          : '';
      throw new UnreadableModel(`initializer ${quote(name)}: ${tensor.error}${remedy}`);
    }
    if (initializers.has(name))
      throw new UnreadableModel(`initializer ${quote(name)} is given twice`);
    initializers.set(name, tensor.value);
  }
  return initializers;
}

function readNode(proto: onnx.INodeProto, index: number): Node {
  const kind = proto.opType ?? '';
  const domain = proto.domain ?? '';
  const outputs = proto.output ?? [];
  const name =
    proto.name !== undefined && proto.name !== null && proto.name !== ''
      ? proto.name
      : (outputs[0] ?? `node ${index}`);
  const attributes = new Map(
    (proto.attribute ?? []).map((attribute) => [
      attribute.name ?? '',
      readAttribute(attribute, { name, kind }),
    ]),
  );
  return {
    name,
    kind: domain === '' || domain === 'ai.onnx' ? kind : `${domain}.${kind}`,
    inputs: proto.input ?? [],
    outputs,
    attributes,
  };
}

function readAttribute(
  proto: onnx.IAttributeProto,
  node: { readonly name: string; readonly kind: string },
): Attribute {
  const types = onnx.AttributeProto.AttributeType;
  switch (proto.type) {
    case types.INT:
      return { kind: 'int', value: toNumber(proto.i) };
    case types.FLOAT:
      return { kind: 'float', value: proto.f ?? 0 };
    case types.STRING:
      return { kind: 'string', value: text(proto.s) };
    case types.INTS:
      return { kind: 'ints', value: (proto.ints ?? []).map(toNumber) };
    case types.FLOATS:
      return { kind: 'floats', value: proto.floats ?? [] };
    case types.STRINGS:
      return { kind: 'strings', value: (proto.strings ?? []).map(text) };
    case types.TENSOR: {
      const tensor = decodeTensor(proto.t ?? {});
      if (tensor.ok) return { kind: 'tensor', value: tensor.value };
      throw new UnreadableModel(
        `node ${quote(node.name)}: attribute ${quote(proto.name ?? '')}: ${tensor.error}`,
      );
    }
    case types.GRAPH:
    case types.GRAPHS:
      throw new UnreadableModel(
        `node ${quote(node.name)}: operator ${quote(node.kind)} is control flow, which is not supported; ${controlFlowWayOut(node.kind)}`,
      );
    default:
      throw new UnreadableModel(
        `node ${quote(node.name)}: attribute ${quote(proto.name ?? '')} of operator ${quote(node.kind)} is of a kind that is not supported (sparse tensors are not); cut the network before it`,
      );
  }
}

function controlFlowWayOut(kind: string): string {
  if (kind === 'If')
    return 'export the network with its branch taken, or let python -m onnxsim IN OUT take it where the condition is constant, or cut the network before it';
  return 'export the network with its loops unrolled, for inputs of fixed shape, or cut the network before it';
}

function readDeclared(
  protos: readonly onnx.IValueInfoProto[],
): ReadonlyMap<string, DeclaredTensor> {
  const known = protos.map(readDeclaration).filter((declared) => declared !== undefined);
  return new Map(known.map((declared) => [declared.name, declared]));
}

function requireDeclaration(proto: onnx.IValueInfoProto, role: 'input' | 'output'): DeclaredTensor {
  const declared = readDeclaration(proto);
  if (declared !== undefined) return declared;
  throw new UnreadableModel(
    `${role} ${quote(proto.name ?? '')} is not a tensor of a supported element type`,
  );
}

function readDeclaration(proto: onnx.IValueInfoProto): DeclaredTensor | undefined {
  const elementType = elementTypeOfCode(proto.type?.tensorType?.elemType ?? 0);
  if (elementType === undefined) return undefined;
  const dimensions = proto.type?.tensorType?.shape?.dim;
  const shape =
    dimensions === undefined || dimensions === null ? null : dimensions.map(readDimension);
  return { name: proto.name ?? '', elementType, shape };
}

function readDimension(proto: onnx.TensorShapeProto.IDimension): number | string {
  const size = toNumber(proto.dimValue);
  return Number.isSafeInteger(size) && size > 0 ? size : (proto.dimParam ?? '?');
}

/** Execution order, one maker per tensor, and every input made by someone. */
function requireConnected(graph: Graph): void {
  const made = new Set<string>([
    '',
    ...graph.initializers.keys(),
    ...graph.inputs.map((input) => input.name),
  ]);
  for (const node of graph.nodes) {
    const missing = node.inputs.find((input) => !made.has(input));
    if (missing !== undefined)
      throw new UnreadableModel(
        `node ${quote(node.name)} uses tensor ${quote(missing)}, which nothing before it makes`,
      );
    for (const output of node.outputs) {
      if (output !== '' && made.has(output))
        throw new UnreadableModel(`tensor ${quote(output)} has two makers`);
      made.add(output);
    }
  }
  if (graph.outputs.length === 0) throw new UnreadableModel('the graph has no outputs');
  const unmade = graph.outputs.find((output) => !made.has(output.name));
  if (unmade !== undefined)
    throw new UnreadableModel(`output ${quote(unmade.name)} is made by no node`);
}

function text(bytes: Uint8Array | null | undefined): string {
  return Buffer.from(bytes ?? []).toString('utf8');
}
