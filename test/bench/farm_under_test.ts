import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { connectFarm, type FarmClient } from '../../cli/link/farm_client';
import { freePort } from '../../cli/stack/free_port';
import type { StackPorts } from '../../cli/stack/ports';
import { startStack } from '../../cli/stack/stack';
import { systemClock } from '../../platform/time/clock';

export interface FarmUnderTest {
  readonly farm: FarmClient;
  readonly target: string;
  readonly adbPort: number;
  readonly ports: StackPorts;
  /** From the start of the virtual phones' agent until every phone was registered. */
  readonly registeredMs: number;
  readonly processes: () => readonly ProcessUse[];
  stop(): Promise<void>;
}

export interface ProcessUse {
  readonly name: string;
  readonly pid: number;
  readonly residentBytes: number;
  readonly cpuMs: number;
}

interface FleetUnderTest {
  readonly phones: number;
  /** Real seconds per virtual second. */
  readonly timeScale: number;
  /** What every inference takes on every phone. */
  readonly latencyMs: number;
}

const soc = 'sm8550';
const registrationDeadlineMs = 120_000;

/**
 * A whole farm of its own on free ports: broker, coordinator, agent, adb server, virtual phones, each its own process.
 * Readiness limits are lifted: a phone that waits until it is cool is the phone's business, not the farm's overhead.
 */
export async function startFarm(fleet: FleetUnderTest): Promise<FarmUnderTest> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'farm-bench-'));
  await mkdir(dataDir, { recursive: true });
  await writeFile(
    path.join(dataDir, 'latency.csv'),
    `soc,runtime,unit,model,latency_ms\n*,*,*,model.onnx,${String(fleet.latencyMs)}\n`,
  );
  const fleetYaml = JSON.stringify({
    seed: 1,
    timeScale: fleet.timeScale,
    latencyTable: 'latency.csv',
    phones: [{ soc, count: fleet.phones }],
  });
  const ports = {
    grpc: await freePort(),
    http: await freePort(),
    agentHttp: await freePort(),
    nats: await freePort(),
  };
  const lifted = {
    highestThermalStatus: 6,
    highestBatteryCelsius: 100,
    highestSkinCelsius: 100,
    highestChipCelsius: 150,
  };
  const note = (line: string): void => void process.stderr.write(`${line}\n`);
  const stack = await startStack({
    dataDir,
    logDir: path.join(dataDir, 'log'),
    ports,
    realPhones: false,
    predictorProcesses: 0,
    virtualFleet: { fleetYaml },
    agentConfig: { readiness: lifted },
    logLevel: 'warn',
    note,
  });
  const farm = connectFarm(stack.coordinator);
  const startedAtMs = systemClock.nowMs();
  await registered(farm, fleet.phones, startedAtMs + registrationDeadlineMs);
  const registeredMs = systemClock.nowMs() - startedAtMs;
  const agent = JSON.parse(await readFile(path.join(dataDir, 'virtual-agent.yaml'), 'utf8')) as {
    adb: { port: number };
  };
  return {
    farm,
    target: `${soc}/onnxruntime/cpu/int8`,
    adbPort: agent.adb.port,
    ports,
    registeredMs,
    processes: () =>
      stack
        .processes()
        .flatMap(({ name, pid }) => [
          use(name, pid),
          ...children(pid).map((child) => use(`${name} / its process`, child)),
        ]),
    stop: async () => {
      farm.close();
      await stack.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function registered(farm: FarmClient, phones: number, deadlineMs: number): Promise<void> {
  for (;;) {
    const { devices } = await farm.listDevices();
    if (
      devices.filter((device) => device.state === 'idle' && device.description.kind === 'virtual')
        .length >= phones
    )
      return;
    if (systemClock.nowMs() > deadlineMs)
      throw new Error(`only ${String(devices.length)} devices registered`);
    await systemClock.sleep(50);
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: fields 14 and 15 are user and system time in ticks of 10 ms. */
function use(name: string, pid: number): ProcessUse {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const resident = /^VmRSS:\s+(\d+) kB/m.exec(
    readFileSync(`/proc/${String(pid)}/status`, 'utf8'),
  )?.[1];
  return {
    name,
    pid,
    residentBytes: Number(resident) * 1024,
    cpuMs: (Number(fields[11]) + Number(fields[12])) * 10,
  };
}

function children(pid: number): number[] {
  const text = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}
