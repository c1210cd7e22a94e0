/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { createSession } from '../../../model/execute/session';
import { inspectModel } from '../../../model/inspect/inspect';
import { allCells, formatOpVector, parseCell, type Cell } from '../../../model/nasbench201/cell';
import {
  createNetwork,
  networkInput,
  networkOutput,
  type NetworkShape,
} from '../../../model/nasbench201/network';
import { isConnected } from '../../../model/nasbench201/topology';
import { writeOnnx } from '../../../model/onnx/write';
import { foldBatchNorm } from '../../../model/canonical/passes/fold_batch_norm';
import { quantizeGraph } from '../../../model/quantize/quantize';
import { createRandom } from '../../../common/random';
import { signalToNoiseDb } from '../quantize/signal_to_noise';

/**
 * Two stages of one cell with few channels: the cell's graph, the reduction and the head are the full network's, only
 * repetition and width are left out. FARM_EXHAUSTIVE=1 takes every connected cell (eight minutes on one core; lowest 33.5 dB, median 42.0 dB),
 * otherwise a seeded sample. Calibrated on the image that is then run, so the decibels show rounding alone.
 */
const smallShape: NetworkShape = {
  cellsPerStage: 1,
  stageChannels: [8, 16],
  imageSize: 16,
  classes: 10,
};
const exhaustive = process.env['FARM_EXHAUSTIVE'] === '1';
const sampleSize = 100;
const random = createRandom('exhaustive');
const image = Float32Array.from({ length: 3 * 16 * 16 }, () => random.normal());
const inputs = new Map([[networkInput, { shape: [1, 3, 16, 16], data: image }]]);

async function logits(model: Uint8Array): Promise<Float32Array> {
  const session = await createSession(model);
  try {
    return (await session.run(inputs)).get(networkOutput)!.data;
  } finally {
    await session.release();
  }
}

/** Decibels between the float network and its int8 form. */
async function buildAndRun(cell: Cell): Promise<number> {
  const network = foldBatchNorm(createNetwork(cell, 7, smallShape));
  const int8 = writeOnnx(await quantizeGraph(network, { kind: 'given', samples: [image] }));
  const summary = inspectModel(int8);
  if (!summary.ok) throw new Error(`${formatOpVector(cell)}: ${summary.error}`);
  const [expected, actual] = [await logits(writeOnnx(network)), await logits(int8)];
  if (![...expected, ...actual].every(Number.isFinite))
    throw new Error(`${formatOpVector(cell)}: not finite`);
  return signalToNoiseDb(expected, actual);
}

/** Where a network's structure is extreme: one operation everywhere, one edge alone, no edge alone. */
const extremes = [
  '111111',
  '222222',
  '333333',
  '444444',
  '000100',
  '000300',
  '000400',
  '301003',
  '010101',
  '123412',
  '341234',
  '400044',
];

test(
  'connected cells build, and run in ONNX Runtime as float and as int8',
  async () => {
    const connected = [...allCells()].filter(isConnected);
    expect(connected).toHaveLength(15_284);
    const sample = Array.from(
      { length: sampleSize },
      () => connected[random.below(connected.length)]!,
    );
    const cells = exhaustive ? connected : [...extremes.map(parseCell), ...sample];
    const decibels: { readonly cell: string; readonly db: number }[] = [];
    for (const cell of cells)
      decibels.push({ cell: formatOpVector(cell), db: await buildAndRun(cell) });
    decibels.sort((a, b) => a.db - b.db);
    if (exhaustive)
      console.log(
        `cells ${decibels.length}; lowest SQNR ${JSON.stringify(decibels.slice(0, 5))}; median ${decibels[decibels.length >> 1]!.db.toFixed(1)} dB`,
      );
    expect(decibels[0]!.db).toBeGreaterThan(25);
    expect(decibels[decibels.length >> 1]!.db).toBeGreaterThan(35);
  },
  exhaustive ? 3_600_000 : 60_000,
);
