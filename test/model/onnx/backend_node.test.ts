import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { costOfOnnx } from '../../../model/cost/onnx_cost';
import { canEvaluate, evaluate } from '../../../model/onnx/evaluate/evaluate';
import { numbersOf } from '../../../model/onnx/evaluate/tensor_values';
import { sizeBytes, type Graph, type Tensor, type TensorType } from '../../../model/onnx/graph';
import { readOnnx } from '../../../model/onnx/read';
import { inferShapes } from '../../../model/onnx/shapes/shape_inference';
import { countMultiplications } from './multiplications';
import { bytesField, modelWith, textField } from './wire';

/** The public ONNX backend node tests, as Debian's package libonnx-testdata installs them. */
const folder = '/usr/share/libonnx-testdata/data/node';

interface Case {
  readonly name: string;
  readonly graph: Graph;
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly outputs: ReadonlyMap<string, Tensor>;
}

function tensorsOf(caseFolder: string, role: 'input' | 'output'): readonly Tensor[] {
  const files = readdirSync(caseFolder)
    .filter((file) => file.startsWith(`${role}_`))
    .sort((a, b) => Number(/\d+/.exec(a)) - Number(/\d+/.exec(b)));
  return files.map((file) => {
    const model = readOnnx(
      modelWith(bytesField(5, readFileSync(join(caseFolder, file)), textField(8, 'value'))),
    );
    if (!model.ok) throw new Error(model.error);
    return model.value.initializers.get('value')!;
  });
}

function load(name: string): Case | string {
  const model = readOnnx(readFileSync(join(folder, name, 'model.onnx')));
  if (!model.ok) return model.error;
  const data = join(folder, name, 'test_data_set_0');
  const named = (
    declared: Graph['inputs'],
    tensors: readonly Tensor[],
  ): ReadonlyMap<string, Tensor> =>
    new Map(tensors.map((tensor, index) => [declared[index]!.name, tensor]));
  return {
    name,
    graph: model.value,
    inputs: named(model.value.inputs, tensorsOf(data, 'input')),
    outputs: named(model.value.outputs, tensorsOf(data, 'output')),
  };
}

/** Operators that are not supported, and so have no shapes and no cost here. */
const skippedKinds: Readonly<Record<string, string>> = {
  ...reasons('a loss of training', 'NegativeLogLikelihoodLoss', 'SoftmaxCrossEntropyLoss'),
  ...reasons(
    'post-processing: its shape depends on data',
    'NonMaxSuppression',
    'Unique',
    'Compress',
    'TopK',
    'RoiAlign',
    'NonZero',
    'MaxUnpool',
  ),
  ...reasons('recurrent', 'RNN', 'LSTM', 'GRU', 'ReverseSequence'),
  ...reasons('text', 'TfIdfVectorizer'),
  ...reasons(
    'signals',
    'DFT',
    'STFT',
    'HannWindow',
    'HammingWindow',
    'BlackmanWindow',
    'MelWeightMatrix',
  ),
  ...reasons('random', 'RandomUniformLike', 'Bernoulli'),
  ...reasons(
    'integer arithmetic of another quantization scheme',
    'DynamicQuantizeLinear',
    'ConvInteger',
    'MatMulInteger',
    'QLinearConv',
    'QLinearMatMul',
    'BitShift',
  ),
  ...reasons(
    'no phone runtime has it',
    'GridSample',
    'OneHot',
    'CastLike',
    'EyeLike',
    'Det',
    'IsInf',
    'IsNaN',
    'ThresholdedRelu',
    'Shrink',
    'MeanVarianceNormalization',
  ),
  ...reasons(
    'no phone runtime has it',
    'Tan',
    'Asin',
    'Acos',
    'Atan',
    'Sinh',
    'Cosh',
    'Asinh',
    'Acosh',
    'Atanh',
  ),
};
/** Refusals of the reader and of shape inference that are meant. */
const skippedReasons: readonly RegExp[] = [
  /is control flow, which is not supported/,
  /sparse tensors are not/,
  /is not a tensor of a supported element type/,
  /opset [016] is not supported/,
  /in training; export the model for inference/,
  /its equation is not supported/,
  /is computed from data/,
];
/** Evaluators do not compute with half precision, nor every variant that no shape arithmetic uses; window functions were made in single precision throughout. */
const skippedEvaluations =
  /float16|window|dropout_default_mask|cumsum_1d_(reverse|exclusive)|batch_dim1|duplicate_indices|scatternd_(add|multiply)|nllloss|training_dropout/i;
/** Functions written out in nodes; the evaluators compute some of these, not all. */
const isExpanded = (name: string): boolean => name.endsWith('_expanded');

function reasons(reason: string, ...kinds: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(kinds.map((kind) => [kind, reason]));
}

/** The first input stays an input, the others become constants: shapes, axes and weights. */
function withConstants({ graph, inputs }: Case): Graph {
  const [first, ...others] = graph.inputs;
  return {
    ...graph,
    inputs: first === undefined ? [] : [{ ...first, shape: inputs.get(first.name)!.shape }],
    outputs: graph.outputs.map((output) => ({ ...output, shape: null })),
    initializers: new Map([
      ...graph.initializers,
      ...others.map((input) => [input.name, inputs.get(input.name)!] as const),
    ]),
    declared: new Map(),
  };
}

const typeOf = ({ elementType, shape }: TensorType): TensorType => ({ elementType, shape });
const installed = existsSync(folder);

