import type { SampleForm } from '../../common/training/sample_form';

/** A form of samples that is easily mistaken for another one. */
interface OtherForm {
  readonly name: string;
  readonly form: SampleForm;
}

type Normalization = Pick<SampleForm, 'scale' | 'mean' | 'std'>;

const none = { mean: [0, 0, 0], std: [1, 1, 1] } as const;

/** What exporters and papers have; each is somebody's habit. */
const habits: readonly (Normalization & { readonly name: string })[] = [
  { name: 'values from 0 to 1, not normalized', scale: 'unit', ...none },
  { name: 'values from 0 to 255, not normalized', scale: 'byte', ...none },
  {
    name: 'values from -1 to 1',
    scale: 'unit',
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  },
  {
    name: "ImageNet's mean and deviation",
    scale: 'unit',
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  },
];

/** The forms that a network may have been trained with, if not with this one: each differs from it and from the others in what the network reads. */
export function otherForms(form: SampleForm): readonly OtherForm[] {
  const swapped = form.channelOrder === 'rgb' ? 'bgr' : 'rgb';
  const all: readonly OtherForm[] = [
    { name: `channels as ${swapped}`, form: { ...form, channelOrder: swapped } },
    { name: 'normalized twice', form: { ...form, ...normalizedTwice(form) } },
    ...habits.map(({ name, scale, mean, std }) => ({ name, form: { ...form, scale, mean, std } })),
    ...habits.map(({ name, scale, mean, std }) => ({
      name: `${name}, channels as ${swapped}`,
      form: { ...form, scale, mean, std, channelOrder: swapped } as const,
    })),
  ];
  const seen = new Set([readAs(form)]);
  return all.filter((other) => {
    const key = readAs(other.form);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** ((x - m) / s - m) / s is (x - (m + m s)) / s². */
function normalizedTwice({ mean, std }: SampleForm): Pick<SampleForm, 'mean' | 'std'> {
  const twice = (channel: 0 | 1 | 2): number => mean[channel] + mean[channel] * std[channel];
  return {
    mean: [twice(0), twice(1), twice(2)],
    std: [std[0] ** 2, std[1] ** 2, std[2] ** 2],
  };
}

/** Equal for forms that give a network the same values: what black and white become, in its order. */
function readAs({ scale, mean, std, channelOrder }: SampleForm): string {
  const full = scale === 'unit' ? 1 : 255;
  const ends = ([0, 1, 2] as const).map((channel) =>
    [0, full].map((value) => ((value - mean[channel]) / std[channel]).toPrecision(6)),
  );
  return JSON.stringify(channelOrder === 'rgb' ? ends : ends.reverse());
}
