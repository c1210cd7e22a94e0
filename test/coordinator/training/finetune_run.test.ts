import type { FinetuningRecipe } from '../../../common/training/recipe';
import type {
  NetworkTask,
  TrainingEnd,
  TrainingTask,
} from '../../../common/training/training_task';
import { finetuneRun } from '../../../coordinator/training/finetune_run';
import type { RunContext } from '../../../coordinator/training/training_run';
import type { FinetuneOutcome, FinetuneRequest } from '../../../proto/codec/training/finetune_run';
import { aBlockTask, aReference } from '../../training_samples';

const { spec, recipe: blockRecipe } = aBlockTask(1);
const recipe: FinetuningRecipe = {
  ...blockRecipe,
  distillationShare: 0.7,
  temperature: 2,
  trainStem: true,
  trainHead: false,
  patienceEpochs: null,
  quantizationAware: false,
};
const weights = 'b'.repeat(64);
const request: FinetuneRequest = {
  reference: 'tiny',
  picks: ['good', 'lossy', 'broken'].map((architecture) => ({
    architecture,
    blocks: [{ spec, weights: architecture === 'broken' ? null : weights }],
  })),
  recipe,
  fromScratch: false,
  evaluationImages: 100,
  quantizationAwareAbovePercent: 1,
};
const outcomeWith = (accuracyPercent: number, quantizedAccuracyPercent: number): TrainingEnd => ({
  kind: 'done',
  outcome: {
    kind: 'network',
    accuracyPercent,
    quantizedAccuracyPercent,
    referenceAccuracyPercent: 93,
    evaluationImages: 100,
    startAccuracyPercent: 40,
    epochs: 10,
    history: [],
    model: 'c'.repeat(64),
    ranges: 'd'.repeat(64),
    seconds: 1,
  },
});
const failed: TrainingEnd = { kind: 'failed', reason: 'the loss is no number any more' };

/** Answers the steps in turn; what was asked for is kept. */
function contextOf(steps: readonly (readonly TrainingEnd[])[]): RunContext & {
  readonly asked: (readonly [step: string, tasks: readonly TrainingTask[]])[];
} {
  const asked: (readonly [string, readonly TrainingTask[]])[] = [];
  return {
    asked,
    runId: 'finetune-1',
    perform: (step, tasks) => {
      asked.push([step, tasks]);
      return Promise.resolve(steps[asked.length - 1] ?? []);
    },
    reference: () => Promise.resolve(aReference),
    signal: new AbortController().signal,
    note: () => undefined,
  };
}
const run = async (
  context: RunContext,
  changes: Partial<FinetuneRequest> = {},
): Promise<FinetuneOutcome['picks']> =>
  ((await finetuneRun.run({ ...request, ...changes }, context)) as FinetuneOutcome).picks;
const first = [outcomeWith(90, 89.5), outcomeWith(90, 80), failed];

test('each pick is a network that is kept, all by one recipe', async () => {
  const context = contextOf([first]);
  const picks = await run(context, { quantizationAwareAbovePercent: null });
  expect(picks.map(({ architecture, end }) => [architecture, end])).toEqual([
    ['good', first[0]],
    ['lossy', first[1]],
    ['broken', failed],
  ]);
  expect(context.asked).toHaveLength(1);
  const [[step, tasks] = []] = context.asked;
  expect(step).toBe('networks');
  expect(tasks).toEqual(
    request.picks.map(({ blocks }): NetworkTask => ({
      kind: 'network',
      reference: aReference,
      blocks,
      fromScratch: false,
      recipe,
      evaluationImages: 100,
      evaluationOffset: 0,
      keepsModel: true,
    })),
  );
});

test.each([
  ['better', outcomeWith(89, 88), true],
  ['worse', outcomeWith(80, 79), false],
  ['lost', failed, false],
])(
  'what loses too much is trained once more, with quantization; here it is then %s',
  async (_, again, isUsed) => {
    const context = contextOf([first, [again]]);
    const picks = await run(context);
    expect(context.asked.map(([step, tasks]) => [step, tasks.length])).toEqual([
      ['networks', 3],
      ['quantization-aware', 1],
    ]);
    expect(context.asked[1]?.[1][0]).toMatchObject({ recipe: { quantizationAware: true } });
    expect(picks[1]).toEqual({
      architecture: 'lossy',
      end: isUsed ? again : first[1],
      isQuantizationAware: isUsed,
    });
    expect(picks[0]).toMatchObject({ isQuantizationAware: false });
  },
);

test('a pick of other blocks than the reference has is refused', async () => {
  const picks = [{ architecture: 'long', blocks: [1, 2].map(() => ({ spec, weights })) }];
  await expect(run(contextOf([]), { picks })).rejects.toThrow(
    'finetune: long has 2 blocks, and reference tiny is cut into 1; choose networks',
  );
});

test.each([
  [{ picks: [] }, 'finetune: field picks: '],
  [{ evaluationImages: 3 }, 'finetune: field evaluationImages: '],
  [{ recipe: { ...recipe, epochs: 0 } }, 'finetune: field recipe.epochs: '],
  [{ colour: 'red' }, 'finetune: field '],
])('a request with %j is refused by its field', (changes, message) => {
  expect(() => finetuneRun.readRequest({ ...request, ...changes })).toThrow(message);
});

test('a request travels as JSON', () => {
  const read = finetuneRun.readRequest(JSON.parse(JSON.stringify(request)));
  expect(read).toEqual(request);
  expect(finetuneRun.referenceOf(read)).toBe('tiny');
});
