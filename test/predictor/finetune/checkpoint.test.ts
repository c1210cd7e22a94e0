import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  readCheckpoint,
  writeCheckpoint,
  type Checkpoint,
} from '../../../predictor/finetune/checkpoint';

const values = (...data: number[]) => ({ data: Float32Array.from(data), shape: [data.length] });
const checkpoint: Checkpoint = {
  course: {
    step: 1_234_567,
    lossSum: 2.5,
    history: [
      { loss: 1.5, validationAccuracyPercent: 62.5 },
      { loss: 1.25, validationAccuracyPercent: null },
    ],
    best: new Map([['stem', new Map([['conv.weight', values(7, 8)]])]]),
  },
  weights: new Map([
    ['stem', new Map([['conv.weight', values(1, 2)]])],
    ['block1', new Map([['cell1.conv.weight', values(3)]])],
  ]),
  optimizer: new Map([['steps', values(1_234_567)]]),
  startAccuracyPercent: 12.5,
};

describe('checkpoint', () => {
  let file: string;
  beforeEach(async () => {
    file = path.join(await mkdtemp(path.join(os.tmpdir(), 'farm-checkpoint-')), 'task.npz');
  });
  afterEach(() => rm(path.dirname(file), { recursive: true }));

  test('is read as it was written', async () => {
    await writeCheckpoint(file, checkpoint);
    expect(await readCheckpoint(file)).toEqual(checkpoint);
    expect(await readdir(path.dirname(file))).toEqual(['task.npz']);
  });

  test('takes the place of the one before', async () => {
    await writeCheckpoint(file, checkpoint);
    const later = { ...checkpoint, course: { ...checkpoint.course, step: 2, best: undefined } };
    await writeCheckpoint(file, later);
    expect(await readCheckpoint(file)).toEqual(later);
  });

  test('is none where there is no file', async () => {
    expect(await readCheckpoint(file)).toBeUndefined();
  });

  test('is removed where it cannot be read', async () => {
    await writeCheckpoint(file, checkpoint);
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length / 2));
    expect(await readCheckpoint(file)).toBeUndefined();
    expect(await readdir(path.dirname(file))).toEqual([]);
  });
});
