import { neededArtifacts } from '../../../coordinator/views/needed_artifacts';
import { taskId } from '../../../proto/codec/training/content_digest';
import { aBlockTask, aReference } from '../../training_samples';
import { fastTarget } from '../searches/search_bench';
import { SearchLab } from '../searches/search_lab';

const spec = `name: Cells
space: nasbench201
strategy: { kind: nsga2-async, seed: 3, populationSize: 4 }
targets: [${fastTarget}]
budget: { measurements: 12 }
confirm: { rounds: 0 }
`;

describe('the models that somebody may still ask for', () => {
  let lab: SearchLab;
  beforeEach(async () => {
    lab = await SearchLab.open();
  });
  afterEach(() => lab.close());

  const needed = async (): Promise<readonly string[]> => [...(await neededArtifacts(lab))].sort();
  const built = async (searchId: string): Promise<readonly string[]> =>
    [
      ...new Set(
        (await lab.ledger.jobs.find({ ownerId: searchId })).map(({ job }) => job.artifact.digest),
      ),
    ].sort();

  it('are all of a search that is not over, measured or not', async () => {
    const searchId = await lab.create(spec);
    await lab.measure(5);
    expect((await built(searchId)).length).toBeGreaterThan(5);
    expect(await needed()).toEqual(await built(searchId));
    await lab.runner.pause(searchId);
    expect(await needed()).toEqual(await built(searchId));
  });

  it('are those of its front afterwards, also after a restart', async () => {
    const searchId = await lab.create(spec);
    await lab.measure();
    const [front] = await lab.reader.front(searchId);
    const onFront = [...new Set(front!.points.map(({ artifactDigest }) => artifactDigest))].sort();
    expect(onFront.length).toBeLessThan((await built(searchId)).length);
    expect(await needed()).toEqual(onFront);
    await lab.restart();
    expect(await needed()).toEqual(onFront);
  });

  it('are references and what was trained of them', async () => {
    await lab.ledger.references.save(aReference);
    const task = aBlockTask(1);
    const identified = { taskId: taskId(task), task };
    await lab.ledger.trainingTasks.queue([identified], 1);
    const measures = { trainNsr: 1, validationNsr: 1, quantizedNsr: 1 };
    const costs = { macs: 1, parameters: 1, seconds: 1 };
    const weights = 'b'.repeat(64);
    const outcome = { kind: 'block', weights, ...measures, ...costs } as const;
    await lab.ledger.trainingTasks.end(identified.taskId, { kind: 'done', outcome }, 2);
    expect(await needed()).toEqual([aReference.model, weights]);
  });

  it('are those of open jobs, whoever owns them', async () => {
    const searchId = await lab.create(spec);
    await lab.measure(3);
    const openDigests = lab.bench.engine.queue.map(({ artifact }) => artifact.digest);
    await lab.runner.stop(searchId);
    expect(await needed()).toEqual(expect.arrayContaining(openDigests));
  });
});
