import { sampleArchitecture } from '../../model/space/genotype';
import { performance } from 'node:perf_hooks';
import { createRandom } from '../../common/random';
import { createTensorCache } from '../../model/block/tensor_cache';
import { loadSpace } from '../../model/space/load_space';
import { referenceSpec, imageNetShape } from '../../model/zoo/reference_spec';
import { createNetwork } from '../../model/block/network';
import { number, percentile, section } from './report';

const counted = 10_000;
const repetitions = 9;
const cacheBytes = 2 ** 28;

/** What a search does with architectures that it does not build, and what building one takes before it is quantized. */
export function benchSpaces(): Promise<void> {
  const [startedMs, startedCpu] = [performance.now(), process.cpuUsage()];
  const space = loadSpace('donna-full');
  const random = createRandom('bench spaces');
  const hashes = new Set<string>();
  let macs = 0;
  for (let count = 0; count < counted; count += 1) {
    const architecture = space.canonical(sampleArchitecture(space, random));
    hashes.add(space.hashOf(architecture));
    macs += space.costOf(architecture).macs;
  }
  const used = process.cpuUsage(startedCpu);
  section(
    `${String(counted)} random architectures of donna-full: layers, cost, canonical string and hash, no weights`,
    ['WALL MS', 'CPU MS', 'DIFFERENT', 'MEAN MACS M'],
    [
      [
        number(performance.now() - startedMs),
        number((used.user + used.system) / 1000),
        number(hashes.size),
        number(macs / counted / 1e6),
      ],
    ],
  );
  const spec = referenceSpec('mobilenetv2', imageNetShape);
  const cache = createTensorCache(cacheBytes);
  const drawn = timesOf(() => createNetwork(spec, { seed: 1, cache: createTensorCache(0) }));
  createNetwork(spec, { seed: 1, cache });
  const remembered = timesOf(() => createNetwork(spec, { seed: 1, cache }));
  section(
    `MobileNetV2 224, architecture to float network, median of ${String(repetitions)}`,
    ['WEIGHTS', 'WALL MS'],
    [
      ['drawn', number(drawn, 1)],
      ['from the cache', number(remembered, 1)],
    ],
  );
  return Promise.resolve();
}

function timesOf(work: () => unknown): number {
  const wall = Array.from({ length: repetitions }, () => {
    const startedMs = performance.now();
    work();
    return performance.now() - startedMs;
  });
  return percentile(wall, 0.5);
}
