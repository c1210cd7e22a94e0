import { createHash } from 'node:crypto';

/** A file that the tool needs on the device, beside the model. */
export interface ToolFile {
  /** In the bundle's folder: libraries must keep the names they are linked by. */
  readonly name: string;
  readonly localPath: string;
  readonly executable: boolean;
  /** SHA-256 of the file as it was when the agent started. */
  readonly digest: string;
}

/** A tool with all that it loads, as it lies on a phone. */
export interface ToolBundle {
  /** In the device's work folder. Named by what is in it, so that agents with other versions of a tool never replace each other's. */
  readonly folder: string;
  /** The file's own SHA-256 when it is alone, else that of what `sha256sum` would print for them, by name. */
  readonly digest: string;
  readonly files: readonly [ToolFile, ...ToolFile[]];
}

/** The folder in a device's work folder that holds all bundles, those of other agents too. */
export const bundlesFolder = 'tools';

/** Of a digest; enough to tell a hundred versions apart, and short in a command line. */
const folderDigits = 16;

/** @param name of the tool, for people who look at the phone; part of the digest, and so never to be changed */
export function toolBundle(name: string, files: ToolBundle['files']): ToolBundle {
  const digest = digestOf(name, files);
  return { folder: `${bundlesFolder}/${name}-${digest.slice(0, folderDigits)}`, digest, files };
}

function digestOf(tool: string, files: ToolBundle['files']): string {
  const [only, ...others] = files;
  if (others.length === 0) return only.digest;
  const lines = files.map(({ digest, name }) => `${digest}  ${tool}/${name}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}
