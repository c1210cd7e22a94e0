import { intAttribute, type Float32Tensor, type Graph, type Node } from '../../onnx/graph';

/**
 * An operator whose constant weights map input channels to output channels, seen as a matrix of runs: stretches of
 * `runLength` consecutive weights (a kernel's window) that belong to one output and one input channel.
 */
export interface LinearLayer {
  readonly node: Node;
  readonly weight: Float32Tensor;
  readonly bias: Float32Tensor | undefined;
  readonly outputChannels: number;
  readonly inputChannels: number;
  /** One kernel per channel, so that a factor on an input is the same factor on the output. */
  readonly isDepthwise: boolean;
  readonly runLength: number;
  readonly rows: number;
  readonly columns: number;
  /** The channels of a row's first run. */
  readonly firstOfRow: (row: number) => Channels;
  /** What the runs of a row count up. */
  readonly along: 'output' | 'input';
}

export interface Channels {
  readonly output: number;
  readonly input: number;
}

/** Calls back with each run in the order of the weights. */
export function forEachRun(
  { rows, columns, along, firstOfRow }: LinearLayer,
  visit: (run: number, output: number, input: number) => void,
): void {
  const [outputStep, inputStep] = along === 'output' ? [1, 0] : [0, 1];
  for (let run = 0, row = 0; row < rows; row += 1) {
    let { output, input } = firstOfRow(row);
    for (const end = run + columns; run < end; run += 1) {
      visit(run, output, input);
      output += outputStep;
      input += inputStep;
    }
  }
}

/**
 * The layers of a canonical graph that may be rescaled, by node: Conv, ConvTranspose, Gemm and MatMul with weights (and
 * biases, if any) that are constants and that nothing else reads.
 */
export function findLayers(graph: Graph): ReadonlyMap<Node, LinearLayer> {
  const uses = new Map<string, number>(graph.outputs.map((output) => [output.name, 1]));
  for (const input of graph.nodes.flatMap((node) => node.inputs))
    uses.set(input, (uses.get(input) ?? 0) + 1);
  const layers = new Map<Node, LinearLayer>();
  for (const node of graph.nodes) {
    const constants = node.inputs
      .slice(1)
      .filter((name) => name !== '')
      .map((name) => (uses.get(name) === 1 ? graph.initializers.get(name) : undefined));
    const [weight, bias] = constants;
    if (constants.length > 2 || weight?.elementType !== 'float32') continue;
    if (constants.length === 2 && bias?.elementType !== 'float32') continue;
    const layer = layerOf(node, weight, bias?.elementType === 'float32' ? bias : undefined);
    if (layer !== undefined) layers.set(node, layer);
  }
  return layers;
}

function layerOf(
  node: Node,
  weight: Float32Tensor,
  bias: Float32Tensor | undefined,
): LinearLayer | undefined {
  const view = viewOf(node, weight.shape);
  if (view === undefined || weight.data.length === 0) return undefined;
  // A Gemm may broadcast one number over all channels, which has no form per channel.
  if (
    bias !== undefined &&
    (bias.data.length !== view.outputChannels || bias.shape.at(-1) !== view.outputChannels)
  )
    return undefined;
  return { node, weight, bias, ...view };
}

type View = Omit<LinearLayer, 'node' | 'weight' | 'bias'>;

function viewOf(node: Node, shape: readonly number[]): View | undefined {
  switch (node.kind) {
    case 'Conv':
      return convolutionView(node, shape);
    case 'ConvTranspose':
      // Weights are [inputs, outputs per group, window]: a convolution's with the two sides exchanged.
      return exchanged(convolutionView(node, shape));
    case 'Gemm':
      return intAttribute(node, 'transA', 0) === 0
        ? matrixView(shape, intAttribute(node, 'transB', 0) === 1)
        : undefined;
    case 'MatMul':
      return shape.length === 2 ? matrixView(shape, false) : undefined;
    default:
      return undefined;
  }
}

function convolutionView(node: Node, shape: readonly number[]): View {
  const [outputs = 1, inputsPerGroup = 1, ...window] = shape;
  const groups = intAttribute(node, 'group', 1);
  const outputsPerGroup = outputs / groups;
  return {
    outputChannels: outputs,
    inputChannels: inputsPerGroup * groups,
    isDepthwise: groups > 1 && groups === outputs && inputsPerGroup === 1,
    runLength: window.reduce((product, size) => product * size, 1),
    rows: outputs,
    columns: inputsPerGroup,
    firstOfRow: (row) => ({
      output: row,
      input: Math.floor(row / outputsPerGroup) * inputsPerGroup,
    }),
    along: 'input',
  };
}

function exchanged({ outputChannels, inputChannels, firstOfRow, ...view }: View): View {
  return {
    ...view,
    outputChannels: inputChannels,
    inputChannels: outputChannels,
    firstOfRow: (row) => {
      const { output, input } = firstOfRow(row);
      return { output: input, input: output };
    },
    along: view.along === 'input' ? 'output' : 'input',
  };
}

function matrixView([rows = 1, columns = 1]: readonly number[], outputsFirst: boolean): View {
  const view: View = {
    outputChannels: rows,
    inputChannels: columns,
    isDepthwise: false,
    runLength: 1,
    rows,
    columns,
    firstOfRow: (row) => ({ output: row, input: 0 }),
    along: 'input',
  };
  return outputsFirst ? view : exchanged(view);
}
