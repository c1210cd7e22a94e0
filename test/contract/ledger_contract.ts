import { candidateFault, farmFault } from '../../common/fault';
import { formatTarget } from '../../common/target';
import type { ConfirmationRecord, Ledger } from '../../coordinator/ledger/ledger';
import {
  aCandidate,
  aDevice,
  aJob,
  aMeasuredEnd,
  aMeasurement,
  anAttempt,
  aProposal,
  aSearch,
} from './ledger_samples';

/** A database under test: `open` gives a ledger on it, as often as it is asked; `remove` ends it. */
interface LedgerPlace {
  open(): Promise<Ledger>;
  remove(): Promise<void>;
}

/** What every ledger must do, whatever the database behind it. */
export function ledgerContract(createPlace: () => Promise<LedgerPlace>): void {
  let place: LedgerPlace;
  let ledger: Ledger;
  beforeEach(async () => {
    place = await createPlace();
    ledger = await place.open();
  });
  afterEach(async () => {
    await ledger.close();
    await place.remove();
  });
  const restart = async (): Promise<void> => {
    await ledger.close();
    ledger = await place.open();
  };
  const saveJobs = async (...jobIds: string[]): Promise<void> => {
    for (const jobId of jobIds) await ledger.saveJob(aJob(jobId));
  };

  it('counts its incarnations over restarts', async () => {
    expect(await ledger.beginIncarnation()).toBe(1);
    expect(await ledger.beginIncarnation()).toBe(2);
    await restart();
    expect(await ledger.beginIncarnation()).toBe(3);
  });

  it('keeps the first secret of its leases over restarts', async () => {
    expect(await ledger.leaseSecret('first')).toBe('first');
    expect(await ledger.leaseSecret('second')).toBe('first');
    await restart();
    expect(await ledger.leaseSecret('third')).toBe('first');
  });

  it('keeps searches in the order of their creation, and their state', async () => {
    await ledger.saveSearch({ ...aSearch, searchId: 'a-later', createdAtMs: 2_000 });
    await ledger.saveSearch(aSearch);
    await ledger.setSearchState('s1', 'paused', { ranMs: 70, runningSinceMs: null });
    await ledger.saveSearch(aSearch);
    await restart();
    expect(await ledger.searches()).toEqual([
      { ...aSearch, state: 'paused', wall: { ranMs: 70, runningSinceMs: null } },
      { ...aSearch, searchId: 'a-later', createdAtMs: 2_000 },
    ]);
    await expect(ledger.setSearchState('unknown', 'paused', aSearch.wall)).rejects.toThrow(
      'broken invariant',
    );
  });

  it('keeps what was added to a budget, once, with the state that follows', async () => {
    await ledger.saveSearch({
      ...aSearch,
      state: 'finished',
      wall: { ranMs: 9, runningSinceMs: null },
    });
    const extension = { extensionId: 'x-1', measurements: 10, phoneMinutes: 0.5, wallMinutes: 0 };
    const next = { state: 'running', wall: { ranMs: 9, runningSinceMs: 5_000 } } as const;
    await ledger.extendSearch('s1', extension, next);
    await ledger.extendSearch('s1', { ...extension, measurements: 99 }, next);
    await restart();
    expect(await ledger.extensions('s1')).toEqual([extension]);
    expect(await ledger.searches()).toEqual([{ ...aSearch, ...next }]);
    await expect(ledger.extendSearch('unknown', extension, next)).rejects.toThrow(
      'broken invariant',
    );
  });

  it('keeps candidates with their jobs, once', async () => {
    await ledger.saveSearch(aSearch);
    await ledger.saveCandidate(aCandidate(2), aJob('j2'));
    await ledger.saveCandidate(aCandidate(1), aJob('j1'));
    await ledger.saveCandidate(aCandidate(1), aJob('j1'));
    await ledger.saveCandidate(aCandidate(1, { jobId: 'other' }), aJob('other'));
    await ledger.saveCandidate(
      aCandidate(9, { architecture: 'arch-1', jobId: 'again' }),
      aJob('again'),
    );
    await restart();
    expect(await ledger.candidates('s1')).toEqual([aCandidate(1), aCandidate(2)]);
    expect(await ledger.candidates('s2')).toEqual([]);
    expect(await ledger.jobs({})).toEqual([aJob('j1'), aJob('j2')]);
  });

  it('keeps a candidate with its end, when that is known already, in one write', async () => {
    await ledger.saveSearch(aSearch);
    await saveJobs('earlier');
    await ledger.commit([anAttempt('earlier', 1), aMeasuredEnd('earlier', 1)]);
    const excess = candidateFault('invalid-model', 'too large');
    await ledger.saveCandidate(aCandidate(1), aJob('j1'), {
      state: { kind: 'excluded', fault: excess, violation: 0.25 },
      atMs: 7,
    });
    await ledger.saveCandidate(aCandidate(2), aJob('j2'), {
      state: { kind: 'reused', jobId: 'earlier' },
      atMs: 8,
    });
    await ledger.saveCandidate(aCandidate(2), aJob('j2'));
    await restart();
    expect(
      (await ledger.jobs({})).map(({ job, state, endedSequence }) => [
        job.jobId,
        state,
        endedSequence,
      ]),
    ).toEqual([
      ['earlier', { kind: 'measured', deviceSerial: 'p1', epoch: 1 }, 1],
      ['j1', { kind: 'excluded', fault: excess, violation: 0.25 }, 2],
      ['j2', { kind: 'reused', jobId: 'earlier' }, 3],
    ]);
    expect(await ledger.measurements(['j1', 'j2'])).toEqual(new Map([['j2', aMeasurement(7)]]));
    expect(await ledger.jobsMeasuredByDevice()).toEqual(new Map([['p1', 1]]));
  });

  it('keeps confirmations with their jobs, once, apart from the candidates', async () => {
    await ledger.saveSearch(aSearch);
    await ledger.saveCandidate(aCandidate(1), aJob('j1'));
    const again = (round: number): ConfirmationRecord => ({
      ...aCandidate(1),
      sequence: round - 1,
      round,
      jobId: `again-${String(round)}`,
    });
    await ledger.saveConfirmation(again(2), aJob('again-2'));
    await ledger.saveConfirmation(again(1), aJob('again-1'));
    await ledger.saveConfirmation(again(1), aJob('again-1'));
    await expect(
      ledger.saveConfirmation({ ...again(1), jobId: 'other' }, aJob('other')),
    ).rejects.toThrow();
    await expect(
      ledger.saveConfirmation({ ...again(3), searchId: 'unknown' }, aJob('again-3')),
    ).rejects.toThrow();
    await restart();
    expect(await ledger.confirmations('s1')).toEqual([again(1), again(2)]);
    expect(await ledger.confirmations('s2')).toEqual([]);
    expect(await ledger.candidates('s1')).toEqual([aCandidate(1)]);
    expect((await ledger.jobs({})).map(({ job }) => job.jobId)).toEqual([
      'again-1',
      'again-2',
      'j1',
    ]);
  });

  it('keeps proposals, all of a call or none, and never gives a place to two', async () => {
    await ledger.saveSearch(aSearch);
    await ledger.saveProposals([]);
    await ledger.saveProposals([aProposal(0), aProposal(1)]);
    await ledger.saveProposals([aProposal(1), aProposal(2)]);
    await ledger.saveProposals([
      aProposal(0, { target: 'sm8550/tflite/gpu/int8', architecture: 'elsewhere' }),
    ]);
    await expect(
      ledger.saveProposals([aProposal(3), aProposal(2, { architecture: 'other' })]),
    ).rejects.toThrow('a sequence is given to one architecture');
    await expect(
      ledger.saveProposals([aProposal(3), aProposal(4, { architecture: 'arch-0' })]),
    ).rejects.toThrow();
    await restart();
    const states = async (only?: { target: string; architectures: string[] }): Promise<string[]> =>
      (await ledger.proposals('s1', only)).map(
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
    await expect(ledger.saveProposals([aProposal(0, { searchId: 'unknown' })])).rejects.toThrow();
  });

  it('knows what became of each proposal', async () => {
    await ledger.saveSearch(aSearch);
    await ledger.saveProposals([0, 1, 2, 3, 4, 5].map((sequence) => aProposal(sequence)));
    for (const sequence of [1, 2, 3])
      await ledger.saveCandidate(aCandidate(sequence), aJob(`j${String(sequence)}`));
    await ledger.commit([anAttempt('j2', 1), aMeasuredEnd('j2', 1)]);
    await ledger.saveCandidate(aCandidate(4), aJob('j4'), {
      state: { kind: 'reused', jobId: 'j2' },
      atMs: 1,
    });
    await ledger.commit([
      {
        kind: 'job-ended',
        jobId: 'j3',
        state: { kind: 'infeasible', fault: candidateFault('crashed', 'twice') },
        atMs: 1,
      },
    ]);
    await ledger.abandonProposal(aProposal(5));
    await ledger.abandonProposal(aProposal(1));
    await restart();
    expect((await ledger.proposals('s1')).map(({ state }) => state)).toEqual([
      'waiting',
      'open',
      'measured',
      'infeasible',
      'reused',
      'abandoned',
    ]);
  });

  it('keeps the facts of a refusal', async () => {
    await saveJobs('j1');
    const refused = candidateFault('unsupported-operator', 'no kernel for Einsum', {
      unitAsked: 'npu',
      unitFailed: 'cpu',
      reason: 'no kernel for Einsum',
      operator: 'Einsum',
    });
    await ledger.commit([
      { kind: 'job-ended', jobId: 'j1', state: { kind: 'infeasible', fault: refused }, atMs: 1 },
    ]);
    await restart();
    expect((await ledger.jobs({})).map(({ state }) => state)).toEqual([
      { kind: 'infeasible', fault: refused },
    ]);
  });

  it('reads the ends of one target of a search in their order, from any of them on', async () => {
    await ledger.saveSearch(aSearch);
    await ledger.saveProposals([0, 1, 2, 3].map((sequence) => aProposal(sequence)));
    await saveJobs('of-nobody');
    const elsewhere = aCandidate(9, { target: 'sm8550/tflite/gpu/int8', jobId: 'elsewhere' });
    const there = aJob('elsewhere').job;
    await ledger.saveCandidate(elsewhere, {
      ...aJob('elsewhere'),
      job: { ...there, target: { ...there.target, unit: 'gpu' } },
    });
    for (const sequence of [0, 2, 3])
      await ledger.saveCandidate(aCandidate(sequence), aJob(`j${String(sequence)}`));
    const gone = farmFault('disconnected', 'unplugged');
    await ledger.commit([
      { kind: 'job-ended', jobId: 'j3', state: { kind: 'abandoned', fault: gone }, atMs: 1 },
    ]);
    await ledger.abandonProposal(aProposal(1));
    await ledger.commit(
      ['of-nobody', 'elsewhere', 'j0'].flatMap((jobId) => [
        anAttempt(jobId, 1),
        aMeasuredEnd(jobId, 1),
      ]),
    );
    await ledger.abandonProposal(aProposal(1));
    await restart();
    const read = async (after: number, limit: number): Promise<unknown[]> =>
      (await ledger.ends({ searchId: 's1', target: aProposal(0).target, after }, limit)).map(
        ({ sequence, architecture, endedSequence, state }) => [
          sequence,
          architecture,
          endedSequence,
          state,
        ],
      );
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

  it('finds the measurements of a model on a target, newest first', async () => {
    await saveJobs('old', 'new', 'open', 'other');
    for (const jobId of ['old', 'new'])
      await ledger.commit([anAttempt(jobId, 1), aMeasuredEnd(jobId, 1)]);
    const { artifact, target, plan } = aJob('old').job;
    const name = formatTarget(target);
    expect(await ledger.earlierMeasurements(artifact.digest, name)).toEqual(
      ['new', 'old'].map((jobId) => ({ jobId, plan, measurement: aMeasurement(7) })),
    );
    expect(await ledger.earlierMeasurements('0'.repeat(64), name)).toEqual([]);
    expect(await ledger.earlierMeasurements(artifact.digest, `other/${name}`)).toEqual([]);
  });

  it('refuses a candidate of a search that it does not know, and its job with it', async () => {
    await expect(ledger.saveCandidate(aCandidate(1), aJob('j1'))).rejects.toThrow();
    expect(await ledger.jobs({})).toEqual([]);
  });

  it('counts the jobs that each device has measured', async () => {
    await saveJobs('j1', 'j2', 'j3', 'faulty', 'open');
    expect(await ledger.jobsMeasuredByDevice()).toEqual(new Map());
    const unsupported = candidateFault('unsupported-operator', 'no such operator: Einsum');
    for (const jobId of ['j1', 'j2', 'j2'])
      await ledger.commit([anAttempt(jobId, 1), aMeasuredEnd(jobId, 1)]);
    await ledger.commit([
      anAttempt('j3', 1),
      {
        kind: 'job-ended',
        jobId: 'j3',
        state: { kind: 'measured', deviceSerial: 'p2', epoch: 1 },
        atMs: 1,
      },
    ]);
    await ledger.commit([
      {
        kind: 'job-ended',
        jobId: 'faulty',
        state: { kind: 'infeasible', fault: unsupported },
        atMs: 1,
      },
    ]);
    await restart();
    expect(await ledger.jobsMeasuredByDevice()).toEqual(
      new Map([
        ['p1', 2],
        ['p2', 1],
      ]),
    );
  });

  it('finds jobs by owner and by whether they are open', async () => {
    await ledger.saveJob(aJob('j1'));
    await ledger.saveJob(aJob('j2'));
    await ledger.saveJob(aJob('b1', { ownerId: 'bench', priority: 5, weight: 0.5 }));
    await ledger.commit([anAttempt('j1', 1), aMeasuredEnd('j1', 1)]);
    const ids = async (filter: { ownerId?: string; open?: boolean }): Promise<string[]> =>
      (await ledger.jobs(filter)).map(({ job }) => job.jobId);
    expect(await ids({})).toEqual(['j1', 'b1', 'j2']);
    expect(await ids({ open: true })).toEqual(['b1', 'j2']);
    expect(await ids({ open: false })).toEqual(['j1']);
    expect(await ids({ ownerId: 's1', open: true })).toEqual(['j2']);
    expect(await ledger.jobs({ ownerId: 'bench' })).toEqual([
      aJob('b1', { ownerId: 'bench', priority: 5, weight: 0.5 }),
    ]);
  });

  it('remembers how jobs ended, and in which order', async () => {
    await saveJobs('a', 'b', 'c', 'd');
    const unsupported = candidateFault('unsupported-operator', 'no such operator: Einsum');
    const gone = farmFault('disconnected', 'unplugged');
    await ledger.commit([
      { kind: 'job-ended', jobId: 'c', state: { kind: 'infeasible', fault: unsupported }, atMs: 1 },
    ]);
    await ledger.commit([
      anAttempt('b', 4),
      aMeasuredEnd('b', 4),
      { kind: 'job-ended', jobId: 'a', state: { kind: 'abandoned', fault: gone }, atMs: 2 },
    ]);
    await restart();
    const ended = await ledger.jobs({ open: false });
    expect(ended.map(({ job, state, endedSequence }) => [job.jobId, state, endedSequence])).toEqual(
      [
        ['c', { kind: 'infeasible', fault: unsupported }, 1],
        ['b', { kind: 'measured', deviceSerial: 'p1', epoch: 4 }, 2],
        ['a', { kind: 'abandoned', fault: gone }, 3],
      ],
    );
  });

  it('lets the first end of a job stand', async () => {
    await saveJobs('a');
    await ledger.commit([anAttempt('a', 1), aMeasuredEnd('a', 1)]);
    await ledger.commit([
      {
        kind: 'job-ended',
        jobId: 'a',
        state: { kind: 'abandoned', fault: farmFault('timeout', 'late') },
        atMs: 9,
      },
      aMeasuredEnd('a', 2),
    ]);
    await ledger.saveJob(aJob('a'));
    expect(await ledger.jobs({})).toEqual([
      aJob('a', { state: { kind: 'measured', deviceSerial: 'p1', epoch: 1 }, endedSequence: 1 }),
    ]);
  });

  it('gives measurements back as they came, with every sample', async () => {
    await saveJobs('a', 'b', 'c');
    await ledger.commit([
      anAttempt('a', 1),
      anAttempt('b', 2, { kind: 'measured', measurement: aMeasurement(1 / 3) }),
    ]);
    await restart();
    expect(await ledger.measurements(['a', 'b', 'c', 'unknown'])).toEqual(
      new Map([
        ['a', aMeasurement(7)],
        ['b', aMeasurement(1 / 3)],
      ]),
    );
    expect(await ledger.measurements([])).toEqual(new Map());
  });

  it('counts a measurement once, however often and in whatever batches it comes', async () => {
    await saveJobs('a');
    const second = anAttempt('a', 2, { kind: 'measured', measurement: aMeasurement(99) });
    const repeated = anAttempt('a', 1, { kind: 'measured', measurement: aMeasurement(50) });
    await ledger.commit([anAttempt('a', 1), anAttempt('a', 1), aMeasuredEnd('a', 1)]);
    await ledger.commit([anAttempt('a', 1), repeated, second, aMeasuredEnd('a', 1)]);
    expect(await ledger.measurements(['a'])).toEqual(new Map([['a', aMeasurement(7)]]));
  });

  it('does not count a second result of a lease that already ended in a fault', async () => {
    await saveJobs('a');
    await ledger.commit([anAttempt('a', 1, farmFault('timeout', 'hung'))]);
    await ledger.commit([anAttempt('a', 1)]);
    expect(await ledger.measurements(['a'])).toEqual(new Map());
    await ledger.commit([anAttempt('a', 2)]);
    expect(await ledger.measurements(['a'])).toEqual(new Map([['a', aMeasurement(7)]]));
  });

  it('commits a batch as a whole or not at all', async () => {
    await saveJobs('a', 'b');
    await expect(
      ledger.commit([anAttempt('a', 1), aMeasuredEnd('a', 1), anAttempt('unknown', 1)]),
    ).rejects.toThrow();
    expect(await ledger.measurements(['a'])).toEqual(new Map());
    expect(await ledger.jobs({ open: true })).toHaveLength(2);
    await ledger.commit([anAttempt('b', 1), aMeasuredEnd('b', 1)]);
    expect([...(await ledger.measurements(['a', 'b'])).keys()]).toEqual(['b']);
  });

  it('takes batches and questions far larger than one statement', async () => {
    const jobIds = Array.from(
      { length: 1_200 },
      (_, index) => `j${String(index).padStart(4, '0')}`,
    );
    await saveJobs(...jobIds);
    await ledger.commit(jobIds.flatMap((jobId) => [anAttempt(jobId, 1), aMeasuredEnd(jobId, 1)]));
    expect([...(await ledger.measurements(jobIds)).keys()].sort()).toEqual(jobIds);
    expect((await ledger.jobs({ open: false })).map(({ job }) => job.jobId)).toEqual(jobIds);
  });

  it('keeps artifacts and devices', async () => {
    const artifact = { digest: 'cd'.repeat(32), sizeBytes: 2 ** 31 - 1, format: 'onnx' as const };
    await ledger.saveArtifact(artifact, 1);
    await ledger.saveArtifact(artifact, 2);
    await ledger.saveDevice(aDevice('p2'));
    await ledger.saveDevice(aDevice('p1'));
    await ledger.saveDevice(
      aDevice('p2', { drained: true, lastSeenAtMs: 6_000, agentId: 'agent-2' }),
    );
    await restart();
    expect(await ledger.artifact(artifact.digest)).toEqual(artifact);
    expect(await ledger.artifact('ef'.repeat(32))).toBeUndefined();
    expect(await ledger.devices()).toEqual([
      aDevice('p1'),
      aDevice('p2', { drained: true, lastSeenAtMs: 6_000, agentId: 'agent-2' }),
    ]);
    await ledger.removeDevice('p1');
    await ledger.removeDevice('p1');
    expect((await ledger.devices()).map(({ description }) => description.serial)).toEqual(['p2']);
  });
}
