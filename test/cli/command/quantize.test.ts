/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Graph } from '../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor, int, ints } from '../../../model/onnx/graph_builder';
import { readOnnx } from '../../../model/onnx/read';
import { writeOnnx } from '../../../model/onnx/write';
import { readTflite } from '../../../model/tflite/file/read';
import { inFolder, normals, smallNetwork, at, quantize, quantizeNoting } from './quantize_command';

function graphAt(name: string): Graph {
  const read = readOnnx(readFileSync(at(name)));
  if (!read.ok) throw new Error(read.error);
  return read.value;
}
const integerTypes = (graph: Graph): ReadonlySet<string> =>
  new Set(
    [...graph.initializers]
      .filter(([name]) => name.endsWith('/zero'))
      .map(([, tensor]) => tensor.elementType),
  );
inFolder();
describe('farm quantize', () => {
  test('writes the model and its report, and prints the worst layers first', async () => {
    const printed = await quantize();
    expect(readdirSync(at('out')).sort()).toEqual([
      'small.onnx',
      'small.report.json',
      'small.report.md',
    ]);
    expect(printed).toMatch(/output SQNR \d+\.\d dB on 4 samples/);
    const report = JSON.parse(readFileSync(at('out/small.report.json'), 'utf8')) as {
      quality: { layers: { layer: string; sqnrDb: number }[]; outputSqnrDb: number };
    };
    expect(report.quality.layers.map(({ layer }) => layer).sort()).toEqual(['relu', 'second']);
    expect(report.quality.layers[0]!.sqnrDb).toBeLessThanOrEqual(report.quality.layers[1]!.sqnrDb);
    expect(report.quality.outputSqnrDb).toBeGreaterThan(30);
    expect(integerTypes(graphAt('out/small.onnx'))).toEqual(new Set(['uint8', 'int8', 'int32']));
  });
  test.each(['min-max', 'percentile', 'mse', 'sqnr'])('by %s', async (method) => {
    const report = JSON.parse(await quantize('--method', method, '--json')) as {
      quality: { outputSqnrDb: number };
    };
    expect(report.quality.outputSqnrDb).toBeGreaterThan(25);
  });
  test('in 16 bits for a target that says so, better than in 8', async () => {
    const sqnr = async (...args: readonly string[]): Promise<number> =>
      (JSON.parse(await quantize('--json', ...args)) as { quality: { outputSqnrDb: number } })
        .quality.outputSqnrDb;
    const eight = await sqnr('--target', 'sm8550/onnxruntime/npu/int8');
    expect(await sqnr('--target', 'sm8550/onnxruntime/npu/w8a16')).toBeGreaterThan(eight + 2);
    expect(integerTypes(graphAt('out/small.onnx'))).toEqual(new Set(['uint16', 'int8', 'int32']));
  });
  test('carries on into every file and report that the weights are drawn, where the model says so', async () => {
    expect(await quantize('--tflite')).not.toContain('weights, as');
    expect(
      [at('out/small.onnx'), at('out/small.tflite')].filter((file) =>
        readFileSync(file).includes('drawn'),
      ),
    ).toEqual([]);
    writeFileSync(at('model.onnx'), writeOnnx(smallNetwork(), { weights: 'drawn,\nseed 7' }));
    expect(await quantize('--tflite')).toContain('weights, as the model says: drawn, seed 7');
    for (const file of ['small.onnx', 'small.tflite', 'small.report.md', 'small.report.json'])
      expect(readFileSync(at(`out/${file}`)).includes('drawn, seed 7')).toBe(true);
  });
  test('writes TFLite and encodings too, and takes the encodings back', async () => {
    await quantize(
      '--tflite',
      '--save-encodings',
      at('out/small.encodings'),
      '--encodings-version',
      '0.6.1',
      '--method',
      'sqnr',
    );
    expect(readFileSync(at('out/small.tflite')).subarray(4, 8).toString()).toBe('TFL3');
    const first = readFileSync(at('out/small.onnx'));
    await quantize('--encodings', at('out/small.encodings'));
    expect(readFileSync(at('out/small.onnx')).equals(first)).toBe(true);
  });
  test.each([
    [['--precision', 'w8a16', '--method', 'sqnr']],
    [['--target', 'sm8550/tflite/npu/w8a16']],
  ])('writes TFLite of 16-bit activations, symmetric in both files: %j', async (args) => {
    await quantize('--tflite', ...args);
    expect(readdirSync(at('out'))).toContain('small.tflite');
    const zeros = [...graphAt('out/small.onnx').initializers.values()].filter(
      ({ elementType }) => elementType === 'uint16',
    );
    expect(new Set(zeros.map(({ data }) => Number(data[0])))).toEqual(new Set([32768]));
    const tflite = readTflite(readFileSync(at('out/small.tflite')));
    expect(
      tflite.ok &&
        tflite.value.tensors
          .filter(({ elementType }) => elementType === 'int64')
          .map(({ shape }) => shape),
    ).toEqual([[8], [4]]);
    await quantize('--precision', 'w8a16');
    const asymmetric = [...graphAt('out/small.onnx').initializers.values()].filter(
      ({ elementType }) => elementType === 'uint16',
    );
    expect(new Set(asymmetric.map(({ data }) => Number(data[0]))).size).toBeGreaterThan(1);
  });
  test('quantizes a network whose output is an index, judged by the numbers that it was picked from', async () => {
    const builder = createGraphBuilder('segmentation');
    const scores = builder.node(
      'scores',
      'Conv',
      [
        builder.input('image', [1, 3, 8, 8]),
        builder.constant('w', float32Tensor([5, 3, 1, 1], normals(15))),
      ],
      { kernel_shape: ints(1, 1) },
    );
    builder.node('y', 'ArgMax', [scores], { axis: int(1), keepdims: int(0) });
    writeFileSync(
      at('model.onnx'),
      writeOnnx(builder.finish([{ name: 'y', elementType: 'int64', shape: [1, 8, 8] }])),
    );
    const report = JSON.parse(await quantize('--tflite', '--json')) as {
      tflite: string;
      quality: { outputSqnrDb: number };
    };
    expect(report.quality.outputSqnrDb).toBeGreaterThan(30);
    expect(graphAt('out/small.onnx').outputs).toEqual([
      { name: 'y', elementType: 'int64', shape: [1, 8, 8] },
    ]);
    expect(readdirSync(at('out'))).toContain('small.tflite');
  });
  test('says before calibration what is not written as TFLite, writes the ONNX file all the same, and fails', async () => {
    writeFileSync(at('model.onnx'), writeOnnx(smallNetwork({ kind: 'Softsign' })));
    const notes: string[] = [];
    await expect(quantizeNoting(notes, '--tflite')).rejects.toThrow(
      new RegExp(
        `^${at('out/small.onnx')} is written, ${at('out/small.tflite')} is not: cannot write TFLite: node "relu" \\(Softsign\\): the operator is not written to TFLite; `,
      ),
    );
    expect(notes[0]).toMatch(
      /model\.onnx: cannot write TFLite: node "relu" \(Softsign\): .*; .*small\.onnx is written without it$/,
    );
    expect(notes[1]).toMatch(/^calibrating/);
    expect(readdirSync(at('out')).sort()).toEqual([
      'small.onnx',
      'small.report.json',
      'small.report.md',
    ]);
    expect(JSON.parse(readFileSync(at('out/small.report.json'), 'utf8'))).toMatchObject({
      tflite: null,
      tfliteRefusal: expect.stringContaining('Softsign') as string,
    });
    expect(notes.join()).not.toMatch(/farm quantize/);
  });
  test('equalizes and corrects biases when asked', async () => {
    for (const kind of ['empirical', 'analytic']) {
      const report = JSON.parse(
        await quantize('--equalize', '--bias-correction', kind, '--per-tensor', '--json'),
      ) as { remarks: string[]; quality: { outputSqnrDb: number } };
      expect(report.remarks.join('\n')).toMatch(
        /equalized 1 chains[^]*corrected the biases of 2 layers/,
      );
      expect(report.quality.outputSqnrDb).toBeGreaterThan(25);
    }
  });
  test('corrects layers that came without biases', async () => {
    writeFileSync(at('model.onnx'), writeOnnx(smallNetwork({ hasBiases: false })));
    const report = JSON.parse(await quantize('--bias-correction', 'empirical', '--json')) as {
      remarks: string[];
    };
    expect(report.remarks).toEqual(['corrected the biases of 2 layers']);
  });
  test('holds outputs and layers against the model that was given: a ReLU6 that equalization made a ReLU shows', async () => {
    writeFileSync(at('model.onnx'), writeOnnx(smallNetwork({ kind: 'Clip' })));
    const { remarks, quality } = JSON.parse(await quantize('--equalize', '--json')) as {
      remarks: string[];
      quality: { layers: { layer: string; sqnrDb: number }[]; outputSqnrDb: number };
    };
    expect(remarks[0]).toBe('equalized 1 chains of layers; 1 clipped activations became Relu');
    const sqnrDb = new Map(quality.layers.map((layer) => [layer.layer, layer.sqnrDb]));
    // Channels within the chain are scaled, so they are held against the equalized network.
    expect(sqnrDb.get('relu')).toBeGreaterThan(25);
    expect(sqnrDb.get('second')).toBeLessThan(20);
    expect(quality.outputSqnrDb).toBe(sqnrDb.get('second'));
  });
});
