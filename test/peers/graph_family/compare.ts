import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { z } from 'zod';
import type { TableCell } from '../../../cli/output/table';
import { canonicalize } from '../../../model/canonical/canonicalize';
import { writeOnnx } from '../../../model/onnx/write';
import { defaultQuantization } from '../../../model/quantize/options/options';
import { quantizeGraph } from '../../../model/quantize/quantize';
import { targetRules } from '../../../model/quantize/options/target_rules';
import { number, section } from '../../bench/report';
import { npy } from '../npy';
import { pythonEnvironment } from '../python_environment';
import { familyGraph, familySamples, familyShape } from './family';

const run = promisify(execFile);
const toolDeadlineMs = 30 * 60_000;
const calibrationSamples = 64;
const heldOutSamples = 16;
const defaultCount = 100;
/** What two equally good roundings may differ by. */
const mostBelowDb = 1;

const ways = { phone: targetRules.phone, host: targetRules.host };
const outcomes = z.record(
  z.string(),
  z.object({
    plain: z.number().nullable(),
    fixed: z.number().nullable(),
    'farm-phone': z.number().nullable(),
    'farm-host': z.number().nullable(),
  }),
);

/**
 * The farm and ONNX Runtime's quantizer on a seeded family of small networks (family.ts): `node dist/test/peers/graph_family/compare.js [--from SEED]
 * [--count N] [--all]`. Encodings that phones fix are told to its quantizer where the farm keeps to them. Fails where the farm is over 1 dB below.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: String(defaultCount) },
      from: { type: 'string', default: '0' },
      all: { type: 'boolean', default: false },
    },
  });
  const [from, count] = [Number(values.from), Number(values.count)];
  const { python, source } = await pythonEnvironment('graph_family');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'farm-family-'));
  try {
    for (let seed = from; seed < from + count; seed += 1) await writeNetwork(folder, seed);
    const { stdout } = await run(python, [path.join(source, 'peers.py'), folder], {
      timeout: toolDeadlineMs,
      maxBuffer: 1e8,
    });
    report(outcomes.parse(JSON.parse(stdout)), values.all);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function writeNetwork(folder: string, seed: number): Promise<void> {
  const stem = path.join(folder, String(seed).padStart(4, '0'));
  const given = familyGraph(seed);
  const calibration = familySamples(seed, 'calibration', calibrationSamples);
  // As `farm quantize` does; ONNX Runtime's quantizer is given what its own preparation makes of the file.
  const canonical = canonicalize(given);
  if (!canonical.ok) throw new Error(canonical.error);
  await writeFile(`${stem}.onnx`, writeOnnx(given));
  await writeFile(`${stem}.calibration.npy`, npy(familyShape.slice(1), calibration));
  await writeFile(
    `${stem}.held_out.npy`,
    npy(familyShape.slice(1), familySamples(seed, 'held out', heldOutSamples)),
  );
  for (const [way, rules] of Object.entries(ways)) {
    const quantized = await quantizeGraph(
      canonical.value,
      { kind: 'given', samples: calibration },
      { ...defaultQuantization, rules },
    );
    await writeFile(`${stem}.farm-${way}.onnx`, writeOnnx(quantized));
  }
}

function report(found: z.infer<typeof outcomes>, all: boolean): void {
  const rows = Object.entries(found).map(([seed, { plain, fixed, ...farm }]) => {
    const [phone, host] = [
      difference(farm['farm-phone'], fixed),
      difference(farm['farm-host'], plain),
    ];
    return {
      phone,
      host,
      cells: [
        seed,
        number(farm['farm-phone'] ?? NaN, 1),
        number(fixed ?? NaN, 1),
        number(phone, 2),
        number(farm['farm-host'] ?? NaN, 1),
        number(plain ?? NaN, 1),
        number(host, 2),
      ],
    };
  });
  const below = rows.filter(({ phone, host }) => Math.min(phone, host) < -mostBelowDb);
  const mean = (differences: readonly number[]): TableCell =>
    number(differences.reduce((sum, each) => sum + each, 0) / differences.length, 2);
  const least = (differences: readonly number[]): TableCell => number(Math.min(...differences), 2);
  const summary = (
    [
      ['mean', mean],
      ['least', least],
    ] as const
  ).map(([label, of]): TableCell[] => [
    label,
    '',
    '',
    of(rows.map(({ phone }) => phone)),
    '',
    '',
    of(rows.map(({ host }) => host)),
  ]);
  section(
    `${String(rows.length)} networks, mean output SQNR of a sample in dB, ${String(heldOutSamples)} held out; ${String(below.length)} over ${String(mostBelowDb)} dB below`,
    ['SEED', 'FARM, PHONE', 'ORT, FIXED', 'DIFFERENCE', 'FARM, HOST', 'ORT', 'DIFFERENCE'],
    [...(all ? rows : below).map(({ cells }) => cells), ...summary],
  );
  if (below.length > 0) process.exitCode = 1;
}

function difference(ours: number | null, theirs: number | null): number {
  return ours === null ? 0 : ours - (theirs ?? Infinity);
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`compare: ${(error as Error).message}\n`);
    process.exit(1);
  },
);
