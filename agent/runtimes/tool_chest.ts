import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { systemErrorCode } from '../../common/system_error';
import { configuredTools, toolFileProblem, type ConfiguredTool, type ToolPaths } from './tool_paths';

export interface KeptTool {
  readonly localPath: string;
  readonly fileName: string;
  readonly digest: string;
}

/** The operator's tools, each read and hashed once, by their YAML fields. */
export interface ToolChest {
  readonly toolsByField: ReadonlyMap<string, readonly KeptTool[]>;
  /** Why a field's tools cannot be used. */
  readonly problemByField: ReadonlyMap<string, string>;
}

/** Hashes every configured tool. A file that cannot be read makes its field unusable, not the agent. */
export async function openToolChest(paths: ToolPaths): Promise<ToolChest> {
  const toolsByField = new Map<string, KeptTool[]>();
  const problemByField = new Map<string, string>();
  for (const configured of configuredTools(paths)) {
    const kept = await keepTool(configured);
    if (typeof kept === 'string') problemByField.set(configured.field, kept);
    else toolsByField.set(configured.field, [...(toolsByField.get(configured.field) ?? []), kept]);
  }
  return { toolsByField, problemByField };
}

async function keepTool(configured: ConfiguredTool): Promise<KeptTool | string> {
  const problem = toolFileProblem(configured);
  if (problem !== null) return problem;
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(configured.path), hash);
  } catch (error) {
    return `${configured.field}: ${configured.path} cannot be read (${systemErrorCode(error)})`;
  }
  return { localPath: configured.path, fileName: basename(configured.path), digest: hash.digest('hex') };
}
