import type { Command } from 'commander';
import { connectFarm, type FarmClient } from '../link/farm_client';

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
