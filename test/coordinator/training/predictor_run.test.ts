import { createRandom } from '../../../common/random';
import type { Reference } from '../../../common/training/reference';
import type { TrainingEnd, TrainingTask } from '../../../common/training/training_task';
import { predictorRun } from '../../../coordinator/training/predictor_run';
import type { RunContext } from '../../../coordinator/training/training_run';
import { shippedSpaceText } from '../../../model/space/load_space';
import { contentDigest } from '../../../proto/codec/training/content_digest';
import type { PredictorDocument } from '../../../search/prediction/predictor_document';
import { aReference } from '../../training_samples';

const reference: Reference = {
  ...aReference,
  cuts: ['a', 'b', 'c', 'd', 'e'],
  data: { kind: 'generated', seed: 1, train: 100, validation: 1_000 },
};

const recipe = {
  epochs: 1,
  batch: 64,
  optimizer: 'adam',
  learningRate: 0.01,
  weightDecay: 0,
  schedule: 'cosine',
  warmupShare: 0,
  clipNorm: null,
  augmentation: 'none',
  seed: 1,
};

const request = {
  reference: reference.name,
  space: shippedSpaceText('demo'),
  recipe,
  optionsPerBlock: 6,
  finetuning: {
    ...recipe,
    distillationShare: 0.5,
    temperature: 2,
    trainStem: true,
    trainHead: true,
    patienceEpochs: null,
    quantizationAware: false,
  },
  architectures: 20,
  heldOut: 12,
  retests: 6,
  evaluationImages: 500,
  seed: 3,
};

/** A world in which a block's ratio is drawn from its task, and accuracy follows from the ratios of the blocks. */
class World {
  readonly saved: string[] = [];
  readonly notes: string[] = [];
  readonly asked: TrainingTask[] = [];

  constructor(
    private readonly failing: (task: TrainingTask, index: number) => boolean = () => false,
  ) {}

  get records() {
    return {
      newest: () => Promise.resolve(undefined),
      save: (_: string, json: string) => Promise.resolve(this.saved.push(json)),
    };
  }

  get context(): RunContext {
    return {
      runId: 'run',
      signal: new AbortController().signal,
      note: (line) => void this.notes.push(line),
      reference: () => Promise.resolve(reference),
      perform: (_, tasks) => {
        this.asked.push(...tasks);
        return Promise.resolve(tasks.map((task, index) => this.#end(task, index)));
      },
    };
  }

  get document(): PredictorDocument {
    return JSON.parse(this.saved[0] ?? '') as PredictorDocument;
  }

  #end(task: TrainingTask, index: number): TrainingEnd {
    if (this.failing(task, index)) return { kind: 'failed', reason: 'it was not to be' };
    const random = createRandom(contentDigest(task));
    switch (task.kind) {
      case 'block': {
        const nsr = nsrOf(contentDigest(task));
        return done({
          kind: 'block',
          weights: contentDigest(task),
          trainNsr: nsr,
          validationNsr: nsr,
          quantizedNsr: nsr,
          macs: 1e6,
          parameters: 10,
          seconds: 1,
        });
      }
      case 'probe':
        return done({
          kind: 'probe',
          divergence: random.next(),
          divergenceAsAssembled: 1,
          agreementPercent: 50,
          chainedNsr: [],
          seconds: 1,
        });
      case 'network': {
        const loss = task.blocks.reduce(
          (sum, { weights }) => sum + Math.log(nsrOf(weights ?? '')),
          0,
        );
        const accuracy = 60 - 3 * loss + 0.1 * random.normal();
        return done({
          kind: 'network',
          accuracyPercent: accuracy,
          quantizedAccuracyPercent: accuracy,
          referenceAccuracyPercent: 90,
          evaluationImages: 500,
          startAccuracyPercent: 10,
          epochs: 1,
          history: [],
          model: null,
          ranges: null,
          seconds: 1,
        });
      }
    }
  }
}

function nsrOf(digest: string): number {
  return 0.05 + 0.5 * createRandom(digest).next();
}

function done(outcome: Extract<TrainingEnd, { kind: 'done' }>['outcome']): TrainingEnd {
  return { kind: 'done', outcome };
}

async function run(world: World, changes: Partial<typeof request> = {}): Promise<unknown> {
  const kind = predictorRun(world.records);
  return kind.run(kind.readRequest({ ...request, ...changes }), world.context);
}

describe('the run that builds a predictor', () => {
  test('stores one that orders networks which it was not fitted to', async () => {
    const world = new World();
    await run(world);
    const { document } = world;
    expect(document.heldOut.kendallTau).toBeGreaterThan(0.9);
    expect(document.training).toHaveLength(20);
    expect(document.ceilingTau).toBeGreaterThan(0.9);
    expect(document.space).toBe('demo');
    expect(document.blocks.map((options) => Object.keys(options).length)).toEqual([6, 6, 6, 6]);
  });

  test('tests again with another seed, on other images', async () => {
    const world = new World();
    await run(world);
    const networks = world.asked.filter((task) => task.kind === 'network');
    const retests = networks.filter(({ evaluationOffset }) => evaluationOffset > 0);
    expect(retests).toHaveLength(6);
    expect(new Set(retests.map(({ evaluationOffset }) => evaluationOffset))).toEqual(
      new Set([500]),
    );
    expect(new Set(retests.map((task) => task.recipe.seed))).toEqual(new Set([2]));
  });

  test('asks for the same tasks again when it is begun again', async () => {
    const [one, other] = [new World(), new World()];
    await run(one);
    await run(other);
    expect(other.asked.map(contentDigest)).toEqual(one.asked.map(contentDigest));
    expect(other.saved).toEqual(one.saved);
  });

  test('goes on without the few that fail, and says why they did', async () => {
    const world = new World((task, index) => task.kind === 'network' && index === 4);
    await run(world);
    expect(world.document.training.length + 12).toBeLessThanOrEqual(32);
    expect(world.notes[0]).toBe('1 of 32 networks failed; the first because: it was not to be');
  });

  test('fails with the reason where many fail', async () => {
    const world = new World((task) => task.kind === 'network');
    await expect(run(world)).rejects.toThrow(
      '32 of 32 networks failed; the first because: it was not to be',
    );
    expect(world.saved).toEqual([]);
  });

  test('refuses to test and retest on more images than there are', async () => {
    await expect(run(new World(), { evaluationImages: 501 })).rejects.toThrow(
      'has 1000 validation images, and 1002 are needed: accuracies and retests are measured on different ones; ask for fewer (--images), or leave retests out (--retests 0)',
    );
    await run(new World(), { evaluationImages: 1_000, retests: 0 });
  });

  test('names a block of which nothing could be trained', async () => {
    const world = new World((task) => task.kind === 'block' && task.block === 2);
    await expect(run(world)).rejects.toThrow(/a block of .* has no trained option/);
  });

  test('says which field of a request is wrong', () => {
    const kind = predictorRun(new World().records);
    expect(() => kind.readRequest({ ...request, architectures: 2 })).toThrow(
      /^predictor: field architectures: /,
    );
  });
});
