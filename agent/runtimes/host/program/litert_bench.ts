import { readFileSync } from 'node:fs';
import { bench, type RunnableModel } from './bench';
import type { HostBenchOptions } from './bench_options';
import { loadLiteRt } from './litert';
import { compileModel } from './litert_model';
import { randomInput } from './random_input';

async function loadModel(options: HostBenchOptions): Promise<RunnableModel> {
  const runtime = await loadLiteRt();
  const model = await compileModel(runtime, new Uint8Array(readFileSync(options.modelPath)));
  model.inputs.forEach(({ name, elementType, shape }, index) =>
    model.fill(index, randomInput(name, elementType, shape)),
  );
  return {
    version: runtime.version,
    caveats:
      options.threads > 1
        ? [`LiteRT's WebAssembly build runs one thread; ${String(options.threads)} were asked for`]
        : [],
    run: model.run,
  };
}

void bench(process.argv.slice(2), loadModel);
