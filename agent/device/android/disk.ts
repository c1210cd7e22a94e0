/** Free bytes from `df -k <path>` (toybox and toolbox print the same columns; a long device name may wrap the line), or null. */
export function parseDiskFreeBytes(text: string): number | null {
  const columns = /\s\d{1,15}\s+\d{1,15}\s+(\d{1,12})\s+\d{1,3}%/.exec(text);
  return columns === null ? null : Number(columns[1]) * 1024;
}

/** Bytes of memory from `/proc/meminfo`, or null. */
export function parseMemoryBytes(text: string): number | null {
  const total = /^MemTotal:\s+(\d{1,12}) kB/m.exec(text);
  return total === null ? null : Number(total[1]) * 1024;
}
