import type { Task } from '../../common/training/reference';
import type { SampleForm } from '../../common/training/sample_form';
import type { ReferenceAccuracy } from '../../predictor/evaluation/reference_accuracy';
import { formatTable } from './table';

export interface MeasuredAccuracy {
  readonly accuracy: ReferenceAccuracy;
  readonly task: Task;
  readonly form: SampleForm;
  readonly classNames: readonly string[];
}

/** Classes that are shown, those that do worst. */
const shownClasses = 12;
const shownForms = 3;
/** A renaming that reaches so much where the accuracy is at chance is no accident. */
const leastRenamedPercent = 50;

export function describeAccuracy(measured: MeasuredAccuracy): string {
  const { accuracy, task, form, classNames } = measured;
  const worst = [...accuracy.classes].sort((one, other) => one.percent - other.percent);
  return [
    `accuracy: ${accuracy.percent.toFixed(2)} % ${task.kind === 'classification' ? 'named first' : 'mean intersection over union'}, on ${accuracy.images} validation images (guessing: up to ${accuracy.chancePercent.toFixed(1)} %)`,
    `samples: ${describeForm(form)}`,
    formatTable(
      ['CLASS', task.kind === 'classification' ? 'IMAGES' : 'PIXELS', 'RIGHT %', 'MISTAKEN FOR'],
      worst
        .slice(0, shownClasses)
        .map(({ label, count, percent, mistakenFor }) => [
          nameOf(label, classNames),
          { value: count, decimals: 0 },
          { value: percent, decimals: 1 },
          mistakenFor === undefined ? '' : nameOf(mistakenFor, classNames),
        ]),
    ) +
      (worst.length > shownClasses
        ? `\n… and ${worst.length - shownClasses} classes that do better`
        : ''),
    `with other samples, on ${accuracy.others[0]?.images ?? 0} of the images: ${accuracy.others
      .slice(0, shownForms)
      .map(({ name, percent }) => `${name} ${percent.toFixed(1)} %`)
      .join('; ')}`,
  ].join('\n\n');
}

function describeForm({ size, cropShare, channelOrder, scale, mean, std }: SampleForm): string {
  return `{ size: [${size.join(', ')}], cropShare: ${cropShare}, channelOrder: ${channelOrder}, scale: ${scale}, mean: [${mean.map(short).join(', ')}], std: [${std.map(short).join(', ')}] }`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function nameOf(label: number, names: readonly string[]): string {
  return names[label] ?? `class ${label}`;
}

/** Why nothing should be built on this network with these samples, in a line with the remedy; undefined where it does what it should. */
export function accuracyRefusal({
  accuracy,
  form,
  classNames,
}: MeasuredAccuracy): string | undefined {
  const { percent, chancePercent, better, renamedPercent } = accuracy;
  if (better !== undefined)
    return `${better.percent.toFixed(1)} % with ${better.name}, ${percent.toFixed(1)} % as described: its samples are ${describeForm(better.form)}; write that in field sample, or give it as options`;
  if (percent > chancePercent) return undefined;
  const atChance = `${percent.toFixed(1)} % of ${accuracy.images} images is what guessing reaches`;
  if (renamedPercent !== null && renamedPercent > Math.max(leastRenamedPercent, chancePercent))
    return `${atChance}, but it would be ${renamedPercent.toFixed(1)} % if its classes were in another order: the head counts them otherwise than the data does (${classNames.slice(0, 3).join(', ')} …); name the class folders so that they stand in its order`;
  return `${atChance}, also with other channel orders and normalizations than ${describeForm(form)}; is it trained, and on these classes?`;
}

export function accuracyToJson({ accuracy, task, form, classNames }: MeasuredAccuracy): unknown {
  return {
    ...accuracy,
    better: accuracy.better ?? null,
    classes: accuracy.classes.map((each) => ({
      ...each,
      name: nameOf(each.label, classNames),
      mistakenFor: each.mistakenFor ?? null,
    })),
    task,
    sample: form,
    refusal: accuracyRefusal({ accuracy, task, form, classNames }) ?? null,
  };
}
