import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** Where CI installs test/requirements.txt; a Python of one's own can be named by FARM_PYTHON. */
const installed = path.resolve('node_modules/.cache/python/bin/python');

/** A Python that has the packages of test/requirements.txt, or undefined on a machine without one. */
export function pythonWithGrpc(): string | undefined {
  const candidates = [process.env['FARM_PYTHON'], installed, 'python3'].filter(
    (each) => each !== undefined,
  );
  return candidates.find(
    (python) => spawnSync(python, ['-c', 'import grpc, grpc_tools']).status === 0,
  );
}
