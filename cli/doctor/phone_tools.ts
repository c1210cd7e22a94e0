import { fetchCommand, phoneBundle } from '../../agent/tools/phone_bundle';
import { readToolCache, toolCacheFolder } from '../../agent/tools/tool_cache';
import { toolPathProblems, type ToolPaths } from '../../agent/tools/tool_paths';
import type { HealthFinding } from './finding';

/** What phones get: the tools that were fetched, and those that the operator names. */
export async function checkPhoneTools(paths: ToolPaths): Promise<readonly HealthFinding[]> {
  const problems = toolPathProblems(paths);
  return [
    await checkFetchedTools(),
    ...problems.map((detail): HealthFinding => ({ check: 'tools', state: 'bad', detail })),
  ];
}

/** What phones get that have no tools in the agent's YAML. */
async function checkFetchedTools(): Promise<HealthFinding> {
  const bundle = phoneBundle(await readToolCache(toolCacheFolder(process.env)));
  const check = 'phone tools';
  if (bundle === null)
    return {
      check,
      state: 'warning',
      detail: `none fetched; type: ${fetchCommand('litert', undefined)}`,
    };
  const { litertVersion, npu } = bundle;
  if (npu.kind === 'lacking')
    return {
      check,
      state: 'warning',
      detail: `LiteRT ${litertVersion}, but for NPUs ${npu.remedy}`,
    };
  return { check, state: 'good', detail: `LiteRT ${litertVersion} with QAIRT ${npu.qairtVersion}` };
}
