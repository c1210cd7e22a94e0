/** @jest-environment ./test/model/tflite/litert_environment.ts */
import { createRandom } from '../../../common/random';
import { inspectModel } from '../../../model/inspect/inspect';
import { parseCell } from '../../../model/nasbench201/cell';
import { createNetwork } from '../../../model/nasbench201/network';
import type { Graph } from '../../../model/onnx/graph';
import { writeOnnx } from '../../../model/onnx/write';
import { foldBatchNorm } from '../../../model/canonical/passes/fold_batch_norm';
import { defaultQuantization } from '../../../model/quantize/options/options';
import { quantizeGraph } from '../../../model/quantize/quantize';
import { createReference } from '../../../model/zoo/reference';
import { FlatTable } from '../../../model/tflite/file/flat_table';
import { tfliteDraft, writeTflite } from '../../../model/tflite/write';
import { compareRuntimes, largestIndex, toChannelsLast } from './agreement';
import { normalInputs, quantizeOnce, wideOptions } from './quantized_graph';

const random = createRandom('write');
const image = Float32Array.from({ length: 3 * 16 * 16 }, () => random.normal());

function network(cell: string): Graph {
  return foldBatchNorm(
    createNetwork(parseCell(cell), 7, {
      cellsPerStage: 1,
      stageChannels: [8, 16],
      imageSize: 16,
      classes: 10,
    }),
  );
}

function quantized(cell: string): Promise<Graph> {
  return quantizeGraph(network(cell), { kind: 'given', samples: [image] });
}

function bytesOf(graph: Graph): Uint8Array {
  const file = writeTflite(graph);
  if (!file.ok) throw new Error(file.error);
  return file.value;
}

/** Names and texts of Model.metadata (field 6); each names a buffer (Model.buffers, field 4). */
function metadataOf(file: Uint8Array): readonly (readonly [string, string])[] {
  const model = FlatTable.root(file);
  const buffers = model.tableListField(4, 1000)!;
  return model
    .tableListField(6, 10)!
    .map((entry) => [entry.textField(0), buffers[entry.int32Field(1, 0)]!.textField(0)]);
}

