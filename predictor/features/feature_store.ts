import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { assert } from '../../common/assert';
import { elementCount, type Graph } from '../../model/onnx/graph';
import { inferShapes } from '../../model/onnx/shapes/shape_inference';
import { systemClock } from '../../platform/time/clock';
import type { BatchValues } from '../engine/engine';
import { FeatureMoments } from './channel_moments';
import {
  FeatureWriter,
  openFeatureFile,
  readSummary,
  summaryPathOf,
  writeSummary,
  type FeatureSummary,
} from './feature_file';
import { lockFile } from './file_lock';
import { openGraphRunner, shapeOfSample, type GraphRunner } from '../evaluation/graph_runner';

/** The samples that a teacher is shown, as its input takes them. */
export interface TeacherSamples {
  /** Equal for equal samples: the data, the split, the form of a sample. */
  readonly key: string;
  readonly count: number;
  read(indices: readonly number[]): Promise<BatchValues>;
}

/** What the teacher makes of its samples at one tensor. */
export interface Features {
  readonly count: number;
  /** Of one sample, as the engine has it. */
  readonly sampleShape: readonly number[];
  /** Of each channel, over all samples and places. */
  readonly variance: Float32Array;
  read(indices: readonly number[]): Promise<BatchValues>;
  close(): Promise<void>;
}

interface FeatureStoreOptions {
  readonly folder: string;
  /** Files used least recently go first; what does not fit at all is computed anew at each reading. */
  readonly largestBytes: number;
  /** While it computes or waits for another process that does; from 0 to 1. */
  readonly onProgress: (share: number) => void;
}

interface TeacherNetwork {
  /** The digest of its model. */
  readonly digest: string;
  readonly graph: Graph;
}

const samplesAtOnce = 64;
/** Nobody writes any more to a part that has not grown for so long. */
const oldestPartMs = 10 * 60_000;
const bytesEach = 4;
/** Another process may need the room for its own file before this one has opened what it made. */
const mostTries = 4;

/** Features at one tensor of the teacher, from the disk where it has them. All processes of a machine share the folder. */
export async function openFeatures(
  { folder, largestBytes, onProgress }: FeatureStoreOptions,
  teacher: TeacherNetwork,
  at: { readonly tensor: string; readonly samples: TeacherSamples },
): Promise<Features> {
  await mkdir(folder, { recursive: true });
  const key = createHash('sha256')
    .update(JSON.stringify([teacher.digest, at.tensor, at.samples.key]))
    .digest('hex');
  const place = path.join(folder, `${key}.f32`);
  const graph = prefixOf(teacher.graph, at.tensor);
  const work = { place, folder, largestBytes, graph, samples: at.samples };
  const known = await openKnown(work);
  if (known !== undefined) return known;
  const lock = await lockFile(`${place}.lock`, () => onProgress(0));
  try {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const made = await openKnown(work);
      if (made !== undefined) return made;
      await compute(work, async (share) => {
        onProgress(share);
        await lock.touch();
      });
    }
    throw new Error(`${folder}: others need the room at once; raise featureCacheBytes`);
  } finally {
    await lock.release();
  }
}

async function openKnown({
  place,
  graph,
  samples,
  largestBytes,
}: Computation): Promise<Features | undefined> {
  const summary = readSummary(place);
  if (summary?.count !== samples.count) return undefined;
  // The cache has become larger since.
  if (summary.bytes === 0 && bytesOf(summary) <= largestBytes) return undefined;
  const facts = {
    count: summary.count,
    sampleShape: summary.sampleShape,
    variance: Float32Array.from(summary.variance),
  };
  if (summary.bytes === 0) {
    const runner = await openGraphRunner(graph);
    return {
      ...facts,
      read: async (indices) => runner.run(await samples.read(indices)),
      close: () => runner.close(),
    };
  }
  const file = await openFeatureFile(place, summary);
  if (file === undefined) return undefined;
  const now = new Date(systemClock.nowMs());
  await utimes(place, now, now).catch(() => undefined);
  return {
    ...facts,
    read: (indices) => Promise.resolve(file.read(indices)),
    close: () => {
      file.close();
      return Promise.resolve();
    },
  };
}

