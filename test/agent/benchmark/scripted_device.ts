import type { Device, ExecuteOptions, Execution } from '../../../agent/device/device';
import type { DeviceState } from '../../../common/device';
import type { FarmFault } from '../../../common/fault';
import { fail, ok, type Result } from '../../../common/result';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export const calmState: DeviceState = {
  atMs: 0,
  batteryPercent: 80,
  batteryCelsius: 25,
  thermalStatus: 0,
  thermalStatusOverridden: false,
  celsiusBySensor: { skin: 30 },
  kindBySensor: {},
  batteryFrozen: false,
  cpuFrequencyKhz: [1_000_000],
};

/** What a call answers instead of success; looked up by the call's first word, used up in order. */
export interface Script {
  readonly push?: (FarmFault | null)[];
  readonly readState?: (DeviceState | FarmFault)[];
  readonly tool?: (Execution | FarmFault)[];
  /** What the tool writes into its result file. */
  readonly resultFiles?: string[];
}

export interface ScriptedDevice extends Device {
  /** Every call in order, as `push job.onnx`, `execute benchmark_model`, `remove job.onnx job-0.csv`; what is a job's own in a name is left out. */
  readonly calls: string[];
  /** What is on the device now. */
  readonly files: Map<string, string>;
}

function printed(stdout: string, exitCode = 0): Execution {
  return { exitCode, stdout, stderr: '', fileRead: null };
}

/** A phone in memory that keeps files and answers by its script: for what no real device does on demand. */
export function scriptedDevice(script: Script, nowMs: () => number = () => 0): ScriptedDevice {
  const calls: string[] = [];
  const files = new Map<string, string>();
  const short = (path: string): string =>
    path.replace('/farm/', '').replace(/^job-0123abcd-\d+-[0-9a-f]{12}/, 'job');
  const next = <Answer>(answers: Answer[] | undefined): Answer | undefined => answers?.shift();

  const runTool = (
    command: readonly string[],
    { thenRead }: ExecuteOptions,
  ): Result<Execution, FarmFault> => {
    calls.push(
      `execute ${short(command[0] ?? '')}${thenRead === undefined ? '' : `, read ${short(thenRead.path)}`}`,
    );
    const answer = next(script.tool) ?? printed('');
    const resultFile = next(script.resultFiles) ?? '';
    for (const word of command) if (word.endsWith('.csv')) files.set(word, resultFile);
    if ('kind' in answer) return fail(answer);
    return ok({ ...answer, fileRead: thenRead === undefined ? null : Buffer.from(resultFile) });
  };
  const sha256sum = (paths: readonly string[]): Execution => {
    calls.push('sha256sum');
    const found = paths.filter((path) => files.has(path));
    return printed(
      found.map((path) => `${files.get(path) ?? ''}  ${path}\n`).join(''),
      found.length === paths.length ? 0 : 1,
    );
  };

  const remove = (paths: readonly string[]): Execution => {
    calls.push(`remove ${paths.map(short).join(' ')}`);
    for (const path of paths) files.delete(path);
    return printed('');
  };

  return {
    calls,
    files,
    hardware: {
      serial: 'P1',
      kind: 'phone',
      manufacturer: 'Maker',
      model: 'Phone',
      soc: 'SM8550',
      osBuild: 'build',
      abi: 'arm64-v8a',
      cpuClusters: [],
      memoryBytes: 8e9,
      storageFreeBytes: 1e10,
      thermalSensors: [],
    },
    workFolder: '/farm',
    owner: '0123abcd',
    disconnected: new Promise(() => undefined),
    readState: () => {
      calls.push('readState');
      const answer = next(script.readState) ?? { ...calmState, atMs: nowMs() };
      return Promise.resolve('kind' in answer ? fail(answer) : ok(answer));
    },
    endJob: ({ modelPath, all }) => {
      calls.push(['endJob', ...all.map(short)].join(' '));
      const answer = next(script.readState) ?? { ...calmState, atMs: nowMs() };
      if ('kind' in answer) return Promise.resolve(fail(answer));
      const modelDigest = files.get(modelPath) ?? null;
      for (const path of all) files.delete(path);
      return Promise.resolve(ok({ state: answer, modelDigest }));
    },
    execute: (command, options) => {
      if (command[0] === 'sha256sum') return Promise.resolve(ok(sha256sum(command.slice(1))));
      if (['mkdir', 'touch', 'ls'].includes(command[0] ?? ''))
        return Promise.resolve(ok(printed('')));
      if (command[0] === 'rm') return Promise.resolve(ok(remove(command.slice(3))));
      return Promise.resolve(runTool(command, options));
    },
    push: (localPath, devicePath) => {
      calls.push(`push ${short(devicePath)}`);
      const fault = next(script.push) ?? null;
      if (fault === null)
        files.set(devicePath, createHash('sha256').update(readFileSync(localPath)).digest('hex'));
      return Promise.resolve(fault === null ? ok(undefined) : fail(fault));
    },
    close: () => Promise.resolve(),
  };
}
