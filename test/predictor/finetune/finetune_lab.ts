import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FinetuningRecipe } from '../../../common/training/recipe';
import type { NetworkTask } from '../../../common/training/training_task';
import type { TrainingEngine } from '../../../predictor/engine/engine';
import { openEngine } from '../../../predictor/engine/open_engine';
import { MaterialShelf, type Material } from '../../../predictor/material/material';
import type { TaskContext } from '../../../predictor/task/task_context';
import { convBlocks, drawn, tokenBlocks, type TinyReference } from '../tiny_reference';

const generated = {
  task: { kind: 'classification', classes: 10 },
  data: { kind: 'generated', seed: 1, train: 96, validation: 200 },
} as const;

/** Two blocks on generated images of ten classes. */
export function convReference(): TinyReference {
  return drawn(
    {
      name: 'tiny',
      imageSize: [16, 16],
      classes: 10,
      stem: { kind: 'conv', channels: 8, activation: 'relu6' },
      blocks: convBlocks,
      head: { kind: 'pool' },
    },
    generated,
  );
}

export function tokenReference(): TinyReference {
  return drawn(
    {
      name: 'tiny-tokens',
      imageSize: [16, 16],
      classes: 10,
      stem: { kind: 'patch', channels: 64, size: 4 },
      blocks: tokenBlocks,
      head: { kind: 'token' },
    },
    generated,
  );
}

const recipe: FinetuningRecipe = {
  epochs: 4,
  batch: 16,
  optimizer: 'adam',
  learningRate: 0.005,
  weightDecay: 0,
  schedule: 'cosine',
  warmupShare: 0.1,
  clipNorm: 5,
  augmentation: 'none',
  seed: 1,
  distillationShare: 0.5,
  temperature: 2,
  trainStem: true,
  trainHead: true,
  patienceEpochs: null,
  quantizationAware: false,
};

/** From scratch, so that no library is needed. */
export function networkTask(
  { reference }: TinyReference,
  changes: Partial<Omit<NetworkTask, 'recipe'>> = {},
  recipeChanges: Partial<FinetuningRecipe> = {},
): NetworkTask {
  return {
    kind: 'network',
    reference,
    blocks: convBlocks.map((spec) => ({ spec, weights: null })),
    fromScratch: true,
    recipe: { ...recipe, ...recipeChanges },
    evaluationImages: 32,
    evaluationOffset: 0,
    keepsModel: false,
    ...changes,
  };
}

/** What a worker's process has, with everything in one folder. */
export class FinetuneLab {
  readonly stored = new Map<string, Uint8Array>();
  readonly #shelf = new MaterialShelf();

  private constructor(
    readonly folder: string,
    readonly engine: TrainingEngine,
  ) {}

  static async open(): Promise<FinetuneLab> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'farm-finetune-'));
    return new FinetuneLab(folder, await openEngine({ kind: 'auto', threads: 1 }));
  }

  /** `pausesAt`: at that look at the memory it is full. */
  context(taskId: string, pausesAt = Infinity): TaskContext {
    let looks = 0;
    return {
      taskId,
      engine: this.engine,
      dataFolder: this.folder,
      featureCacheBytes: 1e8,
      obtain: (digest) => path.join(this.folder, digest),
      store: async (bytes) => {
        const digest = createHash('sha256').update(bytes).digest('hex');
        this.stored.set(digest, bytes);
        await writeFile(path.join(this.folder, digest), bytes);
        return digest;
      },
      progress: () => undefined,
      breathe: () => Promise.resolve(),
      shouldPause: () => (looks += 1) === pausesAt,
    };
  }

  async material({ reference, bytes }: TinyReference): Promise<Material> {
    await writeFile(path.join(this.folder, reference.model), bytes);
    return this.#shelf.of(reference, this.context('material'));
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
