import { candidateFault, farmFault } from '../../../common/fault';
import { useLedger, type CreatePlace } from './ledger_place';
import {
  aCandidate,
  aJob,
  aMeasuredEnd,
  anAttempt,
  aProposal,
  aSearch,
  saveJobs,
} from './ledger_samples';

/** What every ledger's proposal records must do, whatever the database behind them. */
export function proposalRecordsContract(createPlace: CreatePlace): void {
  const place = useLedger(createPlace);

  it('keeps proposals, all of a call or none, and never gives a place to two', async () => {
    await place.ledger.searches.save(aSearch);
    await place.ledger.proposals.save([]);
    await place.ledger.proposals.save([aProposal(0), aProposal(1)]);
    await place.ledger.proposals.save([aProposal(1), aProposal(2)]);
    await place.ledger.proposals.save([
      aProposal(0, { target: 'sm8550/tflite/gpu/int8', architecture: 'elsewhere' }),
    ]);
    await expect(
      place.ledger.proposals.save([aProposal(3), aProposal(2, { architecture: 'other' })]),
    ).rejects.toThrow('a sequence is given to one architecture');
    await expect(
      place.ledger.proposals.save([aProposal(3), aProposal(4, { architecture: 'arch-0' })]),
    ).rejects.toThrow();
    await place.restart();
    const states = async (only?: { target: string; architectures: string[] }): Promise<string[]> =>
      (await place.ledger.proposals.of('s1', only)).map(
        ({ sequence, architecture, state }) => `${String(sequence)} ${architecture} ${state}`,
      );
    expect(await states()).toEqual([
      '0 elsewhere waiting',
      '0 arch-0 waiting',
      '1 arch-1 waiting',
      '2 arch-2 waiting',
    ]);
    expect(
      await states({
        target: aProposal(0).target,
        architectures: ['arch-2', 'arch-0', 'elsewhere', 'arch-3'],
      }),
    ).toEqual(['0 arch-0 waiting', '2 arch-2 waiting']);
    expect(await states({ target: aProposal(0).target, architectures: [] })).toEqual([]);
    await expect(
      place.ledger.proposals.save([aProposal(0, { searchId: 'unknown' })]),
    ).rejects.toThrow();
  });

  it('knows what became of each proposal', async () => {
    await place.ledger.searches.save(aSearch);
    await place.ledger.proposals.save([0, 1, 2, 3, 4, 5].map((sequence) => aProposal(sequence)));
    for (const sequence of [1, 2, 3])
      await place.ledger.candidates.save(aCandidate(sequence), aJob(`j${String(sequence)}`));
    await place.ledger.jobs.commit([anAttempt('j2', 1), aMeasuredEnd('j2', 1)]);
    await place.ledger.candidates.save(aCandidate(4), aJob('j4'), {
      state: { kind: 'reused', fromJobId: 'j2' },
      atMs: 1,
    });
    await place.ledger.jobs.commit([
      {
        kind: 'job-ended',
        jobId: 'j3',
        state: {
          kind: 'infeasible',
          refusedBy: { kind: 'runtime' },
          fault: candidateFault('crashed', 'twice'),
        },
        atMs: 1,
      },
    ]);
    await place.ledger.proposals.abandon(aProposal(5));
    await place.ledger.proposals.abandon(aProposal(1));
    await place.restart();
    expect((await place.ledger.proposals.of('s1')).map(({ state }) => state)).toEqual([
      'waiting',
      'open',
      'measured',
      'infeasible',
      'reused',
      'abandoned',
    ]);
  });

  it('reads the ends of one target of a search in their order, from any of them on', async () => {
    await place.ledger.searches.save(aSearch);
    await place.ledger.proposals.save([0, 1, 2, 3].map((sequence) => aProposal(sequence)));
    await saveJobs(place.ledger, 'of-nobody');
    const elsewhere = aCandidate(9, { target: 'sm8550/tflite/gpu/int8', jobId: 'elsewhere' });
    const there = aJob('elsewhere').job;
    await place.ledger.candidates.save(elsewhere, {
      ...aJob('elsewhere'),
      job: { ...there, target: { ...there.target, unit: 'gpu' } },
    });
    for (const sequence of [0, 2, 3])
      await place.ledger.candidates.save(aCandidate(sequence), aJob(`j${String(sequence)}`));
    const gone = farmFault('disconnected', 'unplugged');
    await place.ledger.jobs.commit([
      { kind: 'job-ended', jobId: 'j3', state: { kind: 'abandoned', fault: gone }, atMs: 1 },
    ]);
    await place.ledger.proposals.abandon(aProposal(1));
    await place.ledger.jobs.commit(
      ['of-nobody', 'elsewhere', 'j0'].flatMap((jobId) => [
        anAttempt(jobId, 1),
        aMeasuredEnd(jobId, 1),
      ]),
    );
    await place.ledger.proposals.abandon(aProposal(1));
    await place.restart();
    const read = async (after: number, limit: number): Promise<unknown[]> =>
      (
        await place.ledger.proposals.ends(
          { searchId: 's1', target: aProposal(0).target, after },
          limit,
        )
      ).map(({ sequence, architecture, endedSequence, state }) => [
        sequence,
        architecture,
        endedSequence,
        state,
      ]);
    const all = [
      [3, 'arch-3', 1, { kind: 'ended', jobId: 'j3', job: { kind: 'abandoned', fault: gone } }],
      [1, 'arch-1', 2, { kind: 'unbuilt' }],
      [
        0,
        'arch-0',
        5,
        { kind: 'ended', jobId: 'j0', job: { kind: 'measured', deviceSerial: 'p1', epoch: 1 } },
      ],
    ];
    expect(await read(0, 9)).toEqual(all);
    expect(await read(0, 2)).toEqual(all.slice(0, 2));
    expect(await read(1, 1)).toEqual(all.slice(1, 2));
    expect(await read(2, 9)).toEqual(all.slice(2));
    expect(await read(5, 9)).toEqual([]);
  });
}
