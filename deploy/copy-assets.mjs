// Copies what the compiled programs read at run time and tsc does not emit: .proto files, tables, shipped YAML; and makes the command one.
import { chmodSync, cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const programs = ['proto', 'model', 'coordinator', 'agent', 'phones', 'predictor', 'cli'];
const assets = /\.(proto|csv|csv\.gz|ya?ml|json|sql|mjs)$/;

for (const program of programs) {
  for (const entry of readdirSync(program, { recursive: true, withFileTypes: true })) {
    const from = join(entry.parentPath, entry.name);
    if (entry.isFile() && assets.test(entry.name)) cpSync(from, join('dist', from));
  }
}

// For `npm install --global .`, which links to this file.
chmodSync('dist/cli/main.js', 0o755);
