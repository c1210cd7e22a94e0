import { open, readFile, rename, rm } from 'node:fs/promises';
import { readWeights, writeWeights } from '../../model/weights/weights_file';
import type { NamedValues, BatchValues } from '../engine/engine';
import type { EpochRecord, PartWeights, TrainingCourse } from './course';

/** Enough to go on in another process as if nothing had happened. */
export interface Checkpoint {
  readonly course: TrainingCourse;
  readonly weights: PartWeights;
  readonly optimizer: NamedValues;
  /** Before any training. */
  readonly startAccuracyPercent: number;
}

const separator = '::';
const [currentGroup, bestGroup, optimizerGroup, progressGroup] = [
  'weights',
  'best',
  'optimizer',
  'progress',
];
const historyWidth = 2;

/** On the disk when it resolves; killed halfway, the one before it is still there. */
export async function writeCheckpoint(
  file: string,
  { course, weights, optimizer, startAccuracyPercent }: Checkpoint,
): Promise<void> {
  const { step, lossSum, history, best } = course;
  const all = new Map<string, BatchValues>();
  const add = (group: string, values: NamedValues): void => {
    for (const [name, value] of values) all.set(`${group}${separator}${name}`, value);
  };
  for (const [part, values] of weights) add(`${currentGroup}${separator}${part}`, values);
  for (const [part, values] of best ?? []) add(`${bestGroup}${separator}${part}`, values);
  add(optimizerGroup, optimizer);
  add(
    progressGroup,
    new Map([
      ['step', { data: Float32Array.of(step, startAccuracyPercent, lossSum), shape: [3] }],
      ['history', { data: valuesOf(history), shape: [history.length, historyWidth] }],
    ]),
  );
  const partial = `${file}.partial`;
  const handle = await open(partial, 'w');
  try {
    await handle.writeFile(writeWeights(all));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, file);
}

/** Undefined where there is none; one that cannot be read is dropped, and the training begins anew. */
export async function readCheckpoint(file: string): Promise<Checkpoint | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch {
    return undefined;
  }
  const read = readWeights(bytes);
  const checkpoint = read.ok ? parse(read.value) : undefined;
  if (checkpoint === undefined) await rm(file, { force: true });
  return checkpoint;
}

function parse(all: NamedValues): Checkpoint | undefined {
  const optimizer = under(all, optimizerGroup);
  const progress = under(all, progressGroup);
  const [step, startAccuracyPercent, lossSum] = progress.get('step')?.data ?? [];
  const records = progress.get('history')?.data;
  const weights = byPart(under(all, currentGroup));
  const best = byPart(under(all, bestGroup));
  if (
    step === undefined ||
    startAccuracyPercent === undefined ||
    lossSum === undefined ||
    records === undefined ||
    optimizer.size === 0 ||
    weights.size === 0
  )
    return undefined;
  const course = {
    step,
    lossSum,
    history: recordsOf(records),
    best: best.size === 0 ? undefined : best,
  };
  return { course, weights, optimizer, startAccuracyPercent };
}

function under(all: NamedValues, group: string): NamedValues {
  const start = `${group}${separator}`;
  return new Map(
    [...all].flatMap(([key, value]) =>
      key.startsWith(start) ? [[key.slice(start.length), value] as const] : [],
    ),
  );
}

function byPart(all: NamedValues): PartWeights {
  const parts = new Set([...all.keys()].map((key) => key.slice(0, key.indexOf(separator))));
  return new Map([...parts].map((part) => [part, under(all, part)]));
}

function valuesOf(history: readonly EpochRecord[]): Float32Array {
  return Float32Array.from(
    history.flatMap(({ loss, validationAccuracyPercent }) => [
      loss,
      validationAccuracyPercent ?? Number.NaN,
    ]),
  );
}

function recordsOf(values: Float32Array): readonly EpochRecord[] {
  return Array.from({ length: values.length / historyWidth }, (_, epoch) => {
    const accuracy = values[epoch * historyWidth + 1] ?? Number.NaN;
    return {
      loss: values[epoch * historyWidth] ?? 0,
      validationAccuracyPercent: Number.isNaN(accuracy) ? null : accuracy,
    };
  });
}
