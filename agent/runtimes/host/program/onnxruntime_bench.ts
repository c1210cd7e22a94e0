import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { bench, type RunnableModel } from './bench';
import type { HostBenchOptions } from './bench_options';
import { randomInput } from './random_input';

async function loadModel(options: HostBenchOptions): Promise<RunnableModel> {
  const session = await InferenceSession.create(options.modelPath, {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
  });
  const feeds = Object.fromEntries(
    session.inputMetadata.map((input) => [input.name, makeInput(input)]),
  );
  return {
    version: env.versions.node ?? 'unknown',
    caveats: [],
    run: async () => {
      await session.run(feeds);
    },
  };
}

function makeInput(input: InferenceSession.ValueMetadata): Tensor {
  if (!input.isTensor) throw new Error(`Failed to load model: input "${input.name}" is no tensor`);
  const shape = input.shape.map((extent) =>
    typeof extent === 'number' ? extent : dynamicExtent(input),
  );
  return new Tensor(
    input.type,
    randomInput(input.name, input.type, shape) as Tensor.DataType,
    shape,
  );
}

function dynamicExtent(input: InferenceSession.TensorValueMetadata): never {
  throw new Error(
    `Failed to load model: input "${input.name}" has the dynamic shape [${input.shape.join(', ')}]; export the model with fixed shapes`,
  );
}

void bench(process.argv.slice(2), loadModel);
