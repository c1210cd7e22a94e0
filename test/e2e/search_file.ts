import { writeFileSync } from 'node:fs';
import path from 'node:path';

/** Small networks, few runs: what matters here is that every part takes part. A fresh search measures what others have measured. */
export function writeSearchFile(folder: string, targets: readonly string[], measurements: number, fresh = false): string {
  const file = path.join(folder, 'search.yaml');
  const spec = { name: 'e2e', space: 'nasbench201', fresh, targets, budget: { measurements }, model: { cellsPerStage: 1 }, plan: { sessions: 1, runs: 3, warmupRuns: 1 }, strategy: { kind: 'nsga2-async', seed: 7, populationSize: 4 } };
  writeFileSync(file, JSON.stringify(spec));
  return file;
}
