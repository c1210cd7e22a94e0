import { sampleArchitecture } from '../../model/space/genotype';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { createRandom } from '../../common/random';
import { createTensorCache } from '../../model/block/tensor_cache';
import type { Graph } from '../../model/onnx/graph';
import { writeOnnx } from '../../model/onnx/write';
import { observedActivations } from '../../model/quantize/placement/observed';
import { defaultQuantization } from '../../model/quantize/options/options';
import { planQuantization, quantizeWithStatistics } from '../../model/quantize/quantize';
import {
  createQuantizedWeightCache,
  plainWeightCodec,
  type WeightCodec,
} from '../../model/quantize/weights/weight_codec';
import { loadSpace } from '../../model/space/load_space';
import { writeTflite } from '../../model/tflite/write';
import { createReference } from '../../model/zoo/reference';
import { benchGrowth } from './quantize_growth';
import { number, percentile, section } from './report';

const repetitions = 9;
const architectures = 200;
const cacheBytes = 2 ** 30;

type Ranges = ReadonlyMap<string, { readonly min: number; readonly max: number }>;

/** From a float network in memory and its cached statistics to the bytes that phones take. */
export async function benchQuantize(): Promise<void> {
  const graph = createReference('mobilenetv2');
  const ranges = statisticsOf(graph);
  const cache = createQuantizedWeightCache(cacheBytes);
  const int8 = (codec: WeightCodec): Graph =>
    quantizeWithStatistics(graph, ranges, defaultQuantization, codec);
  int8(cache);
  const quantized = int8(plainWeightCodec);
  const times = {
    cold: timesOf(() => writeOnnx(int8(plainWeightCodec))),
    warm: timesOf(() => writeOnnx(int8(cache))),
    tflite: timesOf(() => writeTflite(quantized)),
  };
  section(
    `MobileNetV2 224, float network and statistics in memory, median of ${String(repetitions)}`,
    ['STEP', 'WALL MS', 'CPU MS'],
    [
      [
        'int8 ONNX, each weight quantized',
        number(times.cold.wallMs, 1),
        number(times.cold.cpuMs, 1),
      ],
      [
        'int8 ONNX, weights from the cache',
        number(times.warm.wallMs, 1),
        number(times.warm.cpuMs, 1),
      ],
      [
        'TFLite from the quantized graph',
        number(times.tflite.wallMs, 1),
        number(times.tflite.cpuMs, 1),
      ],
    ],
  );
  const { modelBytes, addedBytes } = peakMemory();
  section(
    'Memory of the same in a process of its own',
    ['FLOAT MODEL MB', 'PEAK ABOVE IT MB', 'RATIO'],
    [
      [
        number(modelBytes / 1e6, 1),
        number(addedBytes / 1e6, 1),
        number(addedBytes / modelBytes, 2),
      ],
    ],
  );
  benchSharing();
  await benchGrowth();
}

/** Candidates of one space: what each takes when all before it have filled the cache. */
function benchSharing(): void {
  const space = loadSpace('mobilenetv2');
  const random = createRandom('bench quantize');
  const drawn = { seed: 1, cache: createTensorCache(cacheBytes) };
  const cache = createQuantizedWeightCache(cacheBytes);
  const milliseconds: number[] = [];
  for (let count = 0; count < architectures; count += 1) {
    const graph = space.build(sampleArchitecture(space, random), drawn);
    const ranges = statisticsOf(graph);
    const startedMs = performance.now();
    writeOnnx(quantizeWithStatistics(graph, ranges, defaultQuantization, cache));
    milliseconds.push(performance.now() - startedMs);
  }
  const { hits, misses, sizeBytes } = cache.figures();
  section(
    `${String(architectures)} random architectures of space mobilenetv2`,
    ['HIT RATE %', 'CACHE MB', 'MS P50', 'FIRST 20 P50', 'LAST 20 P50'],
    [
      [
        number((100 * hits) / (hits + misses), 1),
        number(sizeBytes / 1e6, 1),
        number(percentile(milliseconds, 0.5), 1),
        number(percentile(milliseconds.slice(0, 20), 0.5), 1),
        number(percentile(milliseconds.slice(-20), 0.5), 1),
      ],
    ],
  );
}

/** Any ranges will do: no time depends on them. */
function statisticsOf(graph: Graph): Ranges {
  return new Map(
    observedActivations(graph, planQuantization(graph, defaultQuantization)).map((tensor) => [
      tensor,
      { min: -1, max: 6 },
    ]),
  );
}

function timesOf(work: () => unknown): { readonly wallMs: number; readonly cpuMs: number } {
  const wall: number[] = [];
  const cpu: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    const [startedMs, startedCpu] = [performance.now(), process.cpuUsage()];
    work();
    const used = process.cpuUsage(startedCpu);
    wall.push(performance.now() - startedMs);
    cpu.push((used.user + used.system) / 1000);
  }
  return { wallMs: percentile(wall, 0.5), cpuMs: percentile(cpu, 0.5) };
}

/** In a child process, since the peak of a process never falls. */
function peakMemory(): { readonly modelBytes: number; readonly addedBytes: number } {
  const { stdout } = spawnSync(
    process.execPath,
    ['--expose-gc', path.join(__dirname, 'quantize_memory.js')],
    { encoding: 'utf8' },
  );
  return JSON.parse(stdout) as { modelBytes: number; addedBytes: number };
}
