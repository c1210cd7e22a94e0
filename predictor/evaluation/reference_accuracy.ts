import type { Task } from '../../common/training/reference';
import type { SampleForm } from '../../common/training/sample_form';
import { createMeter, type Meter } from '../data/metrics';
import type { LabelledImages } from '../data/labelled_images';
import { createNormalizer } from '../data/normalize';
import type { GraphRunner } from './graph_runner';
import { otherForms } from './other_forms';

/** How well a reference does on images that it has not seen, as its sample form prepares them and in ways that are mistaken for it. */
export interface ReferenceAccuracy {
  readonly images: number;
  /** By the task's metric. */
  readonly percent: number;
  /** What answering without looking would reach, with the scatter of as many images: below it nothing has been learned, or what was learned is not asked for. */
  readonly chancePercent: number;
  readonly classes: readonly ClassAccuracy[];
  /** If each answer were taken for the label that it is given to most often: high where classes stand in another order. Null for masks. */
  readonly renamedPercent: number | null;
  /** Other forms, on the first of the same images, the best first. */
  readonly others: readonly FormAccuracy[];
  /** Of `others` the one that is better by more than chance. */
  readonly better: FormAccuracy | undefined;
}

interface ClassAccuracy {
  readonly label: number;
  /** Images; of masks, pixels. */
  readonly count: number;
  /** Of these answered rightly. */
  readonly percent: number;
  /** What they are taken for most often, if not for what they are. */
  readonly mistakenFor: number | undefined;
}

interface FormAccuracy {
  readonly name: string;
  readonly form: SampleForm;
  readonly percent: number;
  readonly images: number;
}

interface MeasuredReference {
  readonly runner: GraphRunner;
  readonly images: LabelledImages;
  readonly task: Task;
  readonly form: SampleForm;
}

const samplesAtOnce = 64;
/** A wrong form loses tens of percent: so many images show it. */
const imagesForOthers = 400;
/** So many standard deviations are no accident. */
const deviations = 3;
/** Less is not worth another form, however sure it is. */
const leastGainPercent = 3;

/** On the first `count` images. `onImages` hears how many of all runs are done. */
export async function measureReference(
  reference: MeasuredReference,
  count: number,
  onImages: (done: number, of: number) => void,
): Promise<ReferenceAccuracy> {
  const { form, task } = reference;
  const images = Math.min(count, reference.images.count);
  const fewer = Math.min(images, imagesForOthers);
  const forms = otherForms(form);
  const all = images + fewer * forms.length;
  let done = 0;
  const run = (trial: SampleForm, of: number): Promise<Meter> =>
    meterOf({ ...reference, form: trial }, of, (more) => onImages((done += more), all));
  const meter = await run(form, images);
  const own = fewer === images ? meter.percent() : (await run(form, fewer)).percent();
  const others: FormAccuracy[] = [];
  for (const other of forms)
    others.push({ ...other, percent: (await run(other.form, fewer)).percent(), images: fewer });
  others.sort((one, two) => two.percent - one.percent);
  const [best] = others;
  const chancePercent = chanceOf(meter, task);
  const isOther = best !== undefined && best.percent > chancePercent && isBetter(best, own);
  return {
    images,
    percent: meter.percent(),
    chancePercent,
    classes: classAccuracies(meter, task),
    renamedPercent: task.kind === 'classification' ? renamedPercent(meter, task) : null,
    others,
    better: isOther ? best : undefined,
  };
}

async function meterOf(
  { runner, images, task, form }: MeasuredReference,
  count: number,
  onImages: (more: number) => void,
): Promise<Meter> {
  const normalize = createNormalizer(form);
  const meter = createMeter(task);
  for (let from = 0; from < count; from += samplesAtOnce) {
    const some = Math.min(samplesAtOnce, count - from);
    const { pixels, labels } = await images.read(
      Array.from({ length: some }, (_, index) => from + index),
    );
    const logits = await runner.run({ data: normalize(pixels), shape: [some, ...images.size, 3] });
    meter.add(logits.data, labels);
    onImages(some);
  }
  return meter;
}

/** The commonest label's share for all answers; of masks, the overlap that it has with itself alone. */
function chanceOf(meter: Meter, task: Task): number {
  const counts = labelCounts(meter, task);
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return 0;
  const share = Math.max(...counts) / all;
  if (task.kind === 'segmentation')
    return (100 * share) / counts.filter((count) => count > 0).length;
  const scatter = deviations * Math.sqrt((share * (1 - share)) / all);
  // Of a handful of images nothing is sure: those who answer most of them are believed.
  return 100 * (share + Math.min(scatter, (1 - share) / 2));
}

function isBetter({ percent, images }: FormAccuracy, own: number): boolean {
  const variance = (share: number): number => (share * (1 - share)) / images;
  const deviation = Math.sqrt(variance(percent / 100) + variance(own / 100));
  return percent - own > Math.max(leastGainPercent, 100 * deviations * deviation);
}

function labelCounts(meter: Meter, { classes }: Task): readonly number[] {
  return Array.from({ length: classes }, (_, label) =>
    answersOf(meter, label, classes + 1).reduce((sum, times) => sum + times, 0),
  );
}

function answersOf(meter: Meter, label: number, answers: number): readonly number[] {
  return Array.from({ length: answers }, (_, answer) => meter.times(label, answer));
}

function classAccuracies(meter: Meter, task: Task): readonly ClassAccuracy[] {
  return labelCounts(meter, task).flatMap((count, label) => {
    if (count === 0) return [];
    const answers = answersOf(meter, label, task.classes);
    const others = answers.map((times, answer) => (answer === label ? 0 : times));
    const most = Math.max(...others);
    return [
      {
        label,
        count,
        percent: (100 * (answers[label] ?? 0)) / count,
        mistakenFor: most === 0 ? undefined : others.indexOf(most),
      },
    ];
  });
}

function renamedPercent(meter: Meter, task: Task): number {
  const all = labelCounts(meter, task).reduce((sum, count) => sum + count, 0);
  let right = 0;
  for (let answer = 0; answer < task.classes; answer += 1)
    right += Math.max(
      ...Array.from({ length: task.classes }, (_, label) => meter.times(label, answer)),
    );
  return all === 0 ? 0 : (100 * right) / all;
}
