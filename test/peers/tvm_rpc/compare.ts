import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { measureSessions, type SessionsFigures } from '../../bench/sessions';
import { number, section } from '../../bench/report';
import { pythonEnvironment } from '../python_environment';

const run = promisify(execFile);
/** Per setting and side: long enough for a p99 of the slowest setting. */
const seconds = 10;
const peerDeadlineMs = 20 * 60_000;

type Figures = Omit<SessionsFigures, 'tool'> & { readonly tool: string };

/** TVM's RPC tracker and the farm, one after the other on this machine: `node dist/test/peers/tvm_rpc/compare.js`. */
async function main(): Promise<void> {
  const { python, source } = await pythonEnvironment('tvm_rpc');
  const { stdout } = await run(python, [path.join(source, 'sessions.py'), String(seconds)], {
    timeout: peerDeadlineMs,
    maxBuffer: 1e7,
  });
  const peers = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Figures);
  const rows = [];
  for (const peer of peers) {
    const ours = await measureSessions({
      devices: peer.devices,
      sizeBytes: peer.sizeBytes,
      seconds,
    });
    for (const side of [peer, ours] as readonly Figures[]) {
      rows.push([
        `${String(side.sizeBytes / 1024)} KiB`,
        number(side.devices),
        side.tool,
        number(side.jobsPerSecond, 1),
        number(side.waitMsP50, 1),
        number(side.waitMsP99, 1),
        number(side.registeredS, 1),
      ]);
    }
  }
  section(
    'Handing devices to jobs',
    ['FILE', 'DEVICES', 'TOOL', 'JOBS/S', 'WAIT MS P50', 'P99', 'REGISTERED S'],
    rows,
  );
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`compare: ${(error as Error).message}\n`);
    process.exit(1);
  },
);
