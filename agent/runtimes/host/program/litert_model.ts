import type { LiteRt } from './litert';

type Wasm = ReturnType<LiteRt['library']['getGlobalLiteRt']>['liteRtWasm'];
type Model = ReturnType<Wasm['loadModel']>;
type Buffer = ReturnType<Wasm['LiteRtTensorBuffer']['createManaged']>;
type RankedType = ReturnType<Model['getInputTensorType']>;

/** Numbers of LiteRtElementType: https://github.com/google-ai-edge/LiteRT/blob/main/litert/c/litert_model_types.h */
const elementTypes: ReadonlyMap<number, string> = new Map([
  [1, 'float32'],
  [2, 'int32'],
  [3, 'uint8'],
  [4, 'int64'],
  [6, 'bool'],
  [7, 'int16'],
  [9, 'int8'],
  [10, 'float16'],
  [11, 'float64'],
  [13, 'uint64'],
  [16, 'uint32'],
  [17, 'uint16'],
]);

/** The only signature of a model without named ones is the main graph's. */
const mainSignature = 0;

export interface LiteRtTensor {
  readonly name: string;
  readonly elementType: string;
  readonly shape: readonly number[];
}

/** A compiled model with its inputs in LiteRT's memory. */
interface LiteRtModel {
  readonly inputs: readonly LiteRtTensor[];
  readonly outputs: readonly LiteRtTensor[];
  /** Copies the values of input `index` into its memory, where they stay. */
  readonly fill: (index: number, values: ArrayBufferView) => void;
  readonly run: () => Promise<void>;
  /** The bytes of output `index` of the last run. */
  readonly read: (index: number) => Uint8Array;
  readonly release: () => void;
}

/**
 * Compiles a TFLite model for the CPU. The package's own classes know tensors of float32, int32 and uint8 only, while the
 * runtime behind them takes any: so this speaks to its bindings, and models with int8, int16 or int64 edges run too.
 */
export async function compileModel({ library }: LiteRt, bytes: Uint8Array): Promise<LiteRtModel> {
  const runtime = library.getGlobalLiteRt();
  const { liteRtWasm: wasm } = runtime;
  const environment = runtime.getDefaultEnvironment().liteRtEnvironment;
  const memory = wasm._malloc(bytes.byteLength);
  wasm.HEAPU8.set(bytes, memory);
  const model = wasm.loadModel(environment, memory, bytes.byteLength);
  const cpu = {
    accelerator: 'wasm' as const,
    cpuOptions: { numThreads: 1 },
    gpuOptions: {},
    webNNOptions: {},
  };
  const compiled = await wasm.compileModel(environment, model, cpu);
  const signature = model.getSignature(mainSignature);
  const buffers: Buffer[] = [];
  const inputs = listed(signature.inputNames()).map((name, index) =>
    described(name, model.getInputTensorType(mainSignature, index), (type) => {
      buffers.push(
        wasm.LiteRtTensorBuffer.createManaged(
          environment,
          wasm.LiteRtTensorBufferType.HOST_MEMORY,
          type,
          type.bytes(),
        ),
      );
    }),
  );
  const outputs = listed(signature.outputNames()).map((name, index) =>
    described(name, model.getOutputTensorType(mainSignature, index), () => undefined),
  );
  let results: readonly Buffer[] = [];
  const drop = (): void => results.forEach((result) => result.delete());
  return {
    inputs,
    outputs,
    fill: (index, values) => write(wasm, at(buffers, index), values),
    run: async () => {
      drop();
      results = [];
      results = await compiled.run(mainSignature, buffers);
    },
    read: (index) => bytesOf(wasm, at(results, index)),
    release: () => {
      drop();
      for (const each of [...buffers, signature, compiled, model]) each.delete();
      wasm._free(memory);
    },
  };
}

/** Emscripten's objects live until they are deleted. */
function listed(vector: {
  size(): number;
  get(index: number): string & { delete(): void };
  delete(): void;
}): readonly string[] {
  const items = Array.from({ length: vector.size() }, (_, index) => String(vector.get(index)));
  vector.delete();
  return items;
}

function described(name: string, type: RankedType, use: (type: RankedType) => void): LiteRtTensor {
  const layout = type.layout();
  const dimensions = layout.dimensions();
  const shape = Array.from({ length: dimensions.size() }, (_, axis) =>
    Number(dimensions.get(axis)),
  );
  const code = type.elementType().value;
  use(type);
  for (const each of [dimensions, layout, type]) each.delete();
  return { name, elementType: elementTypes.get(code) ?? `type ${String(code)}`, shape };
}

function write(
  wasm: Wasm,
  buffer: Buffer,
  { buffer: source, byteOffset, byteLength }: ArrayBufferView,
): void {
  if (byteLength !== buffer.packedSize())
    throw new Error(`an input has ${String(buffer.packedSize())} bytes, not ${String(byteLength)}`);
  const address = buffer.lock(wasm.LiteRtTensorBufferLockMode.WRITE);
  wasm.HEAPU8.set(new Uint8Array(source, byteOffset, byteLength), address);
  buffer.unlock();
}

function bytesOf(wasm: Wasm, buffer: Buffer): Uint8Array {
  const address = buffer.lock(wasm.LiteRtTensorBufferLockMode.READ);
  const bytes = wasm.HEAPU8.slice(address, address + buffer.packedSize());
  buffer.unlock();
  return bytes;
}

function at(buffers: readonly Buffer[], index: number): Buffer {
  const buffer = buffers[index];
  if (buffer === undefined)
    throw new Error(`there is no tensor ${String(index)}; run the model first`);
  return buffer;
}
