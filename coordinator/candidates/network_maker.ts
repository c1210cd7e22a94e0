import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { assert } from '../../common/assert';
import type { ArtifactDigest } from '../../common/artifact';
import { BadInputError } from '../../common/bad_input';
import { createTensorCache } from '../../model/block/tensor_cache';
import { buildNetwork } from '../../model/build';
import { costOfOnnx } from '../../model/cost/onnx_cost';
import { inspectModel } from '../../model/inspect/inspect';
import type { Graph } from '../../model/onnx/graph';
import { readOnnx } from '../../model/onnx/read';
import { inferShapes } from '../../model/onnx/shapes/shape_inference';
import { writeOnnx } from '../../model/onnx/write';
import { measureRanges, quantizeWithStatistics } from '../../model/quantize/quantize';
import { createQuantizedWeightCache } from '../../model/quantize/weights/weight_codec';
import { writeTflite } from '../../model/tflite/write';
import { RecentGraphs } from './recent_graphs';
import { quantizationOf } from './scheme';
import { trainedGraph } from './trained_graph';
import { weightsStatement } from './weights_statement';
import type { WorkerReply, WorkerRequest } from './worker_request';

/** Images that calibrate the activations' ranges: for random weights more move them by less than a step of int8. */
const calibrationSamples = 4;
/** Weights of blocks, which candidates share: all options of a small space, the recent ones of a large space. */
const mostFloatBytes = 256 * 1024 * 1024;
/** A quarter of the bytes for the same weights. */
const mostQuantizedBytes = 64 * 1024 * 1024;
/** A network and its quantized form, of the candidates that are between two stages. */
const mostGraphs = 6;

type Of<Kind extends WorkerRequest['kind']> = Extract<WorkerRequest, { readonly kind: Kind }>;

/** Does the stages that need nothing but processor time. What it keeps makes it faster, and changes no byte of what it makes. */
export class NetworkMaker {
  readonly #weights = createTensorCache(mostFloatBytes);
  readonly #quantizedWeights = createQuantizedWeightCache(mostQuantizedBytes);
  readonly #graphs = new RecentGraphs(mostGraphs);

  /** @throws Error when the place cannot be written, or the input is not there any more */
  async make(request: WorkerRequest): Promise<WorkerReply> {
    try {
      switch (request.kind) {
        case 'float':
          return await this.#float(request);
        case 'quantize':
          return await this.#quantize(request);
        case 'tflite':
          return await this.#tflite(request);
      }
    } catch (error) {
      // What the model's makers say of an architecture that they cannot make.
      if (error instanceof BadInputError)
        return { kind: 'refused', code: 'invalid-model', message: error.message };
      throw error;
    }
  }

  async #float({ network, files, place }: Of<'float'>): Promise<WorkerReply> {
    const { trained } = network;
    const { graph, parameters } =
      trained === undefined || files === undefined
        ? buildNetwork({ ...network, ...network.model }, this.#weights)
        : await trainedGraph(network, trained, files);
    const metadata = { weights: weightsStatement({ ...network, trained }) };
    const types = inferShapes(graph);
    assert(types.ok, 'the shapes of a network built here can be inferred');
    const { macs, peakActivationBytes } = costOfOnnx(graph, types.value);
    const written = await this.#write(place, writeOnnx(graph, metadata), graph);
    return { kind: 'made', ...written, costs: { macs, parameters, peakActivationBytes } };
  }

  async #quantize({ scheme, seed, weights, input, place }: Of<'quantize'>): Promise<WorkerReply> {
    const graph = await this.#read(input);
    const options = quantizationOf(scheme);
    const ranges = await measureRanges(
      graph,
      {
        data: { kind: 'generated', seed, samples: calibrationSamples },
        method: { kind: 'min-max' },
        threads: 1,
        onSample: () => undefined,
      },
      options,
    );
    const quantized = quantizeWithStatistics(graph, ranges, options, this.#quantizedWeights);
    const bytes = writeOnnx(quantized, { weights });
    const summary = inspectModel(bytes);
    assert(summary.ok, 'a model made here passes inspection');
    const { macs, peakActivationBytes } = summary.value.cost;
    return {
      kind: 'made',
      ...(await this.#write(place, bytes, quantized)),
      costs: { macs, peakActivationBytes },
    };
  }

  async #tflite({ weights, input, place }: Of<'tflite'>): Promise<WorkerReply> {
    const written = writeTflite(await this.#read(input), { weights });
    if (!written.ok)
      return { kind: 'refused', code: 'unsupported-operator', message: written.error };
    return { kind: 'made', ...(await store(place, written.value)), costs: {} };
  }

  async #read({ digest, file }: Of<'tflite'>['input']): Promise<Graph> {
    const recent = this.#graphs.get(digest);
    if (recent !== undefined) return recent;
    const graph = readOnnx(await readFile(file));
    assert(graph.ok, 'what a stage wrote, the next can read');
    return graph.value;
  }

  async #write(place: string, bytes: Uint8Array, graph: Graph): Promise<StoredFile> {
    const stored = await store(place, bytes);
    this.#graphs.keep(stored.digest, graph);
    return stored;
  }
}

interface StoredFile {
  readonly digest: ArtifactDigest;
  readonly sizeBytes: number;
}

/** On the disk when it resolves. */
async function store(place: string, bytes: Uint8Array): Promise<StoredFile> {
  const file = await open(place, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  return { digest: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.byteLength };
}
