import fc from 'fast-check';
import { accuracyRefusal, describeAccuracy } from '../../../cli/output/reference_accuracy_report';
import type { SampleForm } from '../../../common/training/sample_form';
import type { LabelledImages } from '../../../predictor/data/labelled_images';
import { createNormalizer } from '../../../predictor/data/normalize';
import type { GraphRunner } from '../../../predictor/evaluation/graph_runner';
import { otherForms } from '../../../predictor/evaluation/other_forms';
import { measureReference } from '../../../predictor/evaluation/reference_accuracy';

const plain: SampleForm = {
  size: [2, 2],
  cropShare: 1,
  channelOrder: 'rgb',
  scale: 'unit',
  mean: [0.5, 0.4, 0.3],
  std: [0.25, 0.2, 0.3],
};
const task = { kind: 'classification', classes: 3 } as const;
const classNames = ['red', 'green', 'blue'];

/** Image i is of class i mod 3: that colour is bright, the others are dim. */
const images: LabelledImages = {
  count: 90,
  classes: 3,
  size: [2, 2],
  read: (indices) =>
    Promise.resolve({
      labels: Int32Array.from(indices, (index) => index % 3),
      pixels: Uint8Array.from(
        indices.flatMap((index) =>
          Array.from({ length: 12 }, (_, at) => (at % 3 === index % 3 ? 180 : 90 + (index % 7))),
        ),
      ),
    }),
};

/** A network that was trained with samples of a form: it knows colours when it reads them so, and answers one class to values that it has never seen. */
function trainedWith(
  form: SampleForm,
  classOf: (colour: number) => number = (colour) => colour,
): GraphRunner {
  const ends = [0, 255].map((byte) => createNormalizer(form)(new Uint8Array(3).fill(byte)));
  const places = form.channelOrder === 'rgb' ? [0, 1, 2] : [2, 1, 0];
  return {
    run: ({ data, shape: [count = 0] }) => {
      const logits = new Float32Array(count * 3);
      for (let image = 0; image < count; image += 1) {
        const shares = places.map((place) => {
          const [least = 0, most = 1] = ends.map((end) => end[place]!);
          return (data[image * 12 + place]! - least) / (most - least);
        });
        const most = Math.max(...shares);
        const isKnown = most > 0.3 && shares.every((share) => share > -0.01 && share < 1.01);
        const brightest = shares.indexOf(most);
        logits[image * 3 + (isKnown ? classOf(brightest) : 0)] = 1;
      }
      return Promise.resolve({ data: logits, shape: [count, 3] });
    },
    close: () => Promise.resolve(),
  };
}

async function measured(runner: GraphRunner, form = plain, count = 90) {
  let last = [0, 1];
  const accuracy = await measureReference({ runner, images, task, form }, count, (done, of) => {
    expect(done).toBeGreaterThan(last[0]!);
    last = [done, of];
  });
  expect(last[0]).toBe(last[1]);
  return { accuracy, task, form, classNames };
}

