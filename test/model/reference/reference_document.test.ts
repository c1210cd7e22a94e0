import { formatYaml, parseYaml } from '../../../platform/config/yaml';
import { referenceDocumentSchema } from '../../../model/reference/reference_document';

const least = {
  name: 'mine',
  model: 'mine.onnx',
  cuts: ['a', 'b'],
  space: 'mobilenetv2',
  task: { classes: 10 },
  sample: { size: 32 },
  data: { kind: 'folder', path: 'images' },
};
const read = (document: unknown) =>
  parseYaml(formatYaml(document), referenceDocumentSchema, 'reference.yaml');

describe('a reference document', () => {
  test('needs a network, its cuts, space, task, samples and data; the rest has defaults', () => {
    expect(read(least)).toMatchObject({
      ...least,
      task: { kind: 'classification', classes: 10 },
      sample: {
        size: [32, 32],
        cropShare: 0.875,
        channelOrder: 'rgb',
        scale: 'unit',
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
      },
      data: { kind: 'folder', path: 'images', validationShare: 0.1, splitSeed: 1 },
      library: { epochs: 1, augmentation: 'none' },
      predictor: { trainStem: true, trainHead: true },
      finetune: { quantizationAware: false },
    });
  });

  test.each<readonly [string, object]>([
    ['cuts from a file', { cuts: 'cuts.yaml' }],
    ['the proposed cuts', { cuts: 'auto' }],
    ['labels from a file', { labels: 'labels.txt' }],
    ['an oblong size', { sample: { size: [32, 48] } }],
    ['shapes of open inputs', { input: { image: [1, 3, 32, 32] } }],
    ['generated images', { data: { kind: 'generated', train: 100 } }],
    [
      'recipes',
      { library: { epochs: 2 }, predictor: { batch: 32 }, finetune: { patienceEpochs: 3 } },
    ],
  ])('may have %s', (_, more) => {
    expect(() => read({ ...least, ...more })).not.toThrow();
  });

  test.each<readonly [object, string]>([
    [{ cuts: ['a'] }, 'field cuts: expected'],
    [{ cuts: 'somewhere' }, 'field cuts: expected'],
    [{ name: 'a b' }, 'field name: expected 1 to 63 letters'],
    [{ task: { classes: 1 } }, 'field task.classes: expected a whole number from 2 to 100000'],
    [
      { task: { kind: 'detection', classes: 9 } },
      'field task.kind: expected classification or segmentation',
    ],
    [{ sample: { size: 0 } }, 'field sample.size: expected'],
    [{ sample: { size: 32, std: [1, 0, 1] } }, 'field sample.std.1: expected a number above 0'],
    [{ sample: { size: 32, mean: 0.5 } }, 'field sample.mean: expected three numbers'],
    [
      { sample: { size: 32, channelOrder: 'grb' } },
      'field sample.channelOrder: expected rgb or bgr',
    ],
    [{ data: { kind: 'internet' } }, 'field data.kind: expected'],
    [{ data: { kind: 'folder' } }, 'field data.path: expected a path'],
    [
      { data: { kind: 'folder', path: 'x', validationShare: 1 } },
      'field data.validationShare: expected a number from 0.001 to 0.999',
    ],
    [{ library: { epochs: 0 } }, 'field library.epochs: expected a number above 0'],
    [
      { finetune: { distillationShare: 2 } },
      'field finetune.distillationShare: expected a number from 0 to 1',
    ],
    [{ predictor: { learningrate: 1 } }, 'field predictor: unknown field learningrate'],
  ])('is refused by its field: %j', (more, line) => {
    expect(() => read({ ...least, ...more })).toThrow(line);
  });
});
