import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import { z } from 'zod';
import { bench, type LoadedModel } from './bench';
import type { BenchOptions } from './bench_options';
import { randomInput } from './random_input';

/** Node 20 has no relaxed SIMD without a flag, so it takes the build for older browsers. */
const wasmScript = 'wasm/litert_wasm_compat_internal.js';

const wasmFactory = z.custom<() => Promise<unknown>>((value) => typeof value === 'function');

/**
 * The library is made for browsers: it looks for `self`, loads its WebAssembly glue with a worker's `importScripts`,
 * and finds the factory on the global object. The glue is CommonJS inside a package of ES modules, so `require` would
 * not see its exports.
 */
function actAsWorker(): void {
  const importScripts = (path: string): void => {
    const scriptModule: { exports: unknown } = { exports: {} };
    const glue = compileFunction(readFileSync(path, 'utf8'), ['module', 'exports', 'require', '__filename', '__dirname'], { filename: path });
    Reflect.apply(glue, undefined, [scriptModule, scriptModule.exports, createRequire(path), path, dirname(path)]);
    Object.assign(globalThis, { ModuleFactory: wasmFactory.parse(scriptModule.exports) });
  };
  Object.assign(globalThis, { self: globalThis, importScripts });
}

async function loadModel(options: BenchOptions): Promise<LoadedModel> {
  actAsWorker();
  const litert = await import('@litertjs/core');
  const packageFolder = dirname(dirname(require.resolve('@litertjs/core')));
  await litert.loadLiteRt(join(packageFolder, wasmScript));
  const model = await litert.loadAndCompile(new Uint8Array(readFileSync(options.modelPath)), { accelerator: 'wasm' });
  const inputs = model.getInputDetails().map(({ name, dtype, shape }) => {
    const extents = Array.from(shape);
    return new litert.Tensor(randomInput(name, dtype, extents) as Float32Array, extents);
  });
  return {
    version: packageVersion(packageFolder),
    caveats: options.threads > 1 ? [`LiteRT's WebAssembly build runs one thread; ${String(options.threads)} were asked for`] : [],
    run: async () => {
      const outputs = await model.run(inputs);
      for (const output of outputs) output.delete();
    },
  };
}

function packageVersion(folder: string): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).version;
}

void bench(process.argv.slice(2), loadModel);
