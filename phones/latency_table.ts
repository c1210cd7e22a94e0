import { readFileSync } from 'node:fs';
import { BadInputError } from '../common/bad_input';
import { systemErrorCode } from '../platform/files/system_error';
import type { LatencySource } from './machine/latency_source';

const largestTableBytes = 64 * 1024 * 1024;
const expectedHeader = 'soc,runtime,unit,model,latency_ms';

/**
 * Latencies to replay: CSV with the columns soc, runtime, unit, model, latency_ms. `model` is the file's SHA-256 or its
 * name; `*` stands for any soc, runtime or unit. Models that the table does not know get `fallback`'s. @throws BadInputError
 */
export function readLatencyTable(path: string, fallback: LatencySource): LatencySource {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new BadInputError(
      `latency table ${path}: cannot be read (${systemErrorCode(error)}); give the path of a CSV file`,
    );
  }
  if (text.length > largestTableBytes)
    throw new BadInputError(`latency table ${path}: larger than ${largestTableBytes} bytes`);
  const table = parseTable(text, path);
  return (request) => {
    const { soc, placement, digest, modelPath } = request;
    for (const model of [digest, modelPath]) {
      for (const key of candidateKeys([soc, placement.runtime, placement.unit], model)) {
        const latencyMs = table.get(key);
        const operators = request.model.cost.operators.length;
        if (latencyMs !== undefined)
          return { latencyMs, delegated: operators, operators, partitions: 1 };
      }
    }
    return fallback(request);
  };
}

function parseTable(text: string, path: string): ReadonlyMap<string, number> {
  const [header = '', ...rows] = text.split(/\r?\n/);
  if (header.trim() !== expectedHeader)
    throw new BadInputError(`latency table ${path}: line 1: expected the header ${expectedHeader}`);
  const table = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    if (row.trim() === '') continue;
    const columns = row.split(',').map((column) => column.trim());
    const latencyMs = Number(columns[4]);
    if (columns.length !== 5 || !(latencyMs > 0) || !Number.isFinite(latencyMs)) {
      throw new BadInputError(
        `latency table ${path}: line ${index + 2}: expected ${expectedHeader} with a latency above 0`,
      );
    }
    table.set(columns.slice(0, 4).join(','), latencyMs);
  }
  return table;
}

/** From the most exact key to the most general. */
function candidateKeys(exact: readonly [string, string, string], model: string): readonly string[] {
  const masks = [0, 1, 2, 4, 3, 5, 6, 7];
  return masks.map((mask) =>
    [...exact.map((value, index) => ((mask >> index) & 1 ? '*' : value)), model].join(','),
  );
}
