import { phoneBundle, type PhoneBundle } from './phone_bundle';
import { readToolCache } from './tool_cache';
import { openLocalTools, type LocalTools } from './local_tools';
import type { ToolPaths } from './tool_paths';

/** The operator's tools, with those that were fetched where the operator named none. */
export async function openPhoneTools(paths: ToolPaths, cacheFolder: string): Promise<LocalTools> {
  const bundle = phoneBundle(await readToolCache(cacheFolder));
  return openLocalTools(
    withFetchedTools(paths, bundle),
    bundle === null ? new Map() : digestsOf(bundle),
  );
}

function digestsOf({ npu, programs }: PhoneBundle): ReadonlyMap<string, string> {
  const libraries = npu.kind === 'ready' ? [...npu.byHexagon.values()].flat() : [];
  return new Map([...programs, ...libraries].map(({ localPath, sha256 }) => [localPath, sha256]));
}

/**
 * What the operator configured, and for what is not configured at all, the tools that were fetched. They are taken for a
 * runtime whole or not: libraries of different revisions crash when they meet on a phone.
 */
function withFetchedTools(paths: ToolPaths, bundle: PhoneBundle | null): ToolPaths {
  if (bundle === null || isConfigured(paths.tflite)) return paths;
  const program = (name: string): string | undefined =>
    bundle.programs.find(({ fileName }) => fileName === name)?.localPath;
  const libraries =
    bundle.npu.kind === 'lacking'
      ? []
      : [...bundle.npu.byHexagon.values()].flat().map(({ localPath }) => localPath);
  return {
    ...paths,
    tflite: {
      ...paths.tflite,
      benchmarkModel: program('benchmark_model'),
      dispatchLibrary: program('libLiteRtDispatch_Qualcomm.so'),
      compilerPlugin: program('libLiteRtCompilerPlugin_Qualcomm.so'),
      qnnLibraries: [...new Set(libraries)],
    },
  };
}

function isConfigured(fields: ToolPaths['tflite']): boolean {
  return Object.values(fields).some((value) => value !== undefined && value.length > 0);
}
