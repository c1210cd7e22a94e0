import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { measureSessions, type SessionsFigures } from '../../bench/sessions';
import { number, section } from '../../bench/report';

const run = promisify(execFile);
/** Per setting and side: long enough for a p99 of the slowest setting. */
const seconds = 10;
const installDeadlineMs = 10 * 60_000;
const peerDeadlineMs = 20 * 60_000;

type Figures = Omit<SessionsFigures, 'tool'> & { readonly tool: string };

/** TVM's RPC tracker and the farm, one after the other on this machine: `node dist/test/peers/tvm_rpc/compare.js`. */
async function main(): Promise<void> {
  const source = path.resolve(__dirname, '../../../../test/peers/tvm_rpc');
  const python = await environment(source);
  const { stdout } = await run(python, [path.join(source, 'sessions.py'), String(seconds)], { timeout: peerDeadlineMs, maxBuffer: 1e7 });
  const peers = stdout.trim().split('\n').map((line) => JSON.parse(line) as Figures);
  const rows = [];
  for (const peer of peers) {
    const ours = await measureSessions({ devices: peer.devices, sizeBytes: peer.sizeBytes, seconds });
    for (const side of [peer, ours] as readonly Figures[]) {
      rows.push([`${String(side.sizeBytes / 1024)} KiB`, number(side.devices), side.tool, number(side.jobsPerSecond, 1), number(side.waitMsP50, 1), number(side.waitMsP99, 1), number(side.registeredS, 1)]);
    }
  }
  section('Handing devices to jobs', ['FILE', 'DEVICES', 'TOOL', 'JOBS/S', 'WAIT MS P50', 'P99', 'REGISTERED S'], rows);
}

/** A virtual environment of its own, kept in the user's cache. */
async function environment(source: string): Promise<string> {
  const folder = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'pareto-farm/peers/tvm_rpc');
  const python = path.join(folder, 'bin/python');
  if (!existsSync(python)) await run('python3', ['-m', 'venv', folder], { timeout: installDeadlineMs });
  await run(python, ['-m', 'pip', 'install', '--quiet', '-r', path.join(source, 'requirements.txt')], { timeout: installDeadlineMs });
  return python;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`compare: ${(error as Error).message}\n`);
    process.exit(1);
  },
);
