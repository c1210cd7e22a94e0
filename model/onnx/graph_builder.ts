import { assert } from '../../common/assert';
import type { Attribute, DeclaredTensor, Float32Tensor, Graph, Node, Tensor } from './graph';

/**
 * The opset of the graphs made here and of the canonical form: the first in which QuantizeLinear makes uint16, and past
 * those that brought HardSwish (14), LayerNormalization (17) and Gelu (20). https://github.com/onnx/onnx/blob/main/docs/Versioning.md
 */
export const builtOpset = 21;

/** Collects nodes in execution order. Tensors are named after the node that makes them. */
export interface GraphBuilder {
  readonly input: (name: string, shape: readonly number[]) => string;
  readonly constant: (name: string, tensor: Tensor) => string;
  /** Adds a node with one output, which is named like the node. */
  readonly node: (
    name: string,
    kind: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, Attribute>>,
  ) => string;
  readonly finish: (outputs: readonly DeclaredTensor[]) => Graph;
}

export function createGraphBuilder(graphName: string): GraphBuilder {
  const nodes: Node[] = [];
  const initializers = new Map<string, Tensor>();
  const inputs: DeclaredTensor[] = [];
  const names = new Set<string>();
  const claim = (name: string): string => {
    assert(!names.has(name), `tensor ${name} has one maker`);
    names.add(name);
    return name;
  };
  return {
    input: (name, shape) => {
      inputs.push({ name: claim(name), elementType: 'float32', shape });
      return name;
    },
    constant: (name, tensor) => {
      initializers.set(claim(name), tensor);
      return name;
    },
    node: (name, kind, nodeInputs, attributes = {}) => {
      nodes.push({
        name,
        kind,
        inputs: nodeInputs,
        outputs: [claim(name)],
        attributes: new Map(Object.entries(attributes)),
      });
      return name;
    },
    finish: (outputs) => ({
      name: graphName,
      opset: builtOpset,
      nodes,
      initializers,
      inputs,
      outputs,
      declared: new Map(),
    }),
  };
}

export function float32Tensor(shape: readonly number[], data: Float32Array): Float32Tensor {
  return { elementType: 'float32', shape, data };
}

export function ints(...value: number[]): Attribute {
  return { kind: 'ints', value };
}

export function int(value: number): Attribute {
  return { kind: 'int', value };
}

/** ONNX stores 32 bits. */
export function float(value: number): Attribute {
  return { kind: 'float', value: Math.fround(value) };
}
