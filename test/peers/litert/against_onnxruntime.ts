import { parseArgs } from 'node:util';
import { loadLiteRt } from '../../../agent/runtimes/host/program/litert';
import type { TableCell } from '../../../cli/output/table';
import { compareRuntimes, largestIndex, type Agreement } from '../../model/tflite/agreement';
import { liteRtRunner } from '../../model/tflite/litert_runner';
import { normalInputs } from '../../model/tflite/quantized_graph';
import { shippedSpaceNames } from '../../../model/space/load_space';
import { number, section } from '../../bench/report';
import {
  quantized,
  randomArchitectures,
  shippedReferences,
  type ShippedNetwork,
} from '../shipped_networks';

/** Of a reference, and of each architecture. */
const samplesOfReference = 20;
const samplesOfArchitecture = 2;
const closeSteps = 2;

/**
 * int8 TFLite in LiteRT against int8 QDQ ONNX in ONNX Runtime, for the shipped references and random architectures of the
 * shipped spaces: `node dist/test/peers/litert/against_onnxruntime.js [--count 200] [--size PIXELS] [--samples 20] [--optimization basic] [NAME…]`.
 * References have 224 pixels; images of spaces are at most as large as asked for. All takes an hour at 96 pixels; rows appear as they are done.
 */
async function main(): Promise<void> {
  const { values: asked, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      count: { type: 'string', default: '200' },
      size: { type: 'string', default: '224' },
      samples: { type: 'string', default: String(samplesOfReference) },
      optimization: { type: 'string', default: 'all' },
    },
  });
  const optimization = asked.optimization === 'basic' ? 'basic' : 'all';
  const run = liteRtRunner(await loadLiteRt());
  const rows: (readonly TableCell[])[] = [];
  for (const { name, networks } of groups(Number(asked.count), Number(asked.size)).filter(
    (group) => positionals.length === 0 || positionals.includes(group.name),
  )) {
    const runs: Agreement[] = [];
    const all = networks();
    for (const network of all) {
      const graph = await quantized(network.build());
      const samples = Array.from(
        { length: network.group === 'references' ? Number(asked.samples) : samplesOfArchitecture },
        (_, index) => normalInputs(graph, `${network.name} ${String(index)}`),
      );
      const found = await compareRuntimes(graph, samples, run, optimization);
      if (found.some(({ steps }) => steps.some((step) => step > 0.5)))
        process.stderr.write(`differs: ${network.name}\n`);
      runs.push(...found);
    }
    rows.push(row(name, all.length, runs));
    process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
  }
  section(
    `int8 TFLite in LiteRT against int8 ONNX in ONNX Runtime (${optimization})`,
    [
      'NETWORKS',
      'MODELS',
      'INPUTS',
      'SAME TOP-1 %',
      'WITHIN 2 STEPS %',
      'IDENTICAL INPUTS %',
      'LARGEST, STEPS',
    ],
    rows,
  );
}

interface Group {
  readonly name: string;
  readonly networks: () => readonly ShippedNetwork[];
}

function groups(count: number, size: number): readonly Group[] {
  return [
    ...shippedReferences().map((reference) => ({
      name: reference.name,
      networks: () => [reference],
    })),
    ...shippedSpaceNames().map((space) => ({
      name: `space:${space}`,
      networks: () => randomArchitectures(space, count, 'agreement', size),
    })),
  ];
}

function row(name: string, networks: number, runs: readonly Agreement[]): readonly TableCell[] {
  const steps = runs.flatMap((run) => run.steps);
  const share = (part: number, whole: number): number => (100 * part) / whole;
  return [
    name,
    number(networks),
    number(runs.length),
    number(
      share(
        runs.filter(({ expected, actual }) => largestIndex(expected) === largestIndex(actual))
          .length,
        runs.length,
      ),
      1,
    ),
    number(share(steps.filter((step) => step < closeSteps + 0.5).length, steps.length), 2),
    number(
      share(runs.filter((run) => run.steps.every((step) => step < 0.5)).length, runs.length),
      1,
    ),
    number(steps.reduce((largest, step) => Math.max(largest, step), 0)),
  ];
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`against_onnxruntime: ${(error as Error).message}\n`);
    process.exit(1);
  },
);
