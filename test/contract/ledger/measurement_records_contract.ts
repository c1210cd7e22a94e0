import { candidateFault } from '../../../common/fault';
import { formatTarget } from '../../../common/target';
import { useLedger, type CreatePlace } from './ledger_place';
import { aJob, aMeasuredEnd, aMeasurement, anAttempt, saveJobs } from './ledger_samples';

/** What every ledger's measurement records must do, whatever the database behind them. */
export function measurementRecordsContract(createPlace: CreatePlace): void {
  const place = useLedger(createPlace);

  it('finds the measurements of a model on a target, newest first', async () => {
    await saveJobs(place.ledger, 'old', 'new', 'open', 'other');
    for (const jobId of ['old', 'new'])
      await place.ledger.jobs.commit([anAttempt(jobId, 1), aMeasuredEnd(jobId, 1)]);
    const { artifact, target, plan } = aJob('old').job;
    const name = formatTarget(target);
    expect(await place.ledger.measurements.earlier(artifact.digest, name)).toEqual(
      ['new', 'old'].map((jobId) => ({ jobId, plan, measurement: aMeasurement(7) })),
    );
    expect(await place.ledger.measurements.earlier('0'.repeat(64), name)).toEqual([]);
    expect(await place.ledger.measurements.earlier(artifact.digest, `other/${name}`)).toEqual([]);
  });

  it('counts the jobs that each device has measured', async () => {
    await saveJobs(place.ledger, 'j1', 'j2', 'j3', 'faulty', 'open');
    expect(await place.ledger.measurements.countByDevice()).toEqual(new Map());
    const unsupported = candidateFault('unsupported-operator', 'no such operator: Einsum');
    for (const jobId of ['j1', 'j2', 'j2'])
      await place.ledger.jobs.commit([anAttempt(jobId, 1), aMeasuredEnd(jobId, 1)]);
    await place.ledger.jobs.commit([
      anAttempt('j3', 1),
      {
        kind: 'job-ended',
        jobId: 'j3',
        state: { kind: 'measured', deviceSerial: 'p2', epoch: 1 },
        atMs: 1,
      },
    ]);
    await place.ledger.jobs.commit([
      {
        kind: 'job-ended',
        jobId: 'faulty',
        state: { kind: 'infeasible', refusedBy: { kind: 'runtime' }, fault: unsupported },
        atMs: 1,
      },
    ]);
    await place.restart();
    expect(await place.ledger.measurements.countByDevice()).toEqual(
      new Map([
        ['p1', 2],
        ['p2', 1],
      ]),
    );
  });

  it('gives measurements back as they came, with every sample', async () => {
    await saveJobs(place.ledger, 'a', 'b', 'c');
    await place.ledger.jobs.commit([
      anAttempt('a', 1),
      anAttempt('b', 2, { kind: 'measured', measurement: aMeasurement(1 / 3) }),
    ]);
    await place.restart();
    expect(await place.ledger.measurements.of(['a', 'b', 'c', 'unknown'])).toEqual(
      new Map([
        ['a', aMeasurement(7)],
        ['b', aMeasurement(1 / 3)],
      ]),
    );
    expect(await place.ledger.measurements.of([])).toEqual(new Map());
  });
}
