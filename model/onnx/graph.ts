/** Element types that a network here may carry; names as in ONNX Runtime. */
export const elementTypes = [
  'float32',
  'float16',
  'float64',
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
  'bool',
] as const;
export type ElementType = (typeof elementTypes)[number];

/** float16 is kept as its bits. */
export interface TensorDataOf {
  readonly float32: Float32Array;
  readonly float16: Uint16Array;
  readonly float64: Float64Array;
  readonly int8: Int8Array;
  readonly uint8: Uint8Array;
  readonly int16: Int16Array;
  readonly uint16: Uint16Array;
  readonly int32: Int32Array;
  readonly uint32: Uint32Array;
  readonly int64: BigInt64Array;
  readonly uint64: BigUint64Array;
  readonly bool: Uint8Array;
}

/** A constant with its values in row-major order. */
export type Tensor = {
  [Type in ElementType]: {
    readonly elementType: Type;
    readonly shape: readonly number[];
    readonly data: TensorDataOf[Type];
  };
}[ElementType];

export type Float32Tensor = Extract<Tensor, { elementType: 'float32' }>;

export interface TensorType {
  readonly elementType: ElementType;
  readonly shape: readonly number[];
}

/** As a file declares it: a dimension may be a name ('batch'), and a shape may be missing. */
export interface DeclaredTensor {
  readonly name: string;
  readonly elementType: ElementType;
  readonly shape: readonly (number | string)[] | null;
}

export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: Tensor };

/** One operator; `kind` is ONNX's operator name, an empty input name an omitted optional input. */
export interface Node {
  readonly name: string;
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** A network as data. Nodes stand in execution order; every input is a graph input, an initializer or an earlier output. */
export interface Graph {
  readonly name: string;
  readonly opset: number;
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  readonly inputs: readonly DeclaredTensor[];
  readonly outputs: readonly DeclaredTensor[];
  /** Types of intermediate tensors as far as the file gives them. */
  readonly declared: ReadonlyMap<string, DeclaredTensor>;
}

export const bytesPerElement: Readonly<Record<ElementType, number>> = {
  float32: 4,
  float16: 2,
  float64: 8,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  bool: 1,
};

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

export function sizeBytes(type: TensorType): number {
  return elementCount(type.shape) * bytesPerElement[type.elementType];
}

export function intAttribute(node: Node, name: string, absent: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'int' ? attribute.value : absent;
}

export function floatAttribute(node: Node, name: string, absent: number): number {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'float' ? attribute.value : absent;
}

export function intsAttribute(node: Node, name: string): readonly number[] | undefined {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'ints' ? attribute.value : undefined;
}

export function stringAttribute(node: Node, name: string, absent: string): string {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'string' ? attribute.value : absent;
}

/** The nodes that use each tensor. */
export function consumersByTensor(graph: Graph): ReadonlyMap<string, readonly Node[]> {
  const consumers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const input of new Set(node.inputs)) {
      const known = consumers.get(input);
      if (known === undefined) consumers.set(input, [node]);
      else known.push(node);
    }
  }
  return consumers;
}

/** The nodes without which an output could not be computed, in execution order. */
export function liveNodes(graph: Graph): readonly Node[] {
  const needed = new Set(graph.outputs.map((output) => output.name));
  const live: Node[] = [];
  for (let index = graph.nodes.length - 1; index >= 0; index -= 1) {
    const node = graph.nodes[index];
    if (node === undefined || !node.outputs.some((output) => output !== '' && needed.has(output)))
      continue;
    live.push(node);
    for (const input of node.inputs) needed.add(input);
  }
  return live.reverse();
}
