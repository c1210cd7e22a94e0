import os from 'node:os';
import { benchDispatch } from './dispatch';
import { benchEventLoop } from './event_loop';
import { benchFleet } from './fleet';
import { benchFronts } from './fronts';
import { benchMemory } from './memory';
import { benchOverhead } from './overhead';
import { benchQuantize } from './quantize';
import { benchSearch } from './search';
import { benchSpaces } from './spaces';

const sections: Readonly<Record<string, () => Promise<void>>> = {
  dispatch: benchDispatch,
  'event-loop': benchEventLoop,
  fleet: benchFleet,
  fronts: benchFronts,
  memory: benchMemory,
  overhead: benchOverhead,
  quantize: benchQuantize,
  search: benchSearch,
  spaces: benchSpaces,
};

/** `npm run bench` for everything, `npm run bench dispatch` for one section. */
async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !Object.hasOwn(sections, name));
  if (unknown !== undefined)
    throw new Error(`no section "${unknown}"; expected ${Object.keys(sections).join(', ')}`);
  process.stdout.write(
    `${os.cpus()[0]?.model ?? 'unknown CPU'}, ${String(os.cpus().length)} cores, ${(os.totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}, ${new Date().toISOString()}\n`,
  );
  for (const [name, run] of Object.entries(sections))
    if (asked.length === 0 || asked.includes(name)) await run();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`bench: ${(error as Error).message}\n`);
    process.exit(1);
  },
);
