import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { createRandom } from '../../../common/random';
import { toAimet } from '../../../model/encodings/network';
import type { AimetEncoding } from '../../../model/encodings/aimet_encoding';
import type { Graph } from '../../../model/onnx/graph';
import { writeOnnx } from '../../../model/onnx/write';
import { defaultQuantization } from '../../../model/quantize/options';
import { quantizePostTraining, type PostTraining } from '../../../model/quantize/post_training';
import type { RangeMethod } from '../../../model/quantize/range_search';
import { createReference } from '../../../model/zoo/reference';
import { referenceNames, type ReferenceName } from '../../../model/zoo/reference_spec';
import { number, section } from '../../bench/report';
import { pythonEnvironment } from '../python_environment';

const run = promisify(execFile);
const toolDeadlineMs = 20 * 60_000;
const calibrationSamples = 8;
const heldOutSamples = 16;
const inputShape = [3, 224, 224] as const;

const peers = ['ort-min-max', 'ort-percentile', 'ort-entropy', 'aimet-min_max', 'aimet-tf_enhanced', 'aimet-cle', 'aimet-seq_mse'];
const ours: Readonly<Record<string, { readonly method: RangeMethod; readonly further?: Partial<PostTraining> }>> = {
  'farm min-max': { method: { kind: 'min-max' } },
  'farm percentile': { method: { kind: 'percentile', percentile: 99.999 } },
  'farm mse': { method: { kind: 'mse' } },
  'farm sqnr': { method: { kind: 'sqnr' } },
  'farm min-max, biases corrected': { method: { kind: 'min-max' }, further: { biasCorrection: 'empirical' } },
};

interface PeerEncoding {
  readonly scales: readonly number[];
  readonly offsets: readonly number[];
}

interface Outcome {
  readonly seconds: number;
  readonly sqnrDb: number | null;
  readonly encodings: Readonly<Record<string, PeerEncoding>>;
}

/**
 * ONNX Runtime's quantizer, AIMET and the farm on the same models and samples, one after the other:
 * `node dist/test/peers/quantizers/compare.js [NAME…] [--only tool,tool]`. Quantized models are all run by ONNX Runtime on samples held out.
 */
async function main(): Promise<void> {
  const { python, source } = await pythonEnvironment('quantizers');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'farm-quantizers-'));
  const asked = referenceNames.filter((name) => process.argv.includes(name));
  const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length).split(',');
  const tool: Tool = async (name, files) => {
    const { stdout } = await run(python, [path.join(source, 'peers.py'), name, files.model, files.calibration, files.heldOut, files.output], { timeout: toolDeadlineMs, maxBuffer: 1e9 });
    return JSON.parse(stdout) as Outcome;
  };
  try {
    for (const name of asked.length === 0 ? referenceNames : asked) await compare(name, folder, { tool, peers: only ?? peers });
  } finally {
    await rm(folder, { recursive: true });
  }
}

type Tool = (name: string, files: { readonly model: string; readonly calibration: string; readonly heldOut: string; readonly output: string }) => Promise<Outcome>;

