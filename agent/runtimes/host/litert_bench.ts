import { readFileSync } from 'node:fs';
import { bench, type LoadedModel } from './bench';
import type { BenchOptions } from './bench_options';
import { loadLiteRt } from './litert';
import { randomInput } from './random_input';

async function loadModel(options: BenchOptions): Promise<LoadedModel> {
  const { library, version } = await loadLiteRt();
  const model = await library.loadAndCompile(new Uint8Array(readFileSync(options.modelPath)), { accelerator: 'wasm' });
  const inputs = model.getInputDetails().map(({ name, dtype, shape }) => {
    const extents = Array.from(shape);
    return new library.Tensor(randomInput(name, dtype, extents) as Float32Array, extents);
  });
  return {
    version,
    caveats: options.threads > 1 ? [`LiteRT's WebAssembly build runs one thread; ${String(options.threads)} were asked for`] : [],
    run: async () => {
      const outputs = await model.run(inputs);
      for (const output of outputs) output.delete();
    },
  };
}

void bench(process.argv.slice(2), loadModel);
