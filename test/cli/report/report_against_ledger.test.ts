import { connectFarm, type FarmClient } from '../../../cli/link/farm_client';
import { computeReport } from '../../../cli/report/data/report_data';
import { fetchReportInput } from '../../../cli/report/data/report_input';
import { renderPage } from '../../../cli/report/html/page';
import { farmFault } from '../../../common/fault';
import type { Measurement } from '../../../common/measurement';
import { median } from '../../../common/statistics';
import { createSearchService } from '../../../coordinator/api/search_service';
import { FleetView } from '../../../coordinator/views/fleet/fleet_view';
import { loadFarmServices } from '../../../proto/service';
import { serve, silentLogger, type TestServer } from '../../coordinator/grpc_fixture';
import { createFarm } from '../../coordinator/schedule/farm';
import { fastTarget, latencyOf } from '../../coordinator/searches/search_bench';
import { SearchLab } from '../../coordinator/searches/search_lab';

const services = loadFarmServices();

const specYaml = (more = ''): string => `name: cells
space: nasbench201
strategy: { kind: random, seed: 3 }
targets: [${fastTarget}]
budget: { measurements: 12 }
${more}`;

describe('a report says what the ledger has, whatever became of its search', () => {
  let lab: SearchLab;
  let server: TestServer;
  let farm: FarmClient;

  beforeEach(async () => {
    lab = await SearchLab.open();
    const { state } = createFarm();
    const parts = {
      searches: lab.runner,
      reader: lab.reader,
      summaries: lab.summaries,
      fleet: new FleetView(() => state),
      clock: lab.bench.clock,
      logger: silentLogger,
    };
    server = await serve(services.SearchService.service, createSearchService(parts));
    farm = connectFarm(server.address);
  });
  afterEach(async () => {
    farm.close();
    server.stop();
    await lab.close();
  });

  const page = async (searchId: string): Promise<string> =>
    renderPage(
      computeReport(await fetchReportInput(farm, searchId), {
        atMs: 1_700_000_000_000,
        farmVersion: '0.1.0',
      }),
    );

  /** One candidate in four cannot run, one in five is given up; confirmations come out slower by a share that differs from network to network. */
  async function run(most = Infinity): Promise<void> {
    for (let done = 0; done < most; done += 1) {
      const [job] = lab.bench.engine.queue;
      if (job === undefined) return;
      const isCandidate = job.plan.decisionMs !== undefined || done < 12;
      if (isCandidate && done % 4 === 3) await lab.bench.engine.refuse(job);
      else if (isCandidate && done % 5 === 4) await lab.bench.engine.abandon(job);
      else
        await lab.bench.engine.measure(job, latencyOf(job.artifact.digest) * (1 + (done % 7) / 20));
      await lab.runner.settled();
    }
  }

  /** Everything that the page says in numbers, against the ledger. */
  async function expectTrue(searchId: string): Promise<void> {
    const { ledger } = lab;
    // The page's source has line breaks where its template has them.
    const text = (await page(searchId)).replaceAll(/\s*([<>])\s*/g, '$1');
    const candidates = await ledger.candidates.of(searchId);
    const records = await ledger.jobs.find({ ownerId: searchId });
    const stateOf = (jobId: string): string => {
      const state = records.find(({ job }) => job.jobId === jobId)!.state;
      return state.kind === 'abandoned' && state.fault.code === 'stopped' ? 'stopped' : state.kind;
    };
    const count = (kind: string): number =>
      candidates.filter(({ jobId }) => stateOf(jobId) === kind).length;
    const confirmations = (await ledger.confirmations.of(searchId)).filter(
      ({ jobId }) => stateOf(jobId) === 'measured',
    );
    const measurements = await ledger.measurements.of(records.map(({ job }) => job.jobId));

    const card = (name: string): { readonly value: string; readonly more: string } => {
      const found = new RegExp(`<dt>${name}</dt><dd>([^<]*)(?:<small>([^<]*)</small>)?</dd>`).exec(
        text,
      );
      expect({ name, found: found !== null }).toEqual({ name, found: true });
      return { value: found?.[1] ?? '', more: found?.[2] ?? '' };
    };
    const networks = count('measured') + count('reused');
    const { value, more } = card('networks measured');
    expect(value).toBe(String(networks));
    expect(more).toMatch(
      new RegExp(`^${count('measured')} for this search, budget ${count('measured')}/12`),
    );
    const said = {
      reused: 'reused',
      infeasible: 'infeasible',
      abandoned: 'abandoned',
      stopped: 'stopped with the search',
    };
    for (const [kind, words] of Object.entries(said)) {
      if (count(kind) === 0) expect(more).not.toContain(words);
      else expect(more).toContain(`${count(kind)} ${words}`);
    }
    expect(text).toContain(`${networks} networks measured`);
    expect(text).toContain(`After the first measurements of ${networks} networks`);

    const timed = [
      ...candidates.filter(({ jobId }) => stateOf(jobId) === 'measured'),
      ...confirmations,
    ];
    const minutes =
      timed.reduce((sum, { jobId }) => sum + timeOf(measurements.get(jobId)!), 0) / 60_000;
    expect(card('time of devices').value).toBe(`${minutes.toFixed(1)} min`);
    if (confirmations.length > 0)
      expect(card('on the front').more).toContain(`measured again ${confirmations.length} times`);

    const rows = [
      ...text.matchAll(
        /<tr><td class="number">([\d.]+)<\/td>.*?<td class="long"><code>([^<]*)<\/code>/gs,
      ),
    ].map(([, latency, architecture]) => ({ latency, architecture: unescape(architecture!) }));
    expect(card('on the front').value).toBe(String(rows.length));
    for (const { latency, architecture } of rows) {
      const jobIds = [...candidates, ...confirmations]
        .filter((each) => each.architecture === architecture)
        .map(({ jobId }) => jobId);
      const mediansMs = jobIds.flatMap(
        (jobId) => measurements.get(jobId)?.sessionSummaries.map(({ p50Ms }) => p50Ms!) ?? [],
      );
      expect(latency).toBe(median(mediansMs).toFixed(3));
    }
    const [first] = rows;
    expect(card('fastest').value).toBe(`${first!.latency} ms`);
    const commands = [...text.matchAll(/farm search export \S+ &#39;([^\n]*)&#39; -o models/g)].map(
      ([, name]) => unescape(name!),
    );
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands)
      expect(rows.map(({ architecture }) => architecture)).toContain(command);
    expect(text.includes('abandoned: the farm failed it')).toBe(count('abandoned') > 0);
    expect(text.includes('not measured: the search was stopped')).toBe(count('stopped') > 0);
    expect(text).toContain('weights of these files are drawn, seed 1');
  }

  function unescape(text: string): string {
    return text.replaceAll('&amp;', '&').replaceAll('&#39;', "'");
  }

  it('finished, with candidates that cannot run or were given up, and its front measured again', async () => {
    const searchId = await lab.create(specYaml('fresh: true'));
    await run();
    expect((await lab.reader.get(searchId)).state).toBe('finished');
    await expectTrue(searchId);
  });

  it('finished from what another search measured, and from measurements of its own', async () => {
    await lab.create(specYaml('confirm: { rounds: 0 }'));
    await run(9);
    const again = await lab.create(
      specYaml('confirm: { rounds: 1 }').replace('name: cells', 'name: again'),
    );
    await run();
    const [progress] = (await lab.reader.get(again)).targets;
    expect(progress!.reused).toBeGreaterThan(0);
    await expectTrue(again);
  });

  it('stopped, with candidates on their way, before and after a restart', async () => {
    const searchId = await lab.create(specYaml('fresh: true'));
    await run(7);
    const onTheirWay = lab.bench.engine.queue;
    expect(onTheirWay.length).toBeGreaterThan(0);
    await lab.runner.stop(searchId);
    // As the engine keeps it of jobs whose owner has ended.
    const state = {
      kind: 'abandoned',
      fault: farmFault('stopped', 'whoever asked for the job has left'),
    } as const;
    await lab.ledger.jobs.commit(
      onTheirWay.map(({ jobId }) => ({ kind: 'job-ended', jobId, state, atMs: 1 })),
    );
    await expectTrue(searchId);
    const before = await lab.reader.get(searchId);
    await lab.restart();
    expect(await lab.reader.get(searchId)).toEqual(before);
  });

  it('running, with what is on its way', async () => {
    const searchId = await lab.create(specYaml('fresh: true'));
    await run(6);
    await expectTrue(searchId);
    expect(await page(searchId)).toMatch(/\d on their way/);
  });

  it('virtual, marked on its card, in its table and its devices', async () => {
    const searchId = await lab.create(specYaml('fresh: true'));
    lab.bench.engine.deviceKind = 'virtual';
    await run();
    const text = await page(searchId);
    expect(text).toContain(`<h3>${fastTarget} <span class="virtual">virtual</span></h3>`);
    expect(text).toContain('phone-0 (virtual)');
    expect(text).toMatch(/<span class="virtual">virtual<\/span>: simulated by a cost model/);
    expect(text).not.toContain('class="firm"');
  });
});

function timeOf({ startedAtMs, finishedAtMs }: Measurement): number {
  return finishedAtMs - startedAtMs;
}
