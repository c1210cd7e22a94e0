import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { writeOnnx } from '../../../model/onnx/write';
import { number, section } from '../../bench/report';
import { pythonEnvironment, type PythonEnvironment } from '../python_environment';
import { quantized, shippedNetworks, type ShippedNetwork } from '../shipped_networks';

const run = promisify(execFile);
const compileDeadlineMs = 15 * 60_000;
/** Qualcomm's numbers of Snapdragon 8 Gen 2 and 8 Elite. */
const socs = [
  { name: 'SM8550', model: '43' },
  { name: 'SM8750', model: '69' },
] as const;
const perSpace = 20;

interface Outcome {
  readonly group: string;
  readonly soc: string;
  readonly name: string;
  readonly refusals: readonly string[];
  readonly accepted: boolean;
}

/**
 * Asks Qualcomm's compiler to take every shipped network's int8 ONNX file whole: `node dist/test/peers/qnn/compare.js [PER_SPACE]`.
 * onnxruntime-qnn is under Qualcomm's AI Stack License; who runs this accepts it.
 */
async function main(): Promise<void> {
  const environment = await pythonEnvironment('qnn');
  const folder = mkdtempSync(path.join(tmpdir(), 'qnn-'));
  const outcomes: Outcome[] = [];
  try {
    for (const network of shippedNetworks(Number(process.argv[2] ?? perSpace), 'qnn'))
      outcomes.push(...(await compiled(environment, network, path.join(folder, 'model.onnx'))));
  } finally {
    rmSync(folder, { recursive: true });
  }
  const groups = [...new Set(outcomes.map(({ group }) => group))];
  const rows = groups.flatMap((group) =>
    socs.map(({ name: soc }) => {
      const own = outcomes.filter((outcome) => outcome.group === group && outcome.soc === soc);
      const accepted = own.filter((outcome) => outcome.accepted).length;
      return [
        group,
        soc,
        number(own.length),
        number(accepted),
        number((100 * accepted) / own.length, 1),
      ];
    }),
  );
  section(
    "int8 ONNX files that Qualcomm's compiler takes whole",
    ['NETWORKS', 'SOC', 'COMPILED', 'ACCEPTED', '%'],
    rows,
  );
  for (const { group, soc, name, refusals } of outcomes.filter(({ accepted }) => !accepted))
    process.stdout.write(`refused on ${soc}: ${group} ${name}\n  ${refusals.join('\n  ')}\n`);
}

async function compiled(
  { python, source }: PythonEnvironment,
  network: ShippedNetwork,
  file: string,
): Promise<readonly Outcome[]> {
  writeFileSync(file, writeOnnx(await quantized(network.build())));
  const outcomes: Outcome[] = [];
  for (const { name: soc, model } of socs) {
    const { stdout } = await run(python, [path.join(source, 'compile.py'), model, file], {
      timeout: compileDeadlineMs,
    });
    const { accepted, refusals } = JSON.parse(stdout) as { accepted: boolean; refusals: string[] };
    outcomes.push({ group: network.group, soc, name: network.name, accepted, refusals });
    process.stderr.write(
      `${accepted ? 'accepted' : 'refused'} on ${soc}: ${network.group} ${network.name} ${refusals.join('; ')}\n`,
    );
  }
  return outcomes;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`compare: ${(error as Error).message}\n`);
    process.exit(1);
  },
);
