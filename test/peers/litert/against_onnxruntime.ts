import { loadLiteRt } from '../../../agent/runtimes/host/litert';
import type { Cell } from '../../../cli/output/table';
import { compareRuntimes, largestIndex, type Agreement } from '../../model/tflite/agreement';
import { liteRtRunner } from '../../model/tflite/litert_runner';
import { normalInputs } from '../../model/tflite/quantized_graph';
import { shippedSpaceNames } from '../../../model/space/load_space';
import { number, section } from '../../bench/report';
import { quantized, randomArchitectures, shippedReferences, type ShippedNetwork } from '../shipped_networks';

const perSpace = 200;
const samplesOfReference = 20;
const samplesOfArchitecture = 2;
const closeSteps = 2;

/**
 * int8 TFLite in LiteRT against int8 QDQ ONNX in ONNX Runtime, for the shipped references and random architectures of the
 * shipped spaces: `node dist/test/peers/litert/against_onnxruntime.js [PER_SPACE]`. Takes hours; rows appear as they are done.
 */
async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? perSpace);
  const run = liteRtRunner(await loadLiteRt());
  const rows: (readonly Cell[])[] = [];
  const groups: readonly (() => readonly ShippedNetwork[])[] = [...shippedReferences().map((reference) => () => [reference]), ...shippedSpaceNames().map((space) => () => randomArchitectures(space, count, 'agreement'))];
  for (const group of groups) {
    const networks = group();
    const runs: Agreement[] = [];
    for (const network of networks) {
      const graph = await quantized(network.build());
      const samples = Array.from({ length: network.group === 'references' ? samplesOfReference : samplesOfArchitecture }, (_, index) => normalInputs(graph, `${network.name} ${String(index)}`));
      runs.push(...(await compareRuntimes(graph, samples, run)));
    }
    const [first] = networks;
    rows.push(row(first?.group === 'references' ? first.name : `space ${first?.group ?? ''}`, networks.length, runs));
    process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`);
  }
  section('int8 TFLite in LiteRT against int8 ONNX in ONNX Runtime', ['NETWORKS', 'MODELS', 'INPUTS', 'SAME TOP-1 %', 'WITHIN 2 STEPS %', 'IDENTICAL INPUTS %', 'LARGEST, STEPS'], rows);
}

function row(name: string, networks: number, runs: readonly Agreement[]): readonly Cell[] {
  const steps = runs.flatMap((run) => run.steps);
  const share = (part: number, whole: number): number => (100 * part) / whole;
  return [
    name, number(networks), number(runs.length),
    number(share(runs.filter(({ expected, actual }) => largestIndex(expected) === largestIndex(actual)).length, runs.length), 1),
    number(share(steps.filter((step) => step < closeSteps + 0.5).length, steps.length), 2),
    number(share(runs.filter((run) => run.steps.every((step) => step < 0.5)).length, runs.length), 1),
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
