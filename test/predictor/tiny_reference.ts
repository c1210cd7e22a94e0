import { createHash } from 'node:crypto';
import type { BlockSpec } from '../../common/block_spec';
import { createNetwork } from '../../model/block/network';
import type { NetworkSpec } from '../../model/block/network_spec';
import { createTensorCache } from '../../model/block/tensor_cache';
import type { Graph } from '../../model/onnx/graph';
import { writeOnnx } from '../../model/onnx/write';
import { anatomyOf } from '../../model/reference/anatomy';
import { resolveCuts } from '../../model/reference/cuts';
import type { Reference } from '../../common/training/reference';
import { createRandom } from '../../common/random';
import type { TeacherSamples } from '../../predictor/features/feature_store';
import { reference } from './sample_tasks';

export interface TinyReference {
  readonly graph: Graph;
  readonly bytes: Uint8Array;
  readonly reference: Reference;
}

/** Two blocks on images of 16x16, as they come out of a stem of 8 channels. */
export const convBlocks: readonly BlockSpec[] = [convBlock(8, 8, 1), convBlock(8, 16, 2)];

/** Two blocks on 16 tokens and one for the class. */
export const tokenBlocks: readonly BlockSpec[] = [1, 2].map(() => ({
  kind: 'transformer',
  tokenWidth: 64,
  embedding: 64,
  depth: 1,
  heads: 1,
  mlpRatio: 2,
}));

export function tinyConvReference(classes = 4): TinyReference {
  return drawn({
    name: 'tiny',
    imageSize: [16, 16],
    classes,
    stem: { kind: 'conv', channels: 8, activation: 'relu6' },
    blocks: convBlocks,
    head: { kind: 'pool' },
  });
}

export function tinyTokenReference(classes = 4): TinyReference {
  return drawn({
    name: 'tiny-tokens',
    imageSize: [16, 16],
    classes,
    stem: { kind: 'patch', channels: 64, size: 4 },
    blocks: tokenBlocks,
    head: { kind: 'token' },
  });
}

/** With other `changes` to the reference than model and cuts. */
export function drawn(spec: NetworkSpec, changes: Partial<Reference> = {}): TinyReference {
  const graph = createNetwork(spec, { seed: 1, cache: createTensorCache(0) });
  const bytes = writeOnnx(graph);
  const anatomy = anatomyOf(graph);
  if (!anatomy.ok) throw new Error(anatomy.error);
  const cuts = resolveCuts({ kind: 'auto', blocks: spec.blocks.length }, anatomy.value);
  if (!cuts.ok) throw new Error(cuts.error);
  return {
    graph,
    bytes,
    reference: {
      ...reference,
      ...changes,
      name: spec.name,
      task: { kind: 'classification', classes: spec.classes },
      model: createHash('sha256').update(bytes).digest('hex'),
      cuts: cuts.value.map(({ tensor }) => tensor),
    },
  };
}

function convBlock(inputChannels: number, outputChannels: number, stride: 1 | 2): BlockSpec {
  return {
    kind: 'conv',
    inputChannels,
    outputChannels,
    stride,
    kernel: 3,
    expansion: 2,
    depth: 1,
    width: 1,
    cell: 'depthwise',
    activation: 'relu6',
    attention: 'none',
    rectifiedInput: inputChannels === 8,
  };
}

/** Noise on smooth images; `reads` counts how often samples were asked for. */
export function noiseSamples(count: number): TeacherSamples & { readonly reads: () => number } {
  let reads = 0;
  return {
    key: `noise ${count}`,
    count,
    reads: () => reads,
    read: (indices) => {
      reads += 1;
      const each = 16 * 16 * 3;
      const data = new Float32Array(indices.length * each);
      indices.forEach((index, place) => {
        const values = new Float32Array(each);
        createRandom(index).fill(values);
        data.set(values, place * each);
      });
      return Promise.resolve({ data, shape: [indices.length, 16, 16, 3] });
    },
  };
}
