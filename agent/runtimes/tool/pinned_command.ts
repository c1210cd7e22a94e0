/** The command pinned to cores with `taskset`, whose mask is hexadecimal without prefix in toybox and util-linux alike. */
export function pinnedCommand(
  cores: readonly number[],
  command: readonly string[],
): readonly string[] {
  return cores.length === 0 ? command : ['taskset', coreMask(cores), ...command];
}

function coreMask(cores: readonly number[]): string {
  return cores.reduce((mask, core) => mask | (1n << BigInt(core)), 0n).toString(16);
}
