import { open, readFile, rename, rm } from 'node:fs/promises';
import type { NamedValues, TrainableNetwork, Training } from '../engine/engine';
import { readWeights, writeWeights } from '../../model/weights/weights_file';

/** How far a training has come: enough to go on in another process as if nothing had happened. */
export interface Checkpoint {
  readonly step: number;
  readonly weights: ReadonlyMap<string, NamedValues>;
  readonly optimizer: NamedValues;
  readonly history: readonly EpochRecord[];
  /** Before any training. */
  readonly startAccuracyPercent: number;
}

export interface EpochRecord {
  readonly loss: number;
  readonly validationAccuracyPercent: number | null;
}

const separator = '::';
const optimizerName = 'optimizer';
const progressName = 'progress';
const historyWidth = 2;

/** On the disk when it resolves; killed halfway, the one before it is still there. */
export async function writeCheckpoint(
  file: string,
  {
    step,
    history,
    startAccuracyPercent,
    network,
    training,
    parts,
  }: {
    readonly step: number;
    readonly history: readonly EpochRecord[];
    readonly startAccuracyPercent: number;
    readonly network: TrainableNetwork;
    readonly training: Training;
    readonly parts: readonly string[];
  },
): Promise<void> {
  const all = new Map<string, { data: Float32Array; shape: readonly number[] }>();
  const add = (owner: string, values: NamedValues): void => {
    for (const [name, value] of values) all.set(`${owner}${separator}${name}`, value);
  };
  for (const part of parts) add(part, network.weightsOf(part));
  add(optimizerName, training.state());
  const records = history.flatMap(({ loss, validationAccuracyPercent }) => [
    loss,
    validationAccuracyPercent ?? Number.NaN,
  ]);
  add(
    progressName,
    new Map([
      ['step', { data: Float32Array.of(step, startAccuracyPercent), shape: [2] }],
      ['history', { data: Float32Array.from(records), shape: [history.length, historyWidth] }],
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
  const owners = new Map<string, Map<string, { data: Float32Array; shape: readonly number[] }>>();
  for (const [key, value] of all) {
    const [owner = '', name = ''] = key.split(separator);
    const own =
      owners.get(owner) ?? new Map<string, { data: Float32Array; shape: readonly number[] }>();
    owners.set(owner, own.set(name, value));
  }
  const [optimizer, progress] = [owners.get(optimizerName), owners.get(progressName)];
  const [step, startAccuracyPercent] = progress?.get('step')?.data ?? [];
  const records = progress?.get('history')?.data;
  if (
    optimizer === undefined ||
    step === undefined ||
    startAccuracyPercent === undefined ||
    records === undefined
  )
    return undefined;
  owners.delete(optimizerName);
  owners.delete(progressName);
  const history = Array.from({ length: records.length / historyWidth }, (_, epoch): EpochRecord => {
    const accuracy = records[epoch * historyWidth + 1] ?? Number.NaN;
    return {
      loss: records[epoch * historyWidth] ?? 0,
      validationAccuracyPercent: Number.isNaN(accuracy) ? null : accuracy,
    };
  });
  return { step, weights: owners, optimizer, history, startAccuracyPercent };
}
