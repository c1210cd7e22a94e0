import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { systemErrorCode } from '../../platform/files/system_error';
import {
  configuredTools,
  toolFileProblem,
  type ConfiguredTool,
  type ToolPaths,
} from './tool_paths';

export interface LocalTool {
  readonly localPath: string;
  readonly fileName: string;
  readonly digest: string;
  /** Of a benchmark_model: whether it is LiteRT's, which has a dispatch library instead of delegates. */
  readonly isLitert: boolean;
}

/** The operator's tools, each read and hashed once, by their YAML fields. */
export interface LocalTools {
  readonly toolsByField: ReadonlyMap<string, readonly LocalTool[]>;
  /** Why a field's tools cannot be used. */
  readonly problemByField: ReadonlyMap<string, string>;
}

/**
 * Hashes every configured tool. A file that cannot be read makes its field unusable, not the agent; so does one that is
 * not what was fetched, of which `fetchedDigests` tells the SHA-256 by path.
 */
export async function openLocalTools(
  paths: ToolPaths,
  fetchedDigests: ReadonlyMap<string, string> = new Map(),
): Promise<LocalTools> {
  const toolsByField = new Map<string, LocalTool[]>();
  const problemByField = new Map<string, string>();
  for (const configured of configuredTools(paths)) {
    const kept = await readTool(configured, fetchedDigests.get(configured.path));
    if (typeof kept === 'string') problemByField.set(configured.field, kept);
    else toolsByField.set(configured.field, [...(toolsByField.get(configured.field) ?? []), kept]);
  }
  return { toolsByField, problemByField };
}

async function readTool(
  configured: ConfiguredTool,
  fetchedDigest: string | undefined,
): Promise<LocalTool | string> {
  const problem = toolFileProblem(configured);
  if (problem !== null) return problem;
  try {
    const found = await inspect(configured.path);
    if (fetchedDigest !== undefined && fetchedDigest !== found.digest) {
      return `${configured.path} is not what was fetched any more; fetch it again (farm tools list)`;
    }
    return { localPath: configured.path, fileName: basename(configured.path), ...found };
  } catch (error) {
    return `${configured.field}: ${configured.path} cannot be read (${systemErrorCode(error)})`;
  }
}

/** A flag that only LiteRT's benchmark_model has; flags stand in a binary as text. */
const litertFlag = Buffer.from('dispatch_library_path');

async function inspect(path: string): Promise<Pick<LocalTool, 'digest' | 'isLitert'>> {
  const hash = createHash('sha256');
  let isLitert = false;
  let carried = Buffer.alloc(0);
  for await (const chunk of createReadStream(path)) {
    const bytes = Buffer.from(chunk as Uint8Array);
    hash.update(bytes);
    // What the chunks cut in two is found with the end of the one before.
    const searched = Buffer.concat([carried, bytes]);
    isLitert ||= searched.includes(litertFlag);
    carried = searched.subarray(-litertFlag.length);
  }
  return { digest: hash.digest('hex'), isLitert };
}
