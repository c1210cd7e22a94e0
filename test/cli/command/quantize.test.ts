/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { registerQuantize } from '../../../cli/command/quantize';
import { BadInputError } from '../../../common/bad_input';
import { createRandom } from '../../../common/random';
import type { Graph } from '../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor, int, ints } from '../../../model/onnx/graph_builder';
import { readOnnx } from '../../../model/onnx/read';
import { writeOnnx } from '../../../model/onnx/write';
import { readTflite } from '../../../model/tflite/file/read';
import { npyFile } from '../../model/calibration/npy_file';
import { bytesField, intField, modelWith, textField } from '../../model/onnx/wire';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'quantize-'));
  mkdirSync(path.join(folder, 'out'));
  writeFileSync(path.join(folder, 'model.onnx'), writeOnnx(smallNetwork()));
  writeFileSync(
    path.join(folder, 'samples.npy'),
    npyFile(normals(6 * 192), { descr: '<f4', shape: [6, 3, 8, 8] }),
  );
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function normals(count: number): Float32Array {
  const random = createRandom('samples');
  return Float32Array.from({ length: count }, () => random.normal());
}

interface Changes {
  readonly weights?: (count: number) => Float32Array;
  readonly hasBiases?: boolean;
  readonly kind?: 'Relu' | 'Clip' | 'Det' | 'Softsign';
}

function smallNetwork({ weights = normals, hasBiases = true, kind = 'Relu' }: Changes = {}): Graph {
  const builder = createGraphBuilder('small');
  const conv = (name: string, input: string, from: number, to: number): string =>
    builder.node(
      name,
      'Conv',
      [
        input,
        builder.constant(`${name}.w`, float32Tensor([to, from, 3, 3], weights(to * from * 9))),
        ...(hasBiases ? [builder.constant(`${name}.b`, float32Tensor([to], weights(to)))] : []),
      ],
      { pads: ints(1, 1, 1, 1), kernel_shape: ints(3, 3) },
    );
  const limits =
    kind === 'Clip'
      ? [
          builder.constant('min', float32Tensor([], Float32Array.of(0))),
          builder.constant('max', float32Tensor([], Float32Array.of(6))),
        ]
      : [];
  const relu = builder.node('relu', kind, [
    conv('first', builder.input('image', [1, 3, 8, 8]), 3, 8),
    ...limits,
  ]);
  return builder.finish([
    { name: conv('second', relu, 8, 4), elementType: 'float32', shape: [1, 4, 8, 8] },
  ]);
}

/** The output of an If that nobody could decide here. */
const branch = bytesField(
  1,
  textField(1, 'x'),
  textField(2, 'z'),
  textField(3, 'choice'),
  textField(4, 'If'),
  bytesField(5, textField(1, 'then_branch'), bytesField(6), intField(20, 5)),
);

/** Its call leaves out the attribute `where`, for which the definition has 1 (attribute_proto, field 11). */
const functionWithDefault = Buffer.concat([
  modelWith(
    bytesField(1, textField(1, 'y'), textField(2, 'z'), textField(4, 'Flat'), textField(7, 'pkg')),
  ),
  bytesField(
    25,
    textField(1, 'Flat'),
    textField(4, 'a'),
    textField(5, 'b'),
    textField(10, 'pkg'),
    bytesField(11, textField(1, 'where'), intField(3, 1), intField(20, 2)),
    bytesField(
      7,
      textField(1, 'a'),
      textField(2, 'b'),
      textField(4, 'Flatten'),
      bytesField(5, textField(1, 'axis'), textField(21, 'where'), intField(20, 2)),
    ),
  ),
]);

function productOfThree(): Graph {
  const builder = createGraphBuilder('product');
  const operands = [
    builder.input('image', [1, 3, 8, 8]),
    ...['a', 'b'].map((name) => builder.constant(name, float32Tensor([8, 8], normals(64)))),
  ];
  const product = builder.node('product', 'Einsum', operands, {
    equation: { kind: 'string', value: 'nchw,wk,kl->nchl' },
  });
  return builder.finish([{ name: product, elementType: 'float32', shape: [1, 3, 8, 8] }]);
}

const at = (name: string): string => path.join(folder, name);

/** Runs `farm quantize` in this process; what it printed. */
async function quantize(...args: readonly string[]): Promise<string> {
  return quantizeNoting([], ...args);
}

async function quantizeNoting(notes: string[], ...args: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const program = new Command('farm').exitOverride().configureOutput({ writeErr: () => undefined });
  registerQuantize(program, {
    print: (text) => void lines.push(text),
    note: (text) => void notes.push(text),
    interactive: false,
    columns: 0,
  });
  await program.parseAsync(
    [
      'quantize',
      at('model.onnx'),
      '--calibration',
      at('samples.npy'),
      '-o',
      at('out/small.onnx'),
      ...args,
    ],
    { from: 'user' },
  );
  return lines.join('\n');
}

function graphAt(name: string): Graph {
  const read = readOnnx(readFileSync(at(name)));
  if (!read.ok) throw new Error(read.error);
  return read.value;
}

