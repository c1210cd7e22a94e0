import * as tf from '@tensorflow/tfjs-core';
import { assert } from '../../../common/assert';
import { BadInputError } from '../../../common/bad_input';
import type { DeclaredTensor, Graph, Node } from '../../../model/onnx/graph';
import type { GraphPart } from '../engine';
import { graphParameters } from './graph_parameters';
import {
  asImage,
  asOnnx,
  image,
  type GraphTensor,
  type OperatorContext,
} from './operators/graph_operator';
import { operatorOf } from './operators/operators';
import type { ForwardPass, ReadPart } from './parameter';

/**
 * The trainable reading of a part of a canonical graph: its batch of 1 becomes any batch, weights and biases become parameters.
 * @throws BadInputError for an operator that cannot be trained through
 */
export function readGraph({ name, graph }: GraphPart): ReadPart {
  const operators = graph.nodes.map((node) => ({
    node,
    run: operatorOf(node, graph) ?? refuse(node, name),
  }));
  const parameters = graphParameters(graph);
  const names = new Set(parameters.map((parameter) => parameter.name));
  const [input] = graph.inputs;
  const [output] = graph.outputs;
  assert(input !== undefined && output !== undefined, 'a part has an input and an output');
  const rank = input.shape?.length ?? 0;
  return {
    name,
    parameters,
    forward: (x, pass) => {
      const made = new Map<string, GraphTensor>([
        [
          input.name,
          {
            tensor: x,
            layout: rank === 4 ? 'nhwc' : 'onnx',
            batch: input.shape?.[0] === 1 ? 'first' : 'before',
          },
        ],
      ]);
      for (const { node, run } of operators) {
        const [first, ...others] = node.inputs.flatMap((operand) => made.get(operand) ?? []);
        assert(first !== undefined, 'an operand of a node is made before it');
        made.set(
          node.outputs[0] ?? '',
          run([first, ...others], contextOf({ node, graph, pass, names })),
        );
      }
      const last = made.get(output.name);
      assert(last !== undefined, 'the output is made by a node');
      return outputOf(last, output);
    },
  };
}

/** Images leave pixel by pixel, vectors without the row of 1 that stands for a batch. */
function outputOf(last: GraphTensor, { shape }: DeclaredTensor): tf.Tensor {
  const { tensor, batch } = shape?.length === 4 ? image(asImage(last)) : asOnnx(last);
  return batch === 'before' && shape?.[0] === 1
    ? tf.reshape(tensor, [tensor.shape[0], ...tensor.shape.slice(2)])
    : tensor;
}

function contextOf({
  node,
  graph,
  pass,
  names,
}: {
  readonly node: Node;
  readonly graph: Graph;
  readonly pass: ForwardPass;
  readonly names: ReadonlySet<string>;
}): OperatorContext {
  return {
    node,
    pass,
    constant: (index) => {
      const operand = node.inputs[index] ?? '';
      return graph.initializers.get(operand);
    },
    parameter: (index) => {
      const operand = node.inputs[index] ?? '';
      return names.has(operand) ? pass.read(operand) : undefined;
    },
  };
}

function refuse(node: Node, part: string): never {
  throw new BadInputError(
    `the reference's ${part} cannot be trained through: operator ${node.kind} of node '${node.name}' has no gradient here; cut the reference so that it lies in a block, or freeze the stem if it lies there`,
  );
}