describe('a TFLite file of a quantized network', () => {
  test.each(['213404', '333333', '111111', '123412'])(
    'gives the answers of the ONNX file: cell %s',
    async (cell) => {
      const [run] = await compareRuntimes(
        await quantized(cell),
        [new Map([['image', { shape: [1, 3, 16, 16], data: image }]])],
        globalThis.runLiteRt,
      );
      expect(Math.max(...run!.steps)).toBeLessThan(2.01);
      expect(largestIndex(run!.actual)).toBe(largestIndex(run!.expected));
    },
  );

  test('tells what is to be known of it, and LiteRT takes it', async () => {
    const graph = await quantized('333333');
    const [plain, told] = [writeTflite(graph), writeTflite(graph, { weights: 'drawn, seed 7' })];
    if (!plain.ok || !told.ok) throw new Error('not written');
    expect(metadataOf(plain.value)).toEqual([]);
    expect(metadataOf(told.value)).toEqual([['pareto_farm.weights', 'drawn, seed 7']]);
    const inputs = [toChannelsLast({ shape: [1, 3, 16, 16], data: image })];
    expect(await globalThis.runLiteRt(told.value, [inputs])).toEqual(
      await globalThis.runLiteRt(plain.value, [inputs]),
    );
    const [before, after] = [inspectModel(plain.value), inspectModel(told.value)];
    expect(before.ok && after.ok && after.value.cost).toEqual(before.ok && before.value.cost);
  });

  test('passes inspection as int8, with the products of the ONNX file', async () => {
    const graph = await quantized('333333');
    const [onnx, tflite] = [inspectModel(writeOnnx(graph)), inspectModel(bytesOf(graph))];
    if (!onnx.ok || !tflite.ok) throw new Error('not inspected');
    expect(tflite.value.precision).toBe('int8');
    // The shortcut's average of 2x2 windows is a convolution here.
    const averages = 8 * 8 * 8;
    expect(tflite.value.cost.macs).toBe(onnx.value.cost.macs + 4 * averages);
    expect(tflite.value.inputs).toEqual([
      { name: 'image', elementType: 'float32', shape: [1, 16, 16, 3] },
    ]);
    expect(tflite.value.outputs).toEqual([
      { name: 'logits', elementType: 'float32', shape: [1, 10] },
    ]);
  });

  test('keeps scales bit by bit, and moves zero points by 128', async () => {
    const graph = await quantized('333333');
    const draft = tfliteDraft(graph);
    if (!draft.ok) throw new Error(draft.error);
    const converters = graph.nodes.filter((node) => node.kind === 'QuantizeLinear');
    // A tensor that is only reshaped has no place of its own.
    const stored = converters.flatMap(({ inputs, outputs }) =>
      draft.value.tensors
        .filter(({ name }) => name === outputs[0])
        .map((tensor) => ({ inputs, tensor })),
    );
    expect(stored.length).toBeGreaterThan(converters.length - 3);
    for (const { inputs, tensor } of stored) {
      expect(tensor.elementType).toBe('int8');
      expect(tensor.quantization!.scales).toEqual(graph.initializers.get(inputs[1]!)!.data);
      expect(tensor.quantization!.zeroPoint).toBe(
        Number(graph.initializers.get(inputs[2]!)!.data[0]) - 128,
      );
    }
    expect(draft.value.operators.map(({ kind }) => kind)).not.toContain('TRANSPOSE');
  });

  test('has equal bytes for equal graphs', async () => {
    const [first, second] = [
      bytesOf(await quantized('213404')),
      bytesOf(await quantized('213404')),
    ];
    expect(Buffer.compare(first, second)).toBe(0);
  });

  test('with layer normalization in float is int8 by its products', async () => {
    const transformer = createReference('deit-tiny', { imageSize: [32, 32], classes: 10 });
    const graph = await quantizeOnce(transformer);
    const tflite = inspectModel(bytesOf(graph));
    expect(tflite).toMatchObject({ ok: true, value: { precision: 'int8' } });
  });

  test('of asymmetric 16-bit activations, as w8a16 gives, is refused with the way out', async () => {
    const graph = await quantizeOnce(network('333333'), {
      ...defaultQuantization,
      precision: 'w8a16',
    });
    expect(writeTflite(graph)).toEqual({
      ok: false,
      error: expect.stringMatching(
        /has the zero point \d+; TFLite's 16-bit activations are symmetric \(zero point 32768\): quantize to w8a8/,
      ) as string,
    });
  });

  test.each(['mobilenetv2', 'deit-tiny'] as const)(
    'of symmetric 16-bit activations gives the answers of the ONNX file: %s',
    async (name) => {
      const graph = await quantizeOnce(
        createReference(name, { imageSize: [32, 32], classes: 100 }),
        wideOptions,
      );
      const tflite = inspectModel(bytesOf(graph));
      expect(tflite).toMatchObject({ ok: true, value: { precision: 'w8a16' } });
      const [run] = await compareRuntimes(graph, [normalInputs(graph, name)], globalThis.runLiteRt);
      expect(largestIndex(run!.actual)).toBe(largestIndex(run!.expected));
      // Of 65,536 steps; one of 8 bits is 256 of these.
      expect(Math.max(...run!.steps)).toBeLessThan(256);
    },
  );

  test('of a network that is not quantized is refused with the way out', () => {
    const result = writeTflite(network('333333'));
    expect(result).toEqual({
      ok: false,
      error: expect.stringMatching(
        /^cannot write TFLite: node "[^"]+" \(Conv\): its output is float32 and not quantized; TFLite is written of networks that are quantized throughout/,
      ) as string,
    });
  });
});