describe('the accuracy of a reference', () => {
  test('is told with that of each class, and nothing stands against one that knows its samples', async () => {
    const found = await measured(trainedWith(plain));
    expect(found.accuracy).toMatchObject({ images: 90, percent: 100, better: undefined });
    expect(found.accuracy.classes).toEqual(
      [0, 1, 2].map((label) => ({ label, count: 30, percent: 100, mistakenFor: undefined })),
    );
    expect(accuracyRefusal(found)).toBeUndefined();
    expect(describeAccuracy(found)).toContain(
      'accuracy: 100.00 % named first, on 90 validation images',
    );
  });

  test.each<readonly [string, SampleForm, RegExp]>([
    [
      'another order of channels',
      { ...plain, channelOrder: 'bgr' },
      /^100.0 % with channels as bgr, .* channelOrder: bgr/,
    ],
    [
      'no normalization',
      { ...plain, scale: 'byte', mean: [0, 0, 0], std: [1, 1, 1] },
      /^100.0 % with values from 0 to 255, not normalized, .* as described: its samples are \{ size: \[2, 2\], .* scale: byte, mean: \[0, 0, 0\], std: \[1, 1, 1\] \}; write that in field sample/,
    ],
    [
      'a normalization twice',
      { ...plain, mean: [0.625, 0.48, 0.39], std: [0.0625, 0.04, 0.09] },
      /^100.0 % with normalized twice, /,
    ],
  ])('that was trained with %s is refused with the remedy', async (_, form, refusal) => {
    const found = await measured(trainedWith(form));
    expect(found.accuracy.percent).toBeLessThan(70);
    expect(accuracyRefusal(found)).toMatch(refusal);
    // The remedy is one.
    const better = found.accuracy.better!.form;
    expect((await measured(trainedWith(form), better)).accuracy.percent).toBe(100);
  });

  test('whose classes stand in another order is refused with that reason', async () => {
    const found = await measured(trainedWith(plain, (colour) => (colour + 1) % 3));
    expect(found.accuracy).toMatchObject({ percent: 0, renamedPercent: 100 });
    expect(accuracyRefusal(found)).toMatch(
      /^0.0 % of 90 images is what guessing reaches, but it would be 100.0 % if its classes were in another order: /,
    );
  });

  test('that has learned nothing is refused, whatever it answers', async () => {
    const constant: GraphRunner = {
      run: ({ shape: [count = 0] }) =>
        Promise.resolve({
          data: Float32Array.from({ length: 3 * count }, (_, at) => (at % 3 === 1 ? 1 : 0)),
          shape: [count, 3],
        }),
      close: () => Promise.resolve(),
    };
    const found = await measured(constant);
    expect(found.accuracy.percent).toBeCloseTo(100 / 3);
    expect(accuracyRefusal(found)).toMatch(
      /^33.3 % of 90 images is what guessing reaches, also with/,
    );
    const broken: GraphRunner = {
      ...constant,
      run: ({ shape: [count = 0] }) =>
        Promise.resolve({ data: new Float32Array(3 * count).fill(NaN), shape: [count, 3] }),
    };
    expect(accuracyRefusal(await measured(broken))).toMatch(/^0.0 % of 90 images is what guessing/);
  });

  test('is measured on as many images as are asked for, if there are so many', async () => {
    expect((await measured(trainedWith(plain), plain, 40)).accuracy.images).toBe(40);
    expect((await measured(trainedWith(plain), plain, 1_000)).accuracy.images).toBe(90);
  });
});

const three = (min: number, max: number) =>
  fc.tuple(
    fc.double({ min, max, noNaN: true }),
    fc.double({ min, max, noNaN: true }),
    fc.double({ min, max, noNaN: true }),
  );
const anyForm: fc.Arbitrary<SampleForm> = fc.record({
  size: fc.constant([2, 2] as const),
  cropShare: fc.constant(1),
  channelOrder: fc.constantFrom('rgb', 'bgr'),
  scale: fc.constantFrom('unit', 'byte'),
  mean: three(0, 200),
  std: three(0.1, 90),
});

describe('other forms of samples', () => {
  test('give other values than the form, and than each other', () => {
    const dark = Uint8Array.from({ length: 12 }, (_, index) => 20 * index);
    fc.assert(
      fc.property(anyForm, (form) => {
        const read = [form, ...otherForms(form).map((other) => other.form)].map((each) =>
          createNormalizer(each)(dark).join(),
        );
        expect(new Set(read).size).toBe(read.length);
      }),
    );
  });

  test('have what a second normalization makes of the values', () => {
    fc.assert(
      fc.property(anyForm, (form) => {
        const twice = otherForms(form).find(({ name }) => name === 'normalized twice');
        if (twice === undefined) return;
        const pixels = Uint8Array.from([0, 100, 255, 17, 3, 200, 1, 2, 3, 4, 5, 6]);
        const order = form.channelOrder === 'rgb' ? [0, 1, 2] : [2, 1, 0];
        const expected = createNormalizer(form)(pixels).map(
          (value, index) => (value - form.mean[order[index % 3]!]!) / form.std[order[index % 3]!]!,
        );
        createNormalizer(twice.form)(pixels).forEach((value, index) =>
          expect(Math.abs(value - expected[index]!)).toBeLessThan(
            1e-3 * (1 + Math.abs(expected[index]!)),
          ),
        );
      }),
    );
  });
});
