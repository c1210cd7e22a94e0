import { candidateFault, farmFault } from '../../../common/fault';
import { useLedger, type CreatePlace } from './ledger_place';
import { aJob, aMeasuredEnd, aMeasurement, anAttempt, saveJobs } from './ledger_samples';

/** What every ledger's job records must do, whatever the database behind them. */
export function jobRecordsContract(createPlace: CreatePlace): void {
  const place = useLedger(createPlace);

  it('keeps the facts of a refusal', async () => {
    await saveJobs(place.ledger, 'j1');
    const refused = candidateFault('unsupported-operator', 'no kernel for Einsum', {
      unitAsked: 'npu',
      unitFailed: 'cpu',
      reason: 'no kernel for Einsum',
      operator: 'Einsum',
    });
    await place.ledger.jobs.commit([
      {
        kind: 'job-ended',
        jobId: 'j1',
        state: { kind: 'infeasible', refusedBy: { kind: 'runtime' }, fault: refused },
        atMs: 1,
      },
    ]);
    await place.restart();
    expect((await place.ledger.jobs.find({})).map(({ state }) => state)).toEqual([
      { kind: 'infeasible', refusedBy: { kind: 'runtime' }, fault: refused },
    ]);
  });

  it('finds jobs by owner and by whether they are open', async () => {
    await place.ledger.jobs.save(aJob('j1'));
    await place.ledger.jobs.save(aJob('j2'));
    await place.ledger.jobs.save(aJob('b1', { ownerId: 'bench', priority: 5, weight: 0.5 }));
    await place.ledger.jobs.commit([anAttempt('j1', 1), aMeasuredEnd('j1', 1)]);
    const ids = async (filter: { ownerId?: string; open?: boolean }): Promise<string[]> =>
      (await place.ledger.jobs.find(filter)).map(({ job }) => job.jobId);
    expect(await ids({})).toEqual(['j1', 'b1', 'j2']);
    expect(await ids({ open: true })).toEqual(['b1', 'j2']);
    expect(await ids({ open: false })).toEqual(['j1']);
    expect(await ids({ ownerId: 's1', open: true })).toEqual(['j2']);
    expect(await place.ledger.jobs.find({ ownerId: 'bench' })).toEqual([
      aJob('b1', { ownerId: 'bench', priority: 5, weight: 0.5 }),
    ]);
  });

  it('remembers how jobs ended, and in which order', async () => {
    await saveJobs(place.ledger, 'a', 'b', 'c', 'd');
    const unsupported = candidateFault('unsupported-operator', 'no such operator: Einsum');
    const gone = farmFault('disconnected', 'unplugged');
    await place.ledger.jobs.commit([
      {
        kind: 'job-ended',
        jobId: 'c',
        state: { kind: 'infeasible', refusedBy: { kind: 'runtime' }, fault: unsupported },
        atMs: 1,
      },
    ]);
    await place.ledger.jobs.commit([
      anAttempt('b', 4),
      aMeasuredEnd('b', 4),
      { kind: 'job-ended', jobId: 'a', state: { kind: 'abandoned', fault: gone }, atMs: 2 },
    ]);
    await place.restart();
    const ended = await place.ledger.jobs.find({ open: false });
    expect(ended.map(({ job, state, endedSequence }) => [job.jobId, state, endedSequence])).toEqual(
      [
        ['c', { kind: 'infeasible', refusedBy: { kind: 'runtime' }, fault: unsupported }, 1],
        ['b', { kind: 'measured', deviceSerial: 'p1', epoch: 4 }, 2],
        ['a', { kind: 'abandoned', fault: gone }, 3],
      ],
    );
  });

  it('lets the first end of a job stand', async () => {
    await saveJobs(place.ledger, 'a');
    await place.ledger.jobs.commit([anAttempt('a', 1), aMeasuredEnd('a', 1)]);
    await place.ledger.jobs.commit([
      {
        kind: 'job-ended',
        jobId: 'a',
        state: { kind: 'abandoned', fault: farmFault('timeout', 'late') },
        atMs: 9,
      },
      aMeasuredEnd('a', 2),
    ]);
    await place.ledger.jobs.save(aJob('a'));
    expect(await place.ledger.jobs.find({})).toEqual([
      aJob('a', { state: { kind: 'measured', deviceSerial: 'p1', epoch: 1 }, endedSequence: 1 }),
    ]);
  });

  it('counts a measurement once, however often and in whatever batches it comes', async () => {
    await saveJobs(place.ledger, 'a');
    const second = anAttempt('a', 2, { kind: 'measured', measurement: aMeasurement(99) });
    const repeated = anAttempt('a', 1, { kind: 'measured', measurement: aMeasurement(50) });
    await place.ledger.jobs.commit([anAttempt('a', 1), anAttempt('a', 1), aMeasuredEnd('a', 1)]);
    await place.ledger.jobs.commit([anAttempt('a', 1), repeated, second, aMeasuredEnd('a', 1)]);
    expect(await place.ledger.measurements.of(['a'])).toEqual(new Map([['a', aMeasurement(7)]]));
  });

  it('does not count a second result of a lease that already ended in a fault', async () => {
    await saveJobs(place.ledger, 'a');
    await place.ledger.jobs.commit([anAttempt('a', 1, farmFault('timeout', 'hung'))]);
    await place.ledger.jobs.commit([anAttempt('a', 1)]);
    expect(await place.ledger.measurements.of(['a'])).toEqual(new Map());
    await place.ledger.jobs.commit([anAttempt('a', 2)]);
    expect(await place.ledger.measurements.of(['a'])).toEqual(new Map([['a', aMeasurement(7)]]));
  });

  it('commits a batch as a whole or not at all', async () => {
    await saveJobs(place.ledger, 'a', 'b');
    await expect(
      place.ledger.jobs.commit([anAttempt('a', 1), aMeasuredEnd('a', 1), anAttempt('unknown', 1)]),
    ).rejects.toThrow();
    expect(await place.ledger.measurements.of(['a'])).toEqual(new Map());
    expect(await place.ledger.jobs.find({ open: true })).toHaveLength(2);
    await place.ledger.jobs.commit([anAttempt('b', 1), aMeasuredEnd('b', 1)]);
    expect([...(await place.ledger.measurements.of(['a', 'b'])).keys()]).toEqual(['b']);
  });

  it('takes batches and questions far larger than one statement', async () => {
    const jobIds = Array.from(
      { length: 1_200 },
      (_, index) => `j${String(index).padStart(4, '0')}`,
    );
    await saveJobs(place.ledger, ...jobIds);
    await place.ledger.jobs.commit(
      jobIds.flatMap((jobId) => [anAttempt(jobId, 1), aMeasuredEnd(jobId, 1)]),
    );
    expect([...(await place.ledger.measurements.of(jobIds)).keys()].sort()).toEqual(jobIds);
    expect((await place.ledger.jobs.find({ open: false })).map(({ job }) => job.jobId)).toEqual(
      jobIds,
    );
  });
}