const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
);
const wideEncodings = {
  version: '1.0.0',
  param_encodings: [],
  activation_encodings: [
    {
      name: 'relu',
      dtype: 'INT',
      enc_type: 'PER_TENSOR',
      bw: 16,
      is_sym: false,
      scale: [0.5],
      offset: [0],
    },
  ],
};

const integerTypes = (graph: Graph): ReadonlySet<string> =>
  new Set(
    [...graph.initializers]
      .filter(([name]) => name.endsWith('/zero'))
      .map(([, tensor]) => tensor.elementType),
  );

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

  test.each<readonly [string, () => readonly string[], string]>([
    ['a missing model', () => [], 'model.onnx: cannot be read (ENOENT)'],
    [
      'NaN in a sample',
      () => (
        writeFileSync(
          at('samples.npy'),
          npyFile(new Float32Array(192).fill(NaN), { descr: '<f4', shape: [1, 3, 8, 8] }),
        ),
        []
      ),
      'calibration sample 1: value 1 is NaN, not finite',
    ],
    [
      'NaN in a weight',
      () => (
        writeFileSync(
          at('model.onnx'),
          writeOnnx(smallNetwork({ weights: (count) => new Float32Array(count).fill(NaN) })),
        ),
        []
      ),
      'has values that are not finite',
    ],
    [
      'a quantized model',
      () => (writeFileSync(at('model.onnx'), readFileSync(at('out/small.onnx'))), []),
      'the network is already quantized; give the float network',
    ],
    [
      'an unsupported operator',
      () => (writeFileSync(at('model.onnx'), writeOnnx(smallNetwork({ kind: 'Det' }))), []),
      "node 'relu': operator 'Det' is not supported; 1 of the network's 2 layers stand behind it: replace it in the network, or take the part before it: onnx.utils.extract_model(IN, OUT, ['image'], ['first'])",
    ],
    [
      'control flow',
      () => (writeFileSync(at('model.onnx'), modelWith(branch)), []),
      "node 'choice': operator 'If' is control flow, which is not supported; export the network with its branch taken, or let python -m onnxsim IN OUT take it where the condition is constant, or cut the network before it",
    ],
    [
      'an Einsum of three',
      () => (writeFileSync(at('model.onnx'), writeOnnx(productOfThree())), []),
      "node 'product': operator 'Einsum' is not supported; only a product of two operands is; write it as MatMul, Transpose and ReduceSum",
    ],
    [
      'a function with a default',
      () => (writeFileSync(at('model.onnx'), functionWithDefault), []),
      "function 'Flat' is called without its attribute 'where', whose default value is not read; inline the functions (onnx.inliner.inline_local_functions)",
    ],
    [
      'samples of another size',
      () => (
        writeFileSync(
          at('samples.npy'),
          npyFile(new Float32Array(3 * 49), { descr: '<f4', shape: [1, 3, 7, 7] }),
        ),
        []
      ),
      "samples.npy: has shape 1x3x7x7; expected 1x3x8x8 (input 'image')",
    ],
    [
      'an image too small',
      () => (writeFileSync(at('dot.png'), onePixel), ['--calibration', at('dot.png')]),
      'has 1x1 pixels; expected an image of at least',
    ],
    [
      'an empty folder',
      () => (mkdirSync(at('empty')), ['--calibration', at('empty')]),
      'the folder has no files',
    ],
    [
      'another output name',
      () => ['-o', at('out/small.bin')],
      'expected a name that ends in .onnx',
    ],
    [
      'a folder that is not there',
      () => ['-o', at('nowhere/small.onnx')],
      'cannot be written (ENOENT); choose another with -o FILE',
    ],
    [
      'a float target',
      () => ['--target', 'sm8550/tflite/gpu/float16'],
      'runs float16; expected int8 or w8a16',
    ],
    [
      'encodings that are none',
      () => (writeFileSync(at('bad.encodings'), '{'), ['--encodings', at('bad.encodings')]),
      'bad.encodings: not a JSON file',
    ],
    [
      'encodings that do not fit',
      () => (
        writeFileSync(at('wide.encodings'), JSON.stringify(wideEncodings)),
        ['--encodings', at('wide.encodings')]
      ),
      "wide.encodings: tensor 'relu': the encoding has 16 bits",
    ],
    [
      'a dynamic shape',
      () => (
        writeFileSync(
          at('model.onnx'),
          writeOnnx({
            ...smallNetwork(),
            inputs: [{ name: 'image', elementType: 'float32', shape: ['batch', 3, 8, 8] }],
          }),
        ),
        []
      ),
      'dynamic dimension',
    ],
  ])('refuses %s with one line, and writes nothing', async (what, prepare, expected) => {
    if (what === 'a quantized model') await quantize();
    const args = prepare();
    if (what === 'a missing model') rmSync(at('model.onnx'));
    const before = readdirSync(at('out'));
    const refusal = await quantize(...args).then(
      () => new Error('accepted'),
      (error: unknown) => error as Error,
    );
    expect(refusal.message).toContain(expected);
    expect(refusal).toBeInstanceOf(BadInputError);
    expect(refusal.message).not.toMatch(/\n/);
    expect(readdirSync(at('out'))).toEqual(before);
  });
});
