/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from '../../../common/random';
import { canonicalize } from '../../../model/canonical/canonicalize';
import { createSession } from '../../../model/execute/session';
import { elementCount, type Graph } from '../../../model/onnx/graph';
import { createGraphBuilder, float32Tensor } from '../../../model/onnx/graph_builder';
import { readOnnx } from '../../../model/onnx/read';
import { writeOnnx } from '../../../model/onnx/write';
import { anatomyOf } from '../../../model/reference/anatomy';
import { resolveCuts, type CutChoice } from '../../../model/reference/cuts';
import { extractParts, type ReferencePart } from '../../../model/reference/extract';
import { stitchParts, type StitchedPart } from '../../../model/reference/stitch';
import { createReference } from '../../../model/zoo/reference';
import { gatedNetwork, residualNetwork, transformer } from './small_networks';

function partsOf(graph: Graph, choice: CutChoice = { kind: 'auto' }): readonly ReferencePart[] {
  const anatomy = anatomyOf(graph);
  if (!anatomy.ok) throw new Error(anatomy.error);
  const cuts = resolveCuts(choice, anatomy.value);
  if (!cuts.ok) throw new Error(cuts.error);
  return extractParts(anatomy.value.profile, cuts.value);
}

function stitched(name: string, parts: readonly StitchedPart[]): Graph {
  const graph = stitchParts(name, parts);
  if (!graph.ok) throw new Error(graph.error);
  return graph.value;
}

async function run(graph: Graph, data: Float32Array): Promise<Float32Array> {
  const session = await createSession(writeOnnx(graph));
  try {
    const [input] = graph.inputs;
    const results = await session.run(
      new Map([[input!.name, { shape: input!.shape!.map(Number), data }]]),
    );
    return results.get(graph.outputs[0]!.name)!.data;
  } finally {
    await session.release();
  }
}

function inputOf(graph: Graph): Float32Array {
  const random = createRandom('stitch');
  return Float32Array.from({ length: elementCount(graph.inputs[0]!.shape!.map(Number)) }, () =>
    random.normal(),
  );
}

const bytes = (data: Float32Array): Buffer =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** As exporters wrote it, in canonical form. */
function exported(file: string): Graph {
  const read = readOnnx(readFileSync(path.join(__dirname, '../../data/exported', `${file}.onnx`)));
  const graph = read.ok
    ? canonicalize(read.value, {
        inputShapes: new Map(
          read.value.inputs.map((input) => [
            input.name,
            input.shape!.map((size, axis) =>
              typeof size === 'number' ? size : [1, 3, 32, 32][axis]!,
            ),
          ]),
        ),
      })
    : read;
  if (!graph.ok) throw new Error(graph.error);
  return graph.value;
}

const exports = [
  'torch.mobilenet_v3.opset17',
  'torch.resnet.opset9',
  'torch.convnext.dynamo20-dynamic',
  'torch.tanh_gelu.dynamo18',
  'keras.mobilenet_v3.opset13',
  'paddle.transformer.opset11',
];

const networks: readonly (readonly [string, Graph])[] = [
  ['residuals', residualNetwork()],
  ['inverted residuals with squeeze-and-excitation', gatedNetwork()],
  ['a transformer', transformer(4)],
  ...(['mobilenetv2', 'efficientnet-b0', 'deit-tiny'] as const).map(
    (name) =>
      [
        name,
        createReference(name, { imageSize: [64, 64], classes: 10, widthMultiplier: 0.5 }),
      ] as const,
  ),
  ...exports.map((file) => [file, exported(file)] as const),
];

describe.each(networks)('%s', (_, graph) => {
  const parts = partsOf(graph);
  const input = inputOf(graph);

  test('stitched from its own parts, each written and read again, computes the same bits', async () => {
    const read = parts.map(({ name, graph: part }) => {
      const again = readOnnx(writeOnnx(part));
      if (!again.ok) throw new Error(again.error);
      return { name, graph: again.value };
    });
    const whole = stitched(graph.name, read);
    expect(bytes(await run(whole, input)).equals(bytes(await run(graph, input)))).toBe(true);
    expect(whole.nodes).toEqual(graph.nodes);
  });

  test('run part by part computes the same to 1e-5', async () => {
    let at = input;
    for (const part of parts) at = await run(part.graph, at);
    const expected = await run(graph, input);
    const largest = Math.max(...expected.map(Math.abs));
    expect(largest).toBeGreaterThan(0);
    at.forEach((value, index) =>
      expect(Math.abs(value - expected[index]!)).toBeLessThan(1e-5 * largest),
    );
  });

  test('loses no operator, multiply-accumulate or parameter between the parts', () => {
    const anatomy = anatomyOf(graph);
    const sum = (field: 'operators' | 'macs' | 'parameters'): number =>
      parts.reduce((total, part) => total + part.total[field], 0);
    expect(anatomy.ok && anatomy.value.profile.total).toMatchObject({
      operators: sum('operators'),
      macs: sum('macs'),
      parameters: sum('parameters'),
    });
  });
});

