import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { brokenRules, type ImportTable } from './rules';
import { readSourceTree } from './source_tree';
import { structureTable, withTable } from './table';

/** `--check`: status 1, and a line for each rule that is broken. Otherwise writes the table of ARCHITECTURE.md. */
function main(): void {
  const root = path.resolve(__dirname, '../..');
  const architecturePath = path.join(root, 'ARCHITECTURE.md');
  const architecture = readFileSync(architecturePath, 'utf8');
  const tree = readSourceTree(root);
  if (process.argv.includes('--check')) {
    const broken = brokenRules(tree, { architecture, imports: importTable(root) });
    for (const line of broken) console.error(line);
    if (broken.length > 0) process.exitCode = 1;
    return;
  }
  const table = structureTable(tree, architecture);
  writeFileSync(architecturePath, withTable(architecture, table));
  console.log(table);
}

/** The table that the linter goes by. */
function importTable(root: string): ImportTable {
  return z
    .record(z.string(), z.array(z.string()))
    .parse(JSON.parse(readFileSync(path.join(root, 'import_table.json'), 'utf8')));
}

main();