async function compare(name: ReferenceName, folder: string, { tool, peers: asked }: { readonly tool: Tool; readonly peers: readonly string[] }): Promise<void> {
  const graph = createReference(name);
  const [calibration, heldOut] = [normals('calibration', calibrationSamples), normals('held out', heldOutSamples)];
  const file = (each: string): string => path.join(folder, each);
  const files = { model: file(`${name}.onnx`), calibration: file('calibration.npy'), heldOut: file('held_out.npy'), output: file('quantized.onnx') };
  await writeFile(files.model, writeOnnx(graph));
  await writeFile(files.calibration, npy(calibration));
  await writeFile(files.heldOut, npy(heldOut));
  const rows = [];
  const theirs = new Map<string, Outcome>();
  for (const each of asked) {
    const outcome = await tool(each, files).catch(() => undefined);
    if (outcome !== undefined) theirs.set(each, outcome);
    rows.push([each, outcome === undefined ? 'fails' : number(outcome.seconds, 1), number(outcome?.sqnrDb ?? NaN, 2)] as const);
  }
  let encodings: ReturnType<typeof toAimet> | undefined;
  for (const [label, way] of Object.entries(ours)) {
    const { seconds, onnx, aimet } = await quantizeOurs(graph, calibration, way);
    if (label === 'farm min-max') encodings = aimet;
    await writeFile(files.output, onnx);
    rows.push([label, number(seconds, 1), number((await tool('run', files)).sqnrDb ?? NaN, 2)] as const);
  }
  section(`${name}, ${String(calibrationSamples)} samples to calibrate, ${String(heldOutSamples)} held out`, ['TOOL', 'SECONDS', 'OUTPUT SQNR DB'], rows);
  const minMax = theirs.get('aimet-min_max');
  if (minMax === undefined || encodings === undefined) return;
  const fullRange = (await quantizeOurs(graph, calibration.slice(0, 1), { method: { kind: 'min-max' }, further: { options: { ...defaultQuantization, weightMethod: 'full-range' } } })).aimet;
  const onFloatWeights = await tool('aimet-float_weights', files);
  section('Encodings against aimet min_max', ['OF', 'SCALES IN BOTH', 'OFF BY OVER 1E-6', 'OF THESE BY 128/127', 'LARGEST OTHER DIFFERENCE', 'TENSORS WITH OTHER OFFSETS'], [
    ['weights', ...difference(encodings.parameters, minMax.encodings)],
    ['weights by --weights full-range', ...difference(fullRange.parameters, minMax.encodings)],
    ['activations, measured behind its quantized weights', ...difference(encodings.activations, minMax.encodings)],
    ['activations, measured behind float weights as here', ...difference(encodings.activations, onFloatWeights.encodings)],
  ]);
}

async function quantizeOurs(graph: Graph, samples: readonly Float32Array[], { method, further = {} }: { readonly method: RangeMethod; readonly further?: Partial<PostTraining> }): Promise<{ readonly seconds: number; readonly onnx: Uint8Array; readonly aimet: ReturnType<typeof toAimet> }> {
  const startedMs = performance.now();
  const calibration = { data: { kind: 'given', samples }, method, threads: os.availableParallelism(), onSample: () => undefined } as const;
  const network = await quantizePostTraining(graph, { options: defaultQuantization, calibration, equalize: false, biasCorrection: null, given: null, ...further });
  const onnx = writeOnnx(network.quantized);
  return { seconds: (performance.now() - startedMs) / 1000, onnx, aimet: toAimet(network.float, network.encodings) };
}

/** AIMET uses -128 where a channel's extreme is negative: its scale is then 127/128 of ours, which keeps to -127 as TFLite's specification does. */
const wholeStep = 128 / 127 - 1;

function difference(mine: ReadonlyMap<string, AimetEncoding>, theirs: Outcome['encodings']): ReturnType<typeof number>[] {
  let [both, off, explained, largest, offsets] = [0, 0, 0, 0, 0];
  for (const [name, encoding] of mine) {
    const other = theirs[name];
    if (other?.scales.length !== encoding.scales.length) continue;
    encoding.scales.forEach((scale, index) => {
      const relative = Math.abs(scale / (other.scales[index] ?? NaN) - 1);
      both += 1;
      if (relative > 1e-6) off += 1;
      if (Math.abs(relative - wholeStep) < 1e-6) explained += 1;
      else largest = Math.max(largest, relative);
    });
    if (encoding.offsets.some((offset, index) => offset !== other.offsets[index])) offsets += 1;
  }
  return [number(both), number(off), number(explained), number(largest, 9), number(offsets)];
}

function normals(purpose: string, count: number): readonly Float32Array[] {
  const random = createRandom('quantizers').derive(purpose);
  return Array.from({ length: count }, () => Float32Array.from({ length: inputShape.reduce((product, dimension) => product * dimension, 1) }, () => random.normal()));
}

/** As numpy.save writes it: the header fills 128 bytes. */
function npy(samples: readonly Float32Array[]): Buffer {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${[samples.length, ...inputShape].join(', ')}), }`;
  const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
  return Buffer.concat([head, Buffer.from(`${dictionary.padEnd(117)}\n`), ...samples.map((sample) => Buffer.from(sample.buffer))]);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`compare: ${(error as Error).message}\n`);
    process.exit(1);
  },
);
