import { BadInputError } from '../common/bad_input';
import { Lifecycle } from '../platform/lifecycle/lifecycle';
import { createLogger } from '../platform/logger';
import { readFleetFile, startVirtualFleet } from './fleet';
import type { FleetReport } from './report';
import { connectFleet } from './server_link';
import { writeVirtualTools } from './tools/tool_files';

/** Taking 500 phones off an adb server's list takes half a second; below the patience of whoever stops this program. */
const stopDeadlineMs = 4_000;

/**
 * The program of the virtual phones: FLEET.yaml ADB-HOST ADB-PORT TOOLS-FOLDER. It keeps them connected to an adb server until it is asked to end by
 * SIGTERM, or until whoever started it is gone. Exit status 1 when it could not start or not end in order.
 */
async function main(argv: readonly string[]): Promise<number> {
  const [fleetPath = '', adbHost = '', adbPort = '', toolsFolder = ''] = argv;
  const askedToEnd = endRequest();
  const lifecycle = new Lifecycle(createLogger('virtual phones', 'warn'));
  const fleet = await startVirtualFleet(readFleetFile(fleetPath));
  const link = connectFleet(fleet.phones, { adbHost, adbPort: Number(adbPort) });
  lifecycle.onStop('adb server', () => link.close(), stopDeadlineMs);
  // Before the phones leave the server, so that none comes back meanwhile.
  lifecycle.onStop('phones', () => fleet.stop());
  try {
    const tools = await writeVirtualTools(toolsFolder);
    report({ kind: 'ready', phones: fleet.phones.length, tools });
    await askedToEnd;
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
  return (await lifecycle.stop()).length === 0 ? 0 : 1;
}

/** Ctrl-C reaches the whole terminal; the program that started this one ends first and lets it go. */
function endRequest(): Promise<void> {
  process.on('SIGINT', () => undefined);
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('disconnect', () => resolve());
  });
}

function report(message: FleetReport): void {
  process.send?.(message);
}

main(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof BadInputError)) process.stderr.write(`virtual phones: ${message}\n`);
    if (process.send === undefined) process.exit(1);
    process.send({ kind: 'failed', message } satisfies FleetReport, () => process.exit(1));
  },
);
