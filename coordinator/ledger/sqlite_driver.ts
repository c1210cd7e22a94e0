import type Database from 'better-sqlite3';

/** better-sqlite3 13 is built on Node-API, and supports Node from here on. */
const firstNodeForNapi = 22;

/**
 * better-sqlite3 12 and older abort the process on Node 24 when a statement is collected: its `ObjectWrap` asserts an
 * environment that V8's finalizers do not have. 13 does not, but crashes on Node 20. So each has its Node.
 * https://github.com/WiseLibs/better-sqlite3/issues/1515
 */
export async function loadSqliteDriver(): Promise<typeof Database> {
  const [major] = process.versions.node.split('.');
  const driver =
    Number(major) >= firstNodeForNapi
      ? await import('better-sqlite3-napi')
      : await import('better-sqlite3');
  return driver.default;
}
