import * as tf from '@tensorflow/tfjs-core';
import { assert } from '../../../common/assert';
import { BadInputError } from '../../../common/bad_input';
import type { Graph, Node, TensorType } from '../../../model/onnx/graph';
import { quote } from '../../../model/onnx/quote';
import { inferShapes } from '../../../model/onnx/shapes/shape_inference';
import type { GraphPart } from '../engine';
import { graphParameters } from './graph_parameters';
import type { GraphOperator, OperatorContext } from './operators/graph_operator';
import { asImage, asOnnx, image, shaped, type GraphTensor } from './operators/graph_tensor';
import { limitOf } from './operators/limits';
import { operators } from './operators/operators';
import type { ForwardPass, ReadPart } from './parameter';

type TensorTypes = ReadonlyMap<string, TensorType>;

/**
 * The trainable reading of a part of a canonical graph: its batch of 1 becomes any batch, weights and biases become parameters.
 * @throws BadInputError for an operator that cannot be trained through
 */
export function readGraph({ name, graph }: GraphPart): ReadPart {
  const types = inferShapes(graph);
  if (!types.ok) throw new BadInputError(`the reference's ${name}: ${types.error}`);
  const nodes = graph.nodes.map((node) => readNode(node, { name, graph, types: types.value }));
  const parameters = graphParameters(graph);
  const [input] = graph.inputs;
  const [output] = graph.outputs;
  assert(input !== undefined && output !== undefined, 'a part has an input and an output');
  const source: PassSource = {
    graph,
    types: types.value,
    parameters: new Set(parameters.map((parameter) => parameter.name)),
  };
  return {
    name,
    parameters,
    forward: (x, pass) => {
      const made = new Map([[input.name, entering(x, shapeIn(types.value, input.name))]]);
      for (const { node, run } of nodes) {
        const results = [run(contextOf(node, { ...source, pass, made }))].flat();
        node.outputs.forEach((result, index) => {
          const tensor = results[index];
          if (tensor !== undefined && result !== '') made.set(result, tensor);
        });
      }
      const last = made.get(output.name);
      assert(last !== undefined, 'the output is made by a node');
      return leaving(last, shapeIn(types.value, output.name));
    },
  };
}

interface ReadNode {
  readonly node: Node;
  readonly run: GraphOperator;
}

function readNode(
  node: Node,
  {
    name,
    graph,
    types,
  }: { readonly name: string; readonly graph: Graph; readonly types: TensorTypes },
): ReadNode {
  const run = operators.get(node.kind);
  if (run === undefined) throw refusal(node, name, 'its operator has no gradient here');
  if (node.inputs.every((input) => graph.initializers.has(input)))
    throw refusal(node, name, 'it reads constants alone; bring the model into canonical form');
  const limit = limitOf({
    node,
    inputs: node.inputs.map((input) => shapeIn(types, input)),
    output: shapeIn(types, node.outputs[0] ?? ''),
    constant: (index) => graph.initializers.get(node.inputs[index] ?? ''),
  });
  if (limit !== undefined) throw refusal(node, name, `it ${limit}`);
  return { node, run };
}

function refusal(node: Node, part: string, reason: string): BadInputError {
  return new BadInputError(
    `the reference's ${part} cannot be trained through: ${node.kind} of node ${quote(node.name)}: ${reason}; move the reference's cuts so that the node lies in a block, which is replaced, or export the network without it`,
  );
}

/** Images come pixel by pixel; all else has the batch in place of ONNX's first axis of 1, or before an axis that is not. */
function entering(x: tf.Tensor, shape: readonly number[]): GraphTensor {
  return isImage(shape) ? image(x) : shaped(x, shape);
}

function leaving(last: GraphTensor, shape: readonly number[]): tf.Tensor {
  if (isImage(shape)) return asImage(last);
  const own = asOnnx(last);
  return shape[0] === 1 ? tf.reshape(own, [own.shape[0], ...shape.slice(1)]) : own;
}

function isImage(shape: readonly number[]): boolean {
  return shape.length === 4 && shape[0] === 1;
}

function shapeIn(types: TensorTypes, name: string): readonly number[] {
  return types.get(name)?.shape ?? [];
}

interface PassSource {
  readonly graph: Graph;
  readonly types: TensorTypes;
  readonly parameters: ReadonlySet<string>;
}

function contextOf(
  node: Node,
  {
    graph,
    types,
    parameters,
    pass,
    made,
  }: PassSource & { readonly pass: ForwardPass; readonly made: ReadonlyMap<string, GraphTensor> },
): OperatorContext {
  return {
    node,
    pass,
    made: (index) => made.get(node.inputs[index] ?? ''),
    constant: (index) => graph.initializers.get(node.inputs[index] ?? ''),
    parameter: (index) => {
      const operand = node.inputs[index] ?? '';
      return parameters.has(operand) ? pass.read(operand) : undefined;
    },
    outputShape: (index) => shapeIn(types, node.outputs[index] ?? ''),
  };
}
