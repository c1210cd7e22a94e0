import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { AssembledBlock } from '../../common/training/training_task';
import type { Reference } from '../../common/training/reference';
import { FarmError } from '../../common/farm_error';
import { readWeights } from '../../model/weights/weights_file';
import type { PlacedBlock } from '../assembly/assembled_network';
import { readReference, type ReferenceParts } from '../../model/reference/reference_parts';
import type { LabelledData, LabelledImages } from '../data/labelled_images';
import { createNormalizer } from '../data/normalize';
import { openData } from '../data/open_data';
import type { BatchValues } from '../engine/engine';
import { openFeatures, type Features, type TeacherSamples } from '../features/feature_store';
import type { TaskContext } from '../task/task_context';

export type Split = Exclude<keyof LabelledData, 'classNames'>;

/** What tasks of a reference work on: its network in pieces, its images, and what it makes of them. */
export interface Material {
  readonly reference: Reference;
  readonly parts: ReferenceParts;
  readonly data: LabelledData;
  /** Images of a split as the network reads them. */
  readonly inputsOf: (split: Split, indices: readonly number[]) => Promise<BatchValues>;
  readonly normalize: (pixels: Uint8Array) => Float32Array;
  /** At a cut, counted from that behind the stem; or the answers. To be closed. */
  featuresOf(split: Split, at: number | 'answers', context: TaskContext): Promise<Features>;
}

/** Keeps the material of the reference that was asked for last: tasks come one after the other, mostly of the same one. */
export class MaterialShelf {
  #kept: { readonly key: string; readonly material: Material } | undefined;

  /** @throws BadInputError when model, cuts or data are not what the reference says */
  async of(reference: Reference, context: TaskContext): Promise<Material> {
    const key = JSON.stringify(reference);
    if (this.#kept?.key !== key)
      this.#kept = { key, material: await openMaterial(reference, context) };
    return this.#kept.material;
  }
}

async function openMaterial(reference: Reference, context: TaskContext): Promise<Material> {
  const parts = readReference(await readFile(context.obtain(reference.model)), reference);
  const data = await openData(reference.data, reference.task, reference.sample, {
    cache: {
      folder: path.join(context.dataFolder, 'images'),
      largestBytes: context.featureCacheBytes,
    },
  });
  const normalize = createNormalizer(reference.sample);
  const inputsOf = async (split: Split, indices: readonly number[]): Promise<BatchValues> => {
    const { pixels } = await data[split].read(indices);
    return { data: normalize(pixels), shape: [indices.length, ...data[split].size, 3] };
  };
  return {
    reference,
    parts,
    data,
    inputsOf,
    normalize,
    featuresOf: (split, at, { dataFolder, featureCacheBytes, progress }) =>
      openFeatures(
        {
          folder: path.join(dataFolder, 'features'),
          largestBytes: featureCacheBytes,
          onProgress: () => progress({ share: 0, loss: null }),
        },
        { digest: reference.model, graph: parts.whole },
        {
          tensor: at === 'answers' ? answersOf(parts) : (reference.cuts[at] ?? ''),
          samples: samplesOf(split, data[split], { reference, inputsOf }),
        },
      ),
  };
}

function answersOf({ whole }: ReferenceParts): string {
  return whole.outputs[0]?.name ?? '';
}

function samplesOf(
  split: Split,
  { count }: LabelledImages,
  { reference, inputsOf }: Pick<Material, 'reference' | 'inputsOf'>,
): TeacherSamples {
  return {
    key: JSON.stringify([split, count, reference.data, reference.sample]),
    count,
    read: (indices) => inputsOf(split, indices),
  };
}

/** The blocks of a task with the weights that it names. @throws FarmError for a file that is none */
export async function placedBlocks(
  blocks: readonly AssembledBlock[],
  context: TaskContext,
): Promise<readonly PlacedBlock[]> {
  return Promise.all(
    blocks.map(async ({ spec, weights }): Promise<PlacedBlock> => {
      if (weights === null) return { spec, weights: undefined };
      const read = readWeights(await readFile(context.obtain(weights)));
      if (!read.ok) throw new FarmError('failed', `weights ${weights.slice(0, 12)}: ${read.error}`);
      return { spec, weights: read.value };
    }),
  );
}