interface Computation {
  readonly place: string;
  readonly folder: string;
  readonly largestBytes: number;
  readonly graph: Graph;
  readonly samples: TeacherSamples;
}

async function compute(
  { place, folder, largestBytes, graph, samples }: Computation,
  onProgress: (share: number) => Promise<void>,
): Promise<void> {
  const runner = await openGraphRunner(graph);
  try {
    const sampleShape = shapeOfSample(graph.outputs[0]?.shape?.map(Number) ?? []);
    const wantedBytes = bytesOf({ count: samples.count, sampleShape });
    const fits = wantedBytes <= largestBytes;
    if (fits) await makeRoom(folder, largestBytes - wantedBytes);
    const writer = fits ? await FeatureWriter.open(place) : undefined;
    const variance = await writeAll({ runner, samples, writer }, onProgress);
    const summary: FeatureSummary = {
      count: samples.count,
      sampleShape: [...sampleShape],
      variance: [...variance],
      bytes: fits ? wantedBytes : 0,
    };
    await writeSummary(place, summary);
  } finally {
    await runner.close();
  }
}

function bytesOf({ count, sampleShape }: Pick<Features, 'count' | 'sampleShape'>): number {
  return count * elementCount(sampleShape) * bytesEach;
}

async function writeAll(
  {
    runner,
    samples,
    writer,
  }: {
    readonly runner: GraphRunner;
    readonly samples: TeacherSamples;
    readonly writer: FeatureWriter | undefined;
  },
  onProgress: (share: number) => Promise<void>,
): Promise<Float32Array> {
  const moments = new FeatureMoments();
  try {
    for (let from = 0; from < samples.count; from += samplesAtOnce) {
      const length = Math.min(samplesAtOnce, samples.count - from);
      const indices = Array.from({ length }, (_, index) => from + index);
      const values = await runner.run(await samples.read(indices));
      moments.add(values);
      await writer?.add(values);
      await onProgress((from + length) / samples.count);
    }
  } catch (error) {
    await writer?.discard();
    throw error;
  }
  await writer?.finish();
  return moments.variance();
}

/** Removes files used least recently until all take no more than so many bytes; what killed processes left goes with them. */
async function makeRoom(folder: string, largestBytes: number): Promise<void> {
  const files = [];
  for (const name of await readdir(folder)) {
    const place = path.join(folder, name);
    const found = await stat(place).catch(() => undefined);
    const isLeft =
      name.endsWith('.part') && (found?.mtimeMs ?? 0) < systemClock.nowMs() - oldestPartMs;
    if (found !== undefined && (isLeft || name.endsWith('.f32')))
      files.push({ place, size: found.size, usedAtMs: found.mtimeMs });
  }
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { place, size } of files.sort((a, b) => a.usedAtMs - b.usedAtMs)) {
    if (total <= largestBytes) return;
    await rm(summaryPathOf(place), { force: true });
    await rm(place, { force: true });
    total -= size;
  }
}

/** The network up to a tensor, which is its only output. */
function prefixOf(graph: Graph, tensor: string): Graph {
  const needed = new Set([tensor]);
  const nodes = graph.nodes
    .toReversed()
    .filter((node) => {
      if (!node.outputs.some((output) => needed.has(output))) return false;
      node.inputs.forEach((input) => needed.add(input));
      return true;
    })
    .toReversed();
  const types = inferShapes(graph);
  const type = types.ok ? types.value.get(tensor) : undefined;
  assert(type !== undefined, `the teacher has a tensor ${tensor} of a known shape`);
  return {
    ...graph,
    nodes,
    initializers: new Map([...graph.initializers].filter(([name]) => needed.has(name))),
    outputs: [{ name: tensor, ...type }],
    declared: new Map(),
  };
}
