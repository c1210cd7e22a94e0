import { BadInputError } from '../common/bad_input';
import { withDeadline } from '../platform/time/deadline';
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
  const fleet = await startVirtualFleet(readFleetFile(fleetPath));
  const link = connectFleet(fleet.phones, { adbHost, adbPort: Number(adbPort) });
  const leave = async (): Promise<boolean> => {
    fleet.stop();
    return (await withDeadline(link.close(), stopDeadlineMs, 'leaving the adb server')).ok;
  };
  try {
    const tools = await writeVirtualTools(toolsFolder);
    report({ kind: 'ready', phones: fleet.phones.length, tools });
    await askedToEnd;
  } catch (error) {
    await leave();
    throw error;
  }
  return (await leave()) ? 0 : 1;
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
