import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { section } from '../../bench/report';
import { pythonEnvironment } from '../python_environment';
import { comparedNetworks, prepare, type ComparedNetwork } from './networks';
import { compareEncodings, compareEqualized, compareOutputs } from './results';

const run = promisify(execFile);
const peerDeadlineMs = 20 * 60_000;

/** Encodings files and cross-layer equalization against AIMET's own: `node dist/test/peers/aimet_encodings/compare.js`. */
async function main(): Promise<void> {
  const { python, source } = await pythonEnvironment('aimet_encodings');
  const folder = mkdtempSync(path.join(os.tmpdir(), 'aimet-'));
  try {
    const networks = comparedNetworks();
    const prepared = [];
    for (const network of networks) prepared.push(await prepare(network, folder));
    writeFileSync(path.join(folder, 'networks.json'), JSON.stringify(networks.map(descriptionOf)));
    await run(python, [path.join(source, 'aimet.py'), folder], {
      timeout: peerDeadlineMs,
      maxBuffer: 1e8,
    });
    const rows = [];
    for (const network of prepared) {
      const file = (name: string): string => path.join(folder, `${network.name}.${name}`);
      const text = (name: string): string => readFileSync(file(name), 'utf8');
      for (const version of ['0.6.1', '1.0.0'])
        rows.push([
          network.name,
          `ours, loaded and written by AIMET, ${version}`,
          ...compareEncodings(
            text(`ours-${version}.encodings`),
            text(`reloaded-${version}.encodings`),
          ),
          ...(await compareOutputs(
            network,
            text(`ours-${version}.encodings`),
            file(`reloaded-${version}.outputs`),
          )),
        ]);
      for (const version of ['0.6.1', '1.0.0', '2.0.0'])
        rows.push([
          network.name,
          `AIMET's, loaded and written by us, ${version}`,
          ...compareEncodings(text(`aimet-${version}.encodings`)),
          ...(await compareOutputs(
            network,
            text(`aimet-${version}.encodings`),
            file('aimet.outputs'),
          )),
        ]);
    }
    section(
      'AIMET encodings',
      [
        'NETWORK',
        'FILE',
        'TENSORS',
        'SCALES DIFFER BY',
        'OFFSETS DIFFER',
        "AIMET'S SQNR DB",
        'OURS',
        'WITHIN ONE STEP %',
      ],
      rows,
    );
    const equalized = [];
    for (const network of prepared)
      equalized.push([
        network.name,
        ...(await compareEqualized(
          network,
          readFileSync(path.join(folder, `${network.name}.equalized.onnx`)),
        )),
      ]);
    section(
      'Cross-layer equalization, then one scale per weight tensor',
      [
        'NETWORK',
        'WEIGHTS OF ONE PASS DIFFER BY',
        'SQNR DB WITHOUT',
        "AIMET'S",
        'OURS, SETTLED',
        'OURS, WITH BIAS CORRECTION',
      ],
      equalized,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function descriptionOf({ name, graph, activations }: ComparedNetwork): object {
  const [input] = graph.inputs;
  return { name, input: input?.name, shape: input?.shape, activations };
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`compare: ${(error as Error).message}\n`);
    process.exit(1);
  },
);
