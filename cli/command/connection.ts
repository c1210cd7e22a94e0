import type { Command } from 'commander';
import { connectFarm, type FarmClient } from '../link/farm_client';
import { printableJson } from '../output/printable';

/** Runs `work` with a client for the coordinator that the command line names, and closes it whatever happens. */
export async function withFarm<Value>(
  command: Command,
  work: (farm: FarmClient) => Promise<Value>,
): Promise<Value> {
  const farm = connectFarm(command.optsWithGlobals<{ coordinator: string }>().coordinator);
  try {
    return await work(farm);
  } finally {
    farm.close();
  }
}

/** Prints machine-readable JSON with --json, otherwise what `human` makes of it. */
export function jsonOr(
  options: { readonly json?: boolean },
  value: unknown,
  human: () => string,
): string {
  return options.json === true ? printableJson(value) : human();
}
