import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { loadLiteRt } from '../../../agent/runtimes/host/program/litert';
import type { Graph } from '../../../model/onnx/graph';
import { writeTflite } from '../../../model/tflite/write';
import { number, section } from '../../bench/report';
import { outputScale, toChannelsLast } from '../../model/tflite/agreement';
import { liteRtRunner, type RunLiteRt } from '../../model/tflite/litert_runner';
import { normalInputs } from '../../model/tflite/quantized_graph';
import { pythonEnvironment } from '../python_environment';
import { quantized, shippedNetworks } from '../shipped_networks';

const perSpace = 5;
const samples = 4;
/** Elements may differ by one step; float output is compared a little beyond it. */
const tolerance = 1.01;

/** Sends one line, waits for one. */
type Ask = (line: string) => Promise<string>;

interface Differences {
  readonly elements: number;
  readonly differing: number;
  readonly beyondOneStep: number;
  readonly largest: number;
}

/** int8 TFLite files of shipped networks in the official LiteRT and in its WebAssembly build: `node dist/test/peers/litert/compare.js [PER_SPACE]`. */
async function main(): Promise<void> {
  const { python, source } = await pythonEnvironment('litert');
  const child = spawn(python, [path.join(source, 'run.py')], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask: Ask = async (line) => {
    child.stdin.write(`${line}\n`);
    const answer: IteratorResult<string, unknown> = await lines.next();
    if (answer.done === true) throw new Error('the official LiteRT ended');
    return answer.value;
  };
  const litert = await loadLiteRt();
  const runner = liteRtRunner(litert);
  const rows = new Map<string, Differences[]>();
  for (const network of shippedNetworks(Number(process.argv[2] ?? perSpace), 'litert')) {
    const key = network.group === 'references' ? network.name : `space ${network.group}`;
    rows.set(key, [
      ...(rows.get(key) ?? []),
      await compared(await quantized(network.build()), runner, ask),
    ]);
  }
  child.stdin.end();
  section(
    `int8 TFLite in ai-edge-litert against @litertjs/core ${litert.version}`,
    ['NETWORKS', 'MODELS', 'ELEMENTS', 'DIFFERENT %', 'BEYOND 1 STEP %', 'LARGEST, STEPS'],
    [...rows].map(([name, all]) => {
      const sum = (of: (each: Differences) => number): number =>
        all.reduce((total, each) => total + of(each), 0);
      const elements = sum((each) => each.elements);
      return [
        name,
        number(all.length),
        number(elements),
        number((100 * sum((each) => each.differing)) / elements, 3),
        number((100 * sum((each) => each.beyondOneStep)) / elements, 3),
        number(Math.max(...all.map((each) => each.largest)), 0),
      ];
    }),
  );
}

async function compared(graph: Graph, run: RunLiteRt, ask: Ask): Promise<Differences> {
  const file = writeTflite(graph);
  if (!file.ok) throw new Error(file.error);
  const folder = mkdtempSync(path.join(tmpdir(), 'litert-'));
  try {
    const inputs = Array.from({ length: samples }, (_, index) =>
      [...normalInputs(graph, `litert ${String(index)}`).values()].map(toChannelsLast),
    ).flat();
    const job = {
      model: path.join(folder, 'model.tflite'),
      inputs: inputs.map((_, index) => path.join(folder, `in${String(index)}`)),
      outputs: inputs.map((_, index) => path.join(folder, `out${String(index)}`)),
    };
    writeFileSync(job.model, file.value);
    inputs.forEach((values, index) =>
      writeFileSync(job.inputs[index] ?? '', Buffer.from(values.buffer)),
    );
    const answer = JSON.parse(await ask(JSON.stringify(job))) as { readonly error?: string };
    if (answer.error !== undefined)
      throw new Error(`the official LiteRT refuses ${graph.name}: ${answer.error}`);
    const ours = await run(
      file.value,
      inputs.map((values) => [values]),
    );
    const steps = ours.flatMap((values, index) => {
      const theirs = new Float32Array(
        Uint8Array.from(readFileSync(job.outputs[index] ?? '')).buffer,
      );
      return Array.from(
        values,
        (value, element) => Math.abs(value - (theirs[element] ?? NaN)) / outputScale(graph),
      );
    });
    return {
      elements: steps.length,
      differing: steps.filter((step) => step > 0.5).length,
      beyondOneStep: steps.filter((step) => !(step <= tolerance)).length,
      largest: Math.round(Math.max(...steps)),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`compare: ${(error as Error).message}\n`);
    process.exit(1);
  },
);
