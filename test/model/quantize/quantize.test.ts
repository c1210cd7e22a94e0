/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { BadInputError } from '../../../common/bad_input';
import { createRandom } from '../../../common/random';
import { createSession } from '../../../model/execute/session';
import { parseCell } from '../../../model/nasbench201/cell';
import { cifarShape, createNetwork } from '../../../model/nasbench201/network';
import type { Graph, Node } from '../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor, int, ints } from '../../../model/onnx/graph_builder';
import { readOnnx } from '../../../model/onnx/read';
import { writeOnnx } from '../../../model/onnx/write';
import { foldBatchNorm } from '../../../model/canonical/passes/fold_batch_norm';
import { quantizeGraph } from '../../../model/quantize/quantize';
import { signalToNoiseDb } from './signal_to_noise';

const generated = { kind: 'generated', seed: 1, samples: 2 } as const;

function randomTensor(name: string, shape: readonly number[]): ReturnType<typeof float32Tensor> {
  const random = createRandom(name);
  return float32Tensor(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal() / 4),
  );
}

/** Conv+Relu, a second branch with a pool, Add+Relu, Concat, global pool, dense. */
function branchedGraph(): Graph {
  const builder = createGraphBuilder('branched');
  const image = builder.input('image', [1, 3, 8, 8]);
  const conv = (name: string, input: string, channels: number): string => {
    const weight = builder.constant(`${name}.weight`, randomTensor(name, [4, channels, 3, 3]));
    const bias = builder.constant(`${name}.bias`, randomTensor(`${name}b`, [4]));
    return builder.node(name, 'Conv', [input, weight, bias], {
      kernel_shape: ints(3, 3),
      pads: ints(1, 1, 1, 1),
    });
  };
  const active = builder.node('active', 'Relu', [conv('first', image, 3)]);
  const pooled = builder.node('pooled', 'MaxPool', [active], {
    kernel_shape: ints(3, 3),
    pads: ints(1, 1, 1, 1),
  });
  const sum = builder.node('sum', 'Add', [conv('second', active, 4), pooled]);
  const joined = builder.node(
    'joined',
    'Concat',
    [builder.node('sum.relu', 'Relu', [sum]), pooled],
    { axis: int(1) },
  );
  const flat = builder.node('flat', 'Flatten', [
    builder.node('mean', 'GlobalAveragePool', [joined]),
  ]);
  const logits = builder.node(
    'logits',
    'Gemm',
    [
      flat,
      builder.constant('dense.weight', randomTensor('dense', [5, 8])),
      builder.constant('dense.bias', randomTensor('db', [5])),
    ],
    { transB: int(1) },
  );
  return builder.finish([{ name: logits, elementType: 'float32', shape: [1, 5] }]);
}

async function run(
  graph: Graph,
  input: Float32Array,
  shape: readonly number[],
): Promise<Float32Array> {
  const session = await createSession(writeOnnx(graph));
  const result = await session.run(new Map([[graph.inputs[0]!.name, { shape, data: input }]]));
  await session.release();
  return result.get(graph.outputs[0]!.name)!.data;
}

