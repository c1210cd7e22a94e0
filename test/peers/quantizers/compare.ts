import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { TableCell } from '../../../cli/output/table';
import type { AimetEncodings } from '../../../model/quantize/aimet/aimet_encoding';
import type { Graph } from '../../../model/onnx/graph';
import { writeOnnx } from '../../../model/onnx/write';
import { createReference } from '../../../model/zoo/reference';
import { referenceNames, type ReferenceName } from '../../../model/zoo/reference_spec';
import { number, section } from '../../bench/report';
import { npy } from '../npy';
import { pythonEnvironment } from '../python_environment';
import { differingActivations, summary, type PeerEncoding } from './encoding_differences';
import { aimetWay, encodingsUnderEqualConditions, quantizeOurs, ways } from './ours';
import { inputShape, normals } from './samples';

const run = promisify(execFile);
const toolDeadlineMs = 20 * 60_000;
const calibrationSamples = 8;
/** The standard error of a difference is then some 0.05 dB. */
const heldOutSamples = 32;

const peers = [
  'ort-min-max',
  'ort-percentile',
  'ort-entropy',
  'aimet-min_max',
  'aimet-tf_enhanced',
  'aimet-cle',
  'aimet-seq_mse',
];

interface Outcome {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly sqnrDb: number | null;
  /** Of each held-out sample. */
  readonly sampleSqnrsDb: readonly number[];
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
  const only = process.argv
    .find((argument) => argument.startsWith('--only='))
    ?.slice('--only='.length)
    .split(',');
  const tool: Tool = async (name, files) => {
    const { stdout } = await run(
      python,
      [
        path.join(source, 'peers.py'),
        name,
        files.model,
        files.calibration,
        files.heldOut,
        files.output,
      ],
      { timeout: toolDeadlineMs, maxBuffer: 1e9 },
    );
    return JSON.parse(stdout) as Outcome;
  };
  try {
    for (const name of asked.length === 0 ? referenceNames : asked)
      await compare(name, folder, { tool, peers: only ?? peers });
  } finally {
    await rm(folder, { recursive: true });
  }
}

type Tool = (
  name: string,
  files: {
    readonly model: string;
    readonly calibration: string;
    readonly heldOut: string;
    readonly output: string;
  },
) => Promise<Outcome>;

async function compare(
  name: ReferenceName,
  folder: string,
  { tool, peers: asked }: { readonly tool: Tool; readonly peers: readonly string[] },
): Promise<void> {
  const graph = createReference(name);
  const [calibration, heldOut] = [
    normals('calibration', calibrationSamples),
    normals('held out', heldOutSamples),
  ];
  const file = (each: string): string => path.join(folder, each);
  const files = {
    model: file(`${name}.onnx`),
    calibration: file('calibration.npy'),
    heldOut: file('held_out.npy'),
    output: file('quantized.onnx'),
  };
  await writeFile(files.model, writeOnnx(graph));
  await writeFile(files.calibration, npy(inputShape, calibration));
  await writeFile(files.heldOut, npy(inputShape, heldOut));
  const rows: TableCell[][] = [];
  const theirs = new Map<string, Outcome>();
  for (const each of asked) {
    const outcome = await tool(each, files).catch(() => undefined);
    if (outcome !== undefined) theirs.set(each, outcome);
    rows.push([
      each,
      outcome === undefined ? 'fails' : number(outcome.seconds, 2),
      number(outcome?.cpuSeconds ?? NaN, 2),
      number(outcome?.sqnrDb ?? NaN, 2),
      '',
    ]);
  }
  const encodings = new Map<string, AimetEncodings>();
  for (const [label, way] of Object.entries(ways)) {
    const ours = await quantizeOurs(graph, calibration, way);
    encodings.set(label, ours.encodings);
    await writeFile(files.output, ours.onnx);
    const outcome = await tool('run', files);
    rows.push([
      label,
      number(ours.seconds, 2),
      number(ours.cpuSeconds, 2),
      number(outcome.sqnrDb ?? NaN, 2),
      way.peers.map((peer) => advantage(outcome, peer, theirs.get(peer))).join(', '),
    ]);
  }
  section(
    `${name}, ${String(calibrationSamples)} samples to calibrate, ${String(heldOutSamples)} held out`,
    [
      'TOOL',
      'SECONDS',
      'CPU SECONDS',
      'OUTPUT SQNR DB',
      'OF A SAMPLE, OVER THE SAME SCHEME OF OTHERS, DB',
    ],
    rows,
  );
  const minMax = theirs.get('aimet-min_max');
  const [phone, plain] = [encodings.get('farm min-max'), encodings.get(aimetWay)];
  if (minMax === undefined || phone === undefined || plain === undefined) return;
  await compareEncodings(graph, calibration, {
    phone,
    plain,
    minMax: minMax.encodings,
    floatWeights: (await tool('aimet-float_weights', files)).encodings,
  });
}

/** Mean difference over the held-out samples and its standard error: which of two equally good roundings wins on few samples is chance. */
function advantage(ours: Outcome, peer: string, theirs: Outcome | undefined): string {
  if (theirs === undefined) return '';
  const differences = ours.sampleSqnrsDb.map(
    (db, index) => db - (theirs.sampleSqnrsDb[index] ?? NaN),
  );
  const mean = differences.reduce((sum, each) => sum + each, 0) / differences.length;
  const variance =
    differences.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (differences.length - 1);
  return `${peer} ${mean.toFixed(2)} ± ${Math.sqrt(variance / differences.length).toFixed(2)}`;
}

interface EncodingSources {
  /** Ours by the rules for phones, and by AIMET's scheme. */
  readonly phone: AimetEncodings;
  readonly plain: AimetEncodings;
  readonly minMax: Outcome['encodings'];
  /** AIMET's, with activations seen behind float weights, as the farm sees them. */
  readonly floatWeights: Outcome['encodings'];
}

async function compareEncodings(
  graph: Graph,
  calibration: readonly Float32Array[],
  { phone, plain, minMax, floatWeights }: EncodingSources,
): Promise<void> {
  const equal = await encodingsUnderEqualConditions(graph, calibration);
  section(
    'Encodings against aimet min_max',
    [
      'OF',
      'SCALES IN BOTH',
      'OFF BY OVER 1E-6',
      'OF THESE BY 128/127',
      'LARGEST OTHER DIFFERENCE',
      'TENSORS WITH OTHER OFFSETS',
    ],
    [
      ['weights', ...summary(phone.parameters, minMax)],
      ['weights by --weights full-range', ...summary(plain.parameters, minMax)],
      ['activations by the rules for phones', ...summary(phone.activations, floatWeights)],
      [
        'activations without them, against its own behind quantized weights',
        ...summary(plain.activations, minMax),
      ],
      [
        'activations without them, both behind float weights',
        ...summary(plain.activations, floatWeights),
      ],
      [
        'activations without them, and with its kernels',
        ...summary(equal.activations, floatWeights),
      ],
    ],
  );
  const rows = differingActivations(graph, floatWeights, {
    ours: plain.activations,
    equalConditions: equal.activations,
  });
  section(
    'Activations that differ, both behind float weights',
    ['TENSOR', 'OPERATOR', 'SCALE, OFFSET', 'AIMET', 'DIFFERENCE', 'REASON'],
    rows,
  );
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`compare: ${(error as Error).message}\n`);
    process.exit(1);
  },
);
