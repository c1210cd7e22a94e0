import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import type * as litert from '@litertjs/core' with { 'resolution-mode': 'import' };
import { z } from 'zod';

/** Node 20 has no relaxed SIMD without a flag, so it takes the build for older browsers. */
const wasmScript = 'wasm/litert_wasm_compat_internal.js';

const wasmFactory = z.custom<(options: object) => Promise<unknown>>(
  (value) => typeof value === 'function',
);

/** TensorFlow Lite's logger writes its level first (tensorflow/lite/minimal_logging.cc); each model's XNNPACK delegate is one such line. */
const informative = /^(?:INFO|VERBOSE): /;

export interface LiteRt {
  readonly library: typeof litert;
  readonly version: string;
}

/** LiteRT's WebAssembly build (XNNPACK, one thread), once in a process. */
export async function loadLiteRt(): Promise<LiteRt> {
  actAsWorker();
  const library = await import('@litertjs/core');
  const packageFolder = dirname(dirname(require.resolve('@litertjs/core')));
  await library.loadLiteRt(join(packageFolder, wasmScript));
  return { library, version: packageVersion(packageFolder) };
}

/**
 * The library is made for browsers: it looks for `self`, loads its WebAssembly glue with a worker's `importScripts`,
 * and finds the factory on the global object. The glue is CommonJS inside a package of ES modules, so `require` would
 * not see its exports.
 */
function actAsWorker(): void {
  const importScripts = (path: string): void => {
    const scriptModule: { exports: unknown } = { exports: {} };
    const glue = compileFunction(
      readFileSync(path, 'utf8'),
      ['module', 'exports', 'require', '__filename', '__dirname'],
      { filename: path },
    );
    Reflect.apply(glue, undefined, [
      scriptModule,
      scriptModule.exports,
      createRequire(path),
      path,
      dirname(path),
    ]);
    const factory = wasmFactory.parse(scriptModule.exports);
    Object.assign(globalThis, {
      ModuleFactory: (options: object) => factory({ ...options, printErr: passOnProblems }),
    });
  };
  Object.assign(globalThis, { self: globalThis, importScripts });
}

/** The library's standard error, a line at a time: warnings and errors, not what it is about to do. */
export function passOnProblems(line: string): void {
  if (!informative.test(line)) process.stderr.write(`${line}\n`);
}

function packageVersion(folder: string): string {
  return z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).version;
}