/** What ONNX Runtime makes of the model with all its optimizations for this CPU. */
async function executedKinds(model: Uint8Array): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'quantize-'));
  try {
    const path = join(folder, 'optimized.onnx');
    const session = await InferenceSession.create(model, {
      graphOptimizationLevel: 'extended',
      optimizedModelFilePath: path,
      intraOpNumThreads: 1,
    });
    await session.release();
    const optimized = readOnnx(readFileSync(path));
    if (!optimized.ok) throw new Error(optimized.error);
    return optimized.value.nodes.map((node) => node.kind);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function nodeOf(graph: Graph, output: string): Node {
  return graph.nodes.find((node) => node.outputs.includes(output))!;
}

describe('a quantized graph', () => {
  test('keeps float edges, and rounds nothing between an operator and its ReLU', async () => {
    const quantized = await quantizeGraph(branchedGraph(), generated);
    expect(quantized.inputs).toEqual(branchedGraph().inputs);
    expect(quantized.outputs).toEqual(branchedGraph().outputs);
    expect(nodeOf(quantized, 'logits').kind).toBe('DequantizeLinear');
    expect(nodeOf(quantized, 'active').inputs).toEqual(['first']);
    expect(nodeOf(quantized, 'sum.relu').inputs).toEqual(['sum']);
  });

  test('computes every operator on dequantized integers and quantizes its result', async () => {
    const quantized = await quantizeGraph(branchedGraph(), generated);
    const isConversion = (node: Node): boolean =>
      node.kind === 'QuantizeLinear' || node.kind === 'DequantizeLinear';
    for (const node of quantized.nodes.filter(
      (candidate) => !isConversion(candidate) && candidate.kind !== 'Relu',
    )) {
      for (const input of node.inputs)
        expect(nodeOf(quantized, input).kind).toBe('DequantizeLinear');
    }
  });

  test('has weights symmetric per output channel and biases in units of the accumulator', async () => {
    const quantized = await quantizeGraph(branchedGraph(), generated);
    const value = (name: string): ArrayLike<number> =>
      quantized.initializers.get(name)!.data as Float32Array;
    const [weights, scales] = [value('second.weight/quantized'), value('second.weight/scale')];
    expect(scales).toHaveLength(4);
    expect([...Array.from(value('second.weight/zero'))]).toEqual([0, 0, 0, 0]);
    for (let channel = 0; channel < 4; channel += 1)
      expect(
        Math.max(
          ...Array.from(weights)
            .slice(channel * 36, channel * 36 + 36)
            .map(Math.abs),
        ),
      ).toBe(127);
    const inputScale = value('active/scale')[0]!;
    Array.from(value('second/bias/scale')).forEach((scale, channel) =>
      expect(scale).toBe(Math.fround(inputScale * scales[channel]!)),
    );
    const bias = branchedGraph().initializers.get('second.bias')!.data as Float32Array;
    Array.from(value('second/bias/quantized')).forEach((integer, channel) =>
      expect(Math.abs(integer * inputScale * scales[channel]! - bias[channel]!)).toBeLessThan(
        inputScale * scales[channel]!,
      ),
    );
  });

  test("gives a pool its input's encoding, and a concatenation that of the operand that nobody else reads", async () => {
    const { initializers } = await quantizeGraph(branchedGraph(), generated);
    const encoding = (tensor: string): string =>
      `${String(initializers.get(`${tensor}/scale`)!.data[0])} ${String(initializers.get(`${tensor}/zero`)!.data[0])}`;
    expect(encoding('pooled')).toBe(encoding('active'));
    expect(encoding('joined')).toBe(encoding('sum.relu'));
    expect(encoding('joined')).not.toBe(encoding('pooled'));
    expect(encoding('joined/input1')).toBe(encoding('joined'));
  });

  test("computes nearly what the float graph computes, on all of ONNX Runtime's 8-bit kernels", async () => {
    const graph = branchedGraph();
    const quantized = await quantizeGraph(graph, generated);
    const random = createRandom('input');
    const input = Float32Array.from({ length: 192 }, () => random.normal());
    expect(
      signalToNoiseDb(
        await run(graph, input, [1, 3, 8, 8]),
        await run(quantized, input, [1, 3, 8, 8]),
      ),
    ).toBeGreaterThan(20);
    const kinds = await executedKinds(writeOnnx(quantized));
    expect(kinds).not.toContain('Conv');
    expect(kinds).not.toContain('Relu');
    expect(kinds).not.toContain('Gemm');
    expect(kinds.filter((kind) => kind === 'QLinearConv')).toHaveLength(2);
  });

  test('of a benchmark cell runs without a float operator', async () => {
    const network = foldBatchNorm(
      createNetwork(parseCell('333333'), 1, { ...cifarShape, cellsPerStage: 1 }),
    );
    const kinds = await executedKinds(writeOnnx(await quantizeGraph(network, generated)));
    const integerKinds = new Set([
      'QLinearConv',
      'com.microsoft.QLinearAdd',
      'com.microsoft.QLinearAveragePool',
      'com.microsoft.QLinearGlobalAveragePool',
      'com.microsoft.QGemm',
      'Flatten',
      'QuantizeLinear',
      'DequantizeLinear',
    ]);
    expect(kinds.filter((kind) => !integerKinds.has(kind))).toEqual([]);
    // The image and the logits; between stages a tensor that is read with and without its ReLU changes its encoding.
    expect(kinds.filter((kind) => kind === 'QuantizeLinear').length).toBeLessThanOrEqual(3);
  });

  test('has equal bytes for equal inputs', async () => {
    const bytes = async (): Promise<Buffer> =>
      Buffer.from(writeOnnx(await quantizeGraph(branchedGraph(), generated)));
    expect((await bytes()).equals(await bytes())).toBe(true);
  });

  test('refuses calibration data that does not fit, or is not finite', async () => {
    await expect(
      quantizeGraph(branchedGraph(), { kind: 'given', samples: [new Float32Array(7)] }),
    ).rejects.toThrow("calibration sample with 7 values; the model's input has 192");
    await expect(quantizeGraph(branchedGraph(), { kind: 'given', samples: [] })).rejects.toThrow(
      BadInputError,
    );
    await expect(
      quantizeGraph(branchedGraph(), { kind: 'given', samples: [new Float32Array(192).fill(NaN)] }),
    ).rejects.toThrow('not finite');
  });
});
