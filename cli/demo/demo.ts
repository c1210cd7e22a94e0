import type { ListedFront } from '../../proto/codec/front';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '../../platform/time/clock';
import { parseYaml } from '../../platform/config/yaml';
import { z } from 'zod';
import { exportModel } from '../search/export_model';
import { watchAndReport } from '../search/watch_and_report';
import { connectFarm, type FarmClient } from '../link/farm_client';
import { createFolder } from '../output/folder';
import { frontsToCsv } from '../output/front';
import type { Terminal } from '../output/terminal';
import { freePort } from '../stack/free_port';
import { signalled } from '../../platform/lifecycle/signals';
import { startStack, type Stack } from '../stack/stack';

/** Phones boot, register and offer their runtimes within seconds; a minute means that something is broken. */
const registrationDeadlineMs = 60_000;
const registrationPollMs = 200;

const demoSpec = z.object({ targets: z.array(z.string()) });

/** Runs one search end to end on this machine and leaves its fronts and fastest models in `outputDir`. */
export async function runDemo(outputDir: string, terminal: Terminal): Promise<void> {
  const interrupted = signalled().then(() => Promise.reject(new Error('interrupted')));
  interrupted.catch(() => undefined);
  await createFolder(outputDir, '-o DIR');
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'farm-demo-'));
  const ports = {
    grpc: await freePort(),
    http: await freePort(),
    agentHttp: await freePort(),
    nats: await freePort(),
  };
  terminal.note(
    `starting NATS, the coordinator, an agent for this machine, and four virtual phones behind the adb server`,
  );
  try {
    const virtualFleet = { fleetYaml: await readFile(path.join(__dirname, 'fleet.yaml'), 'utf8') };
    const logDir = path.join(outputDir, 'log');
    const stack = await startStack({
      dataDir,
      logDir,
      ports,
      realPhones: false,
      virtualFleet,
      agentConfig: {},
      logLevel: 'info',
      predictorProcesses: 0,
      note: terminal.note,
    });
    await runOn(stack, (farm) =>
      Promise.race([search(farm, outputDir, terminal), stack.failed, interrupted]),
    );
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function runOn(stack: Stack, work: (farm: FarmClient) => Promise<void>): Promise<void> {
  const farm = connectFarm(stack.coordinator);
  try {
    await work(farm);
  } finally {
    farm.close();
    await stack.stop();
  }
}

async function search(farm: FarmClient, outputDir: string, terminal: Terminal): Promise<void> {
  const specPath = path.join(__dirname, 'search.yaml');
  const specYaml = await readFile(specPath, 'utf8');
  await targetsReady(farm, parseYaml(specYaml, demoSpec, specPath).targets);
  terminal.note(
    'searching: int8 networks built here, measured on this CPU for real and on the virtual phones by their cost model',
  );
  const created = await farm.createSearch(specYaml, specPath);
  await watchAndReport(farm, created.searchId, {}, terminal);
  const fronts = await farm.fronts(created.searchId);
  await copyFile(specPath, path.join(outputDir, 'search.yaml'));
  for (const front of fronts) await writeFront(farm, created.searchId, front, outputDir);
  terminal.print(
    `\nFronts (CSV, JSON) and the fastest and the most accurate int8 model of each target are in ${outputDir}`,
  );
}

async function targetsReady(farm: FarmClient, targets: readonly string[]): Promise<void> {
  const deadlineMs = systemClock.nowMs() + registrationDeadlineMs;
  for (;;) {
    const known = new Set((await farm.listTargets()).map((each) => each.target));
    const missing = targets.filter((target) => !known.has(target));
    if (missing.length === 0) return;
    if (systemClock.nowMs() > deadlineMs)
      throw new Error(
        `not registered within ${String(registrationDeadlineMs / 1000)} s: ${missing.join(', ')}`,
      );
    await systemClock.sleep(registrationPollMs);
  }
}

async function writeFront(
  farm: FarmClient,
  searchId: string,
  front: ListedFront,
  outputDir: string,
): Promise<void> {
  const folder = path.join(outputDir, front.target.replaceAll('/', '-'));
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'front.csv'), frontsToCsv([front]));
  await writeFile(path.join(folder, 'front.json'), `${JSON.stringify(front, null, 2)}\n`);
  for (const point of new Set([front.points.at(0), front.points.at(-1)])) {
    if (point === undefined) continue;
    const { architecture } = point;
    await exportModel(farm, { searchId, architecture, target: front.target }, folder);
  }
}
