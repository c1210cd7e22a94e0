import { candidateFault } from '../../../common/fault';
import { useLedger, type CreatePlace } from './ledger_place';
import {
  aCandidate,
  aJob,
  aMeasuredEnd,
  aMeasurement,
  anAttempt,
  aSearch,
  saveJobs,
} from './ledger_samples';

/** What every ledger's candidate records must do, whatever the database behind them. */
export function candidateRecordsContract(createPlace: CreatePlace): void {
  const place = useLedger(createPlace);

  it('keeps candidates with their jobs, once', async () => {
    await place.ledger.searches.save(aSearch);
    await place.ledger.candidates.save(aCandidate(2), aJob('j2'));
    await place.ledger.candidates.save(aCandidate(1), aJob('j1'));
    await place.ledger.candidates.save(aCandidate(1), aJob('j1'));
    await place.ledger.candidates.save(aCandidate(1, { jobId: 'other' }), aJob('other'));
    await place.ledger.candidates.save(
      aCandidate(9, { architecture: 'arch-1', jobId: 'again' }),
      aJob('again'),
    );
    await place.restart();
    expect(await place.ledger.candidates.of('s1')).toEqual([aCandidate(1), aCandidate(2)]);
    expect(await place.ledger.candidates.of('s2')).toEqual([]);
    expect(await place.ledger.jobs.find({})).toEqual([aJob('j1'), aJob('j2')]);
  });

  it('keeps a candidate with its end, when that is known already, in one write', async () => {
    await place.ledger.searches.save(aSearch);
    await saveJobs(place.ledger, 'earlier');
    await place.ledger.jobs.commit([anAttempt('earlier', 1), aMeasuredEnd('earlier', 1)]);
    const excess = candidateFault('invalid-model', 'too large');
    await place.ledger.candidates.save(aCandidate(1), aJob('j1'), {
      state: { kind: 'infeasible', refusedBy: { kind: 'limit', excess: 0.25 }, fault: excess },
      atMs: 7,
    });
    await place.ledger.candidates.save(aCandidate(2), aJob('j2'), {
      state: { kind: 'reused', fromJobId: 'earlier' },
      atMs: 8,
    });
    await place.ledger.candidates.save(aCandidate(2), aJob('j2'));
    await place.restart();
    expect(
      (await place.ledger.jobs.find({})).map(({ job, state, endedSequence }) => [
        job.jobId,
        state,
        endedSequence,
      ]),
    ).toEqual([
      ['earlier', { kind: 'measured', deviceSerial: 'p1', epoch: 1 }, 1],
      ['j1', { kind: 'infeasible', refusedBy: { kind: 'limit', excess: 0.25 }, fault: excess }, 2],
      ['j2', { kind: 'reused', fromJobId: 'earlier' }, 3],
    ]);
    expect(await place.ledger.measurements.of(['j1', 'j2'])).toEqual(
      new Map([['j2', aMeasurement(7)]]),
    );
    expect(await place.ledger.measurements.countByDevice()).toEqual(new Map([['p1', 1]]));
  });

  it('refuses a candidate of a search that it does not know, and its job with it', async () => {
    await expect(place.ledger.candidates.save(aCandidate(1), aJob('j1'))).rejects.toThrow();
    expect(await place.ledger.jobs.find({})).toEqual([]);
  });
}
