import { createHash } from 'node:crypto';
import type { ToolFile } from './runtime';

/** One name for a tool with all its libraries: its file's own SHA-256 when it is alone, else that of what `sha256sum` would print for them, by name. */
export function toolDigestOf(files: readonly [ToolFile, ...ToolFile[]]): string {
  const [only, ...others] = files;
  if (others.length === 0) return only.digest;
  const lines = files.map(({ digest, name }) => `${digest}  ${name}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}
