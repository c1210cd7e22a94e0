import { canonicalize } from '../../model/canonical/canonicalize';
import type { Graph } from '../../model/onnx/graph';
import {
  createGraphBuilder,
  float32Tensor,
  int,
  ints,
  type GraphBuilder,
} from '../../model/onnx/graph_builder';
import { readOnnx } from '../../model/onnx/read';
import { writeOnnx } from '../../model/onnx/write';
import { measureQuality } from '../../model/quantize/quality/layer_quality';
import { defaultQuantization } from '../../model/quantize/options/options';
import { quantizeGraph } from '../../model/quantize/quantize';
import { writeTflite } from '../../model/tflite/write';
import { number, section } from './report';

const [fewNodes, manyNodes] = [2500, 10_000];
const data = { kind: 'generated', seed: 1, samples: 4 } as const;

type Step = (builder: GraphBuilder, name: string, tensors: readonly string[]) => string;

interface Family {
  readonly step: Step;
  readonly end: (builder: GraphBuilder, tensors: readonly string[]) => string;
}

const families: Readonly<Record<string, Family>> = {
  'chain of convolutions and ReLU': {
    step: (builder, name, tensors) =>
      tensors.length % 2 === 0
        ? builder.node(name, 'Relu', [tensors.at(-1) ?? ''])
        : convolved(builder, name, tensors.at(-1) ?? ''),
    end: last,
  },
  'sums with one shared tensor': {
    step: (builder, name, tensors) =>
      builder.node(name, 'Add', [tensors.at(-1) ?? '', tensors[0] ?? '']),
    end: last,
  },
  'one concatenation of branches': {
    step: (builder, name, tensors) => convolved(builder, name, tensors[0] ?? ''),
    end: (builder, tensors) => builder.node('all', 'Concat', tensors.slice(1), { axis: int(1) }),
  },
};

/** CPU time of all steps of `farm quantize --tflite` with the number of nodes: four times as many take four times as long where it grows linearly. */
export async function benchGrowth(): Promise<void> {
  const rows = [];
  for (const [label, family] of Object.entries(families)) {
    const [few, many] = [await secondsFor(family, fewNodes), await secondsFor(family, manyNodes)];
    rows.push([label, number(few, 2), number(many, 2), number(many / few, 1)]);
  }
  section(
    'Read, canonicalize, quantize, write ONNX and TFLite, compare layers',
    ['NETWORK', `${String(fewNodes)} NODES, CPU S`, `${String(manyNodes)} NODES, CPU S`, 'RATIO'],
    rows,
  );
}

async function secondsFor(family: Family, count: number): Promise<number> {
  const file = writeOnnx(networkOf(family, count));
  const started = process.cpuUsage();
  const read = readOnnx(file);
  if (!read.ok) throw new Error(read.error);
  const canonical = canonicalize(read.value);
  if (!canonical.ok) throw new Error(canonical.error);
  const quantized = await quantizeGraph(canonical.value, data, defaultQuantization);
  writeOnnx(quantized);
  const tflite = writeTflite(quantized);
  if (!tflite.ok) throw new Error(tflite.error);
  await measureQuality(
    { given: canonical.value, float: canonical.value, rescaled: new Set(), quantized },
    data,
    data.samples,
  );
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e6;
}

function networkOf({ step, end }: Family, count: number): Graph {
  const builder = createGraphBuilder('growth');
  const tensors = [builder.input('x', [1, 4, 4, 4])];
  for (let index = 0; index < count; index += 1)
    tensors.push(step(builder, `n${String(index)}`, tensors));
  return builder.finish([{ name: end(builder, tensors), elementType: 'float32', shape: null }]);
}

function last(_: GraphBuilder, tensors: readonly string[]): string {
  return tensors.at(-1) ?? '';
}

/** Close to the identity, so that a chain neither grows nor fades. */
function convolved(builder: GraphBuilder, name: string, input: string): string {
  const weight = Float32Array.from({ length: 16 }, (_, index) =>
    index % 5 === 0 ? 0.9 : -0.02 * (index % 3),
  );
  return builder.node(
    name,
    'Conv',
    [input, builder.constant(`${name}.weight`, float32Tensor([4, 4, 1, 1], weight))],
    { kernel_shape: ints(1, 1) },
  );
}
