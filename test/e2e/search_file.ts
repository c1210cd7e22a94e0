import { writeFileSync } from 'node:fs';
import path from 'node:path';

/** Small networks, few runs: what matters here is that every part takes part. `more` replaces fields. */
export function writeSearchFile(
  folder: string,
  targets: readonly string[],
  measurements: number,
  more: object = {},
): string {
  const file = path.join(folder, 'search.yaml');
  const spec = {
    name: 'e2e',
    space: 'nasbench201',
    targets,
    budget: { measurements },
    model: { cellsPerStage: 1 },
    plan: { sessions: 1, runs: 3, warmupRuns: 1 },
    strategy: { kind: 'nsga2-async', seed: 7, populationSize: 4 },
    ...more,
  };
  writeFileSync(file, JSON.stringify(spec));
  return file;
}
