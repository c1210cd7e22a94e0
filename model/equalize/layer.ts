import { intAttribute, type Graph, type Node, type Tensor } from '../onnx/graph';

export type Float32 = Extract<Tensor, { elementType: 'float32' }>;

/**
 * An operator whose constant weights map input channels to output channels, seen as runs: stretches of `runLength`
 * consecutive weights (a kernel's window) that belong to one output and one input channel.
 */
export interface Layer {
  readonly node: Node;
  readonly weight: Float32;
  readonly bias: Float32 | undefined;
  readonly outputChannels: number;
  readonly inputChannels: number;
  /** One kernel per channel, so that a factor on an input is the same factor on the output. */
  readonly isDepthwise: boolean;
  readonly runLength: number;
  readonly channelsOfRun: (run: number) => { readonly output: number; readonly input: number };
}

/**
 * The layers of a canonical graph that may be rescaled, by node: Conv, ConvTranspose, Gemm and MatMul with weights (and
 * biases, if any) that are constants and that nothing else reads.
 */
export function findLayers(graph: Graph): ReadonlyMap<Node, Layer> {
  const uses = new Map<string, number>(graph.outputs.map((output) => [output.name, 1]));
  for (const input of graph.nodes.flatMap((node) => node.inputs)) uses.set(input, (uses.get(input) ?? 0) + 1);
  const layers = new Map<Node, Layer>();
  for (const node of graph.nodes) {
    const constants = node.inputs.slice(1).filter((name) => name !== '').map((name) => (uses.get(name) === 1 ? graph.initializers.get(name) : undefined));
    const [weight, bias] = constants;
    if (constants.length > 2 || weight?.elementType !== 'float32') continue;
    if (constants.length === 2 && bias?.elementType !== 'float32') continue;
    const layer = layerOf(node, weight, bias?.elementType === 'float32' ? bias : undefined);
    if (layer !== undefined) layers.set(node, layer);
  }
  return layers;
}

function layerOf(node: Node, weight: Float32, bias: Float32 | undefined): Layer | undefined {
  const view = viewOf(node, weight.shape);
  if (view === undefined || weight.data.length === 0) return undefined;
  // A Gemm may broadcast one number over all channels, which has no form per channel.
  if (bias !== undefined && (bias.data.length !== view.outputChannels || bias.shape.at(-1) !== view.outputChannels)) return undefined;
  return { node, weight, bias, ...view };
}

type View = Pick<Layer, 'outputChannels' | 'inputChannels' | 'isDepthwise' | 'runLength' | 'channelsOfRun'>;

function viewOf(node: Node, shape: readonly number[]): View | undefined {
  switch (node.kind) {
    case 'Conv':
      return convolutionView(node, shape);
    case 'ConvTranspose': {
      // Weights are [inputs, outputs per group, window]: a convolution's with the two sides exchanged.
      const view = convolutionView(node, shape);
      const exchanged = (run: number): { output: number; input: number } => {
        const { output, input } = view.channelsOfRun(run);
        return { output: input, input: output };
      };
      return { ...view, outputChannels: view.inputChannels, inputChannels: view.outputChannels, channelsOfRun: exchanged };
    }
    case 'Gemm':
      return intAttribute(node, 'transA', 0) === 0 ? matrixView(shape, intAttribute(node, 'transB', 0) === 1) : undefined;
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
    channelsOfRun: (run) => {
      const output = Math.floor(run / inputsPerGroup);
      return { output, input: Math.floor(output / outputsPerGroup) * inputsPerGroup + (run % inputsPerGroup) };
    },
  };
}

function matrixView(shape: readonly number[], outputsFirst: boolean): View {
  const [rows = 1, columns = 1] = shape;
  return {
    outputChannels: outputsFirst ? rows : columns,
    inputChannels: outputsFirst ? columns : rows,
    isDepthwise: false,
    runLength: 1,
    channelsOfRun: (run) => {
      const [row, column] = [Math.floor(run / columns), run % columns];
      return outputsFirst ? { output: row, input: column } : { output: column, input: row };
    },
  };
}