/** One convolution that stands for a block; its names are those of another network. */
function convolution(
  shape: { readonly from: number; readonly to: number; readonly size: number },
  weight: number,
): Graph {
  const builder = createGraphBuilder('other');
  const weights = builder.constant(
    'stem.conv.weight',
    float32Tensor(
      [shape.to, shape.from, 1, 1],
      new Float32Array(shape.to * shape.from).fill(weight),
    ),
  );
  const output = builder.node('logits', 'Conv', [
    builder.input('image', [1, shape.from, shape.size, shape.size]),
    weights,
  ]);
  return builder.finish([
    { name: output, elementType: 'float32', shape: [1, shape.to, shape.size, shape.size] },
  ]);
}

describe('a replacement block', () => {
  const graph = residualNetwork();
  const parts = partsOf(graph, {
    kind: 'list',
    tensors: ['stem.pool', 'stage0.block0.out', 'stage0.block1.out'],
  });
  const replaced = (block: number, other: Graph): readonly StitchedPart[] =>
    parts.map((part) => (part.name === `block${block}` ? { name: part.name, graph: other } : part));

  test('may use names that the network has, with other values', async () => {
    const whole = stitched(
      'replaced',
      replaced(2, convolution({ from: 16, to: 16, size: 4 }, 0.125)),
    );
    expect(readOnnx(writeOnnx(whole))).toMatchObject({ ok: true });
    expect(whole.outputs).toEqual(graph.outputs);
    expect([
      whole.initializers.has('stem.conv.weight'),
      whole.initializers.has('block2/stem.conv.weight'),
    ]).toEqual([true, true]);
    let at = inputOf(graph);
    for (const part of replaced(2, convolution({ from: 16, to: 16, size: 4 }, 0.125)))
      at = await run(part.graph, at);
    const values = await run(whole, inputOf(graph));
    at.forEach((value, index) => expect(value).toBeCloseTo(values[index]!, 5));
  });

  test('may pass on what it takes', async () => {
    const nothing: Graph = {
      ...createGraphBuilder('nothing').finish([
        { name: 'same', elementType: 'float32', shape: [1, 16, 4, 4] },
      ]),
      inputs: [{ name: 'same', elementType: 'float32', shape: [1, 16, 4, 4] }],
    };
    const whole = stitched('shorter', replaced(2, nothing));
    expect(whole.nodes).toHaveLength(graph.nodes.length - parts[2]!.graph.nodes.length);
    expect(await run(whole, inputOf(graph))).toHaveLength(10);
  });

  test.each<[string, readonly StitchedPart[], string]>([
    [
      'takes another shape',
      replaced(2, convolution({ from: 8, to: 16, size: 4 }, 1)),
      'block2 takes 1x8x4x4 float32, but must take 1x16x4x4 float32, which block1 gives',
    ],
    [
      'gives another shape',
      replaced(2, convolution({ from: 16, to: 24, size: 4 }, 1)),
      'head takes 1x16x4x4 float32, but must take 1x24x4x4 float32, which block2 gives',
    ],
    [
      'has two inputs',
      replaced(1, { ...parts[1]!.graph, inputs: [...parts[1]!.graph.inputs, ...graph.inputs] }),
      'block1 has 2 inputs; it must have one, which takes what stem gives',
    ],
    [
      'has two outputs',
      replaced(1, {
        ...parts[1]!.graph,
        outputs: [...parts[1]!.graph.outputs, ...parts[1]!.graph.outputs],
      }),
      'block1 has 2 outputs; it must have one, which the next part takes',
    ],
    [
      'has another opset',
      replaced(1, { ...parts[1]!.graph, opset: 17 }),
      'block1 has opset 17, but stem has 21; bring both into canonical form',
    ],
  ])('that %s is refused', (_, wrong, error) => {
    expect(stitchParts('wrong', wrong)).toEqual({ ok: false, error });
  });
});
