import { createRandom } from '../../common/random';
import type { Task } from '../../common/training/reference';
import type { LabelledImages } from './labelled_images';
import { drawScene, sceneVersion } from './scene';
import { shapeCount, shapeNames } from './shapes';

interface GeneratedSet {
  /** `train` or `validation`: sets of one seed have no image in common. */
  readonly name: string;
  readonly seed: number;
  readonly count: number;
  readonly side: number;
  readonly task: Task;
}

/** Classes of what is generated: shapes, and for masks the background before them. */
export function generatedClasses({ kind }: Pick<Task, 'kind'>): number {
  return kind === 'classification' ? shapeCount : shapeCount + 1;
}

export function generatedNames({ kind }: Pick<Task, 'kind'>): readonly string[] {
  return kind === 'classification' ? shapeNames : ['background', ...shapeNames];
}

/** Images that are drawn when they are read: the same for the same seed and index, on every machine; a set has no end but its count. */
export function generatedImages({ name, seed, count, side, task }: GeneratedSet): LabelledImages {
  const isMask = task.kind === 'segmentation';
  return {
    count,
    classes: generatedClasses(task),
    size: [side, side],
    read: (indices) => {
      const pixels = new Uint8Array(indices.length * side * side * 3);
      const labels = new Int32Array(indices.length * (isMask ? side * side : 1));
      indices.forEach((index, place) => {
        const random = createRandom(`${sceneVersion}/${seed}/${name}/${index}`);
        const label = random.below(shapeCount);
        const scene = drawScene(label, side, random);
        pixels.set(scene.pixels, place * scene.pixels.length);
        if (isMask) labels.set(scene.mask, place * scene.mask.length);
        else labels[place] = label;
      });
      return Promise.resolve({ pixels, labels });
    },
  };
}
