import { readFleetFile, startVirtualFleet } from './fleet';
import { connectFleet } from './server_link';
import { writeVirtualTools } from './tools/tool_files';

/** The process behind `fleet_process.ts`: FLEET.yaml ADB-HOST ADB-PORT TOOLS-FOLDER. It ends when its parent does. */
async function main(): Promise<void> {
  const [fleetPath = '', host = '', port = '', folder = ''] = process.argv.slice(2);
  // Ctrl-C reaches the whole terminal; the agent ends first and lets us go.
  process.on('SIGINT', () => undefined);
  const fleet = await startVirtualFleet(readFleetFile(fleetPath));
  const link = connectFleet(fleet.phones, { adbHost: host, adbPort: Number(port) });
  process.once('disconnect', () => {
    link.stop();
    fleet.stop();
    process.exit(0);
  });
  process.send?.({
    kind: 'ready',
    phones: fleet.phones.length,
    tools: await writeVirtualTools(folder),
  });
}

main().catch((error: unknown) => {
  process.send?.({ kind: 'failed', message: (error as Error).message }, () => process.exit(1));
});