(installed ? describe : describe.skip)(
  `the ONNX backend node tests${installed ? '' : ' (not installed: apt-get install libonnx-testdata)'}`,
  () => {
    const skipped = new Set<string>();
    const cases: Case[] = [];
    const problems: string[] = [];

    beforeAll(() => {
      for (const name of readdirSync(folder)) {
        const one = load(name);
        const kind =
          typeof one === 'string'
            ? undefined
            : one.graph.nodes.find((node) => Object.hasOwn(skippedKinds, node.kind))?.kind;
        if (kind !== undefined) skipped.add(kind);
        else if (typeof one !== 'string') cases.push(one);
        else if (!skippedReasons.some((reason) => reason.test(one)))
          problems.push(`${name}: ${one}`);
      }
    });

    test('are read, but for those whose reason is known', () => {
      expect(problems).toEqual([]);
      expect([...skipped].sort()).toEqual(Object.keys(skippedKinds).sort());
      expect(cases.length).toBeGreaterThan(600);
    });

    test('give every output the type and shape that it has, and a cost that counts its bytes', () => {
      const wrong: string[] = [];
      let checked = 0;
      for (const one of cases) {
        const graph = withConstants(one);
        const types = inferShapes(graph);
        if (!types.ok) {
          if (!skippedReasons.some((reason) => reason.test(types.error)))
            wrong.push(`${one.name}: ${types.error}`);
          continue;
        }
        checked += 1;
        for (const [output, tensor] of one.outputs) {
          const [inferred, real] = [types.value.get(output), typeOf(tensor)].map(
            (type) => `${type?.elementType ?? 'nothing'} ${type?.shape.join('x') ?? ''}`,
          );
          if (inferred !== real) wrong.push(`${one.name}: ${inferred ?? ''}, not ${real ?? ''}`);
        }
        wrong.push(...wrongCosts(one, graph, types.value));
      }
      expect(wrong).toEqual([]);
      expect(checked).toBeGreaterThan(580);
    });

    test('give the values that the evaluators compute', () => {
      const wrong: string[] = [];
      let checked = 0;
      for (const one of cases.filter(
        ({ name, graph }) =>
          !skippedEvaluations.test(name) && graph.nodes.every((node) => canEvaluate(node.kind)),
      )) {
        const computed = computedOutputs({ ...withConstants(one), inputs: [] }, one.inputs);
        if (computed === undefined && isExpanded(one.name)) continue;
        checked += 1;
        for (const [output, tensor] of one.outputs) {
          const difference = largestDifference(tensor, computed?.get(output));
          if (!(difference < 1e-5)) wrong.push(`${one.name}: ${String(difference)}`);
        }
      }
      expect(wrong).toEqual([]);
      expect(checked).toBeGreaterThan(250);
    });
  },
);

/** An operator reads and makes what the data sets hold, and multiplies as often as its definition says. */
function wrongCosts(
  one: Case,
  graph: Graph,
  types: ReadonlyMap<string, TensorType>,
): readonly string[] {
  if (graph.nodes.length !== 1) return [];
  const { operators, macs } = costOfOnnx(graph, types);
  const kind = graph.nodes[0]!.kind;
  const shapes = graph.nodes[0]!.inputs.map((input) => types.get(input)?.shape);
  const multiplications = countMultiplications(
    graph.nodes[0]!,
    shapes,
    [...one.outputs.values()][0]!.shape,
  );
  const outputBytes = [...one.outputs.values()].reduce(
    (total, tensor) => total + sizeBytes(tensor),
    0,
  );
  const isConversion =
    kind.endsWith('quantizeLinear') ||
    kind === 'QuantizeLinear' ||
    kind === 'DequantizeLinear' ||
    kind === 'Constant';
  const problems = [];
  if (macs !== multiplications)
    problems.push(`${one.name}: ${macs} multiply-accumulates, not ${multiplications}`);
  if (!isConversion && operators[0]?.outputBytes !== outputBytes)
    problems.push(`${one.name}: ${operators[0]?.outputBytes ?? NaN} bytes, not ${outputBytes}`);
  return problems;
}

function computedOutputs(
  graph: Graph,
  inputs: ReadonlyMap<string, Tensor>,
): ReadonlyMap<string, Tensor> | undefined {
  const constants = new Map([...graph.initializers, ...inputs]);
  const types = inferShapes({ ...graph, initializers: constants });
  if (!types.ok) return undefined;
  for (const node of graph.nodes) {
    const outputs = node.outputs.map((output) => types.value.get(output)!);
    const tensors = evaluate({
      node,
      outputs,
      constant: (index) => constants.get(node.inputs[index] ?? ''),
      inputType: (index) => types.value.get(node.inputs[index] ?? ''),
    });
    if (tensors === undefined) return undefined;
    tensors.forEach((tensor, index) => constants.set(node.outputs[index]!, tensor));
  }
  return constants;
}

/** Relative; NaN when there is nothing to compare. */
function largestDifference(expected: Tensor, actual: Tensor | undefined): number {
  if (actual?.elementType !== expected.elementType || actual.data.length !== expected.data.length)
    return NaN;
  const [left, right] = [numbersOf(expected)!, numbersOf(actual)!];
  return Array.from(left).reduce(
    (largest, value, index) =>
      Object.is(value, right[index])
        ? largest
        : Math.max(largest, Math.abs(value - right[index]!) / Math.max(1, Math.abs(value))),
    0,
  );
}
