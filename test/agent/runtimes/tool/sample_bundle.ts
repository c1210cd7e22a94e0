import {
  toolBundle,
  type ToolBundle,
  type ToolFile,
} from '../../../../agent/runtimes/tool/tool_bundle';

export function aFile(name: string, digest = 'd'.repeat(64)): ToolFile {
  return { name, localPath: `/opt/${name}`, executable: true, digest };
}

/** A tool that is one file, whose folder ends in sixteen d. */
export function oneFile(bundleName: string, fileName: string): ToolBundle {
  return toolBundle(bundleName, [aFile(fileName)]);
}
