import { join } from 'node:path';
import { createRandom } from '../../../../common/random';
import { parseSearchSpec } from '../../../../search/spec/search_spec';
import { loadSearchCatalog } from '../../../../coordinator/searches/search_catalog';
import { createLocalStrategist } from '../../../../coordinator/searches/strategist/local_strategist';
import type {
  Strategist,
  StrategistTask,
} from '../../../../coordinator/searches/strategist/strategist';
import { StrategistProcess } from '../../../../coordinator/searches/strategist/strategist_process';

jest.setTimeout(60_000);

const target = 'host/onnxruntime/cpu/int8';
const task = (kind: string): StrategistTask => ({
  past: [],
  spec: parseSearchSpec(
    `{ name: s, space: nasbench201, strategy: { kind: ${kind} }, targets: [${target}], budget: { measurements: 99 } }`,
    'spec',
  ),
});

/** Proposes three at a time and measures one, by chance; every fifth cannot run. */
async function walk(strategist: Strategist, measurements: number): Promise<string[]> {
  const proposed: string[] = [];
  const pending: string[] = [];
  const random = createRandom('walk');
  for (let measured = 0; measured < measurements; measured += 1) {
    while (pending.length < 3) {
      const answer = await strategist.ask(target);
      if (typeof answer !== 'object') throw new Error(`no proposal: ${answer}`);
      proposed.push(answer.architecture);
      pending.push(answer.architecture);
    }
    const [architecture = ''] = pending.splice(random.below(pending.length), 1);
    strategist.update(target, {
      kind: 'tell',
      architecture,
      evaluation:
        measured % 5 === 4
          ? { kind: 'infeasible', violation: Infinity }
          : { kind: 'measured', objectives: [1 + random.next(), 40], violation: 0 },
    });
  }
  return proposed;
}

describe('the strategists', () => {
  let strategists: StrategistProcess;
  beforeAll(() => {
    strategists = new StrategistProcess({
      name: 'strategist',
      workerFile: join(__dirname, 'typescript_worker.js'),
      deadlineMs: 60_000,
      largestHeapMb: 1_024,
    });
  });
  afterAll(() => strategists.close());

  it.each([
    ['surrogate', 18],
    ['nsga2-async', 60],
    ['random', 30],
  ])(
    'propose the same on a process of their own as on this one: %s',
    async (kind, measurements) => {
      const here = await walk(createLocalStrategist(task(kind), loadSearchCatalog()), measurements);
      expect(await walk(strategists.open(task(kind)), measurements)).toEqual(here);
    },
  );
});
