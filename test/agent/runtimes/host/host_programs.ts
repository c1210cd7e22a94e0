import { transformFile } from '@swc/core';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = resolve(__dirname, '../../../..');
const sources = ['agent/runtimes/host/program', 'common'];

export interface HostPrograms {
  readonly folder: string;
  remove(): void;
}

/** Compiles the host's benchmark programs as the build does, into a folder from which they find node_modules. */
export async function compileHostPrograms(): Promise<HostPrograms> {
  const cache = join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const output = mkdtempSync(join(cache, 'host-programs-'));
  const files = sources.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  );
  await Promise.all(files.map((file) => compile(file, output)));
  return {
    folder: join(output, sources[0]!),
    remove: () => rmSync(output, { recursive: true, force: true }),
  };
}

async function compile(file: string, output: string): Promise<void> {
  const { code } = await transformFile(join(root, file), {
    module: { type: 'commonjs', ignoreDynamic: true },
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  });
  const path = join(output, file.replace(/\.ts$/, '.js'));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, code);
}
