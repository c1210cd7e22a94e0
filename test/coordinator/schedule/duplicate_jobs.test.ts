import { defaultPlan, type BenchmarkPlan } from '../../../common/job';
import { justMeasuredMs } from '../../../coordinator/schedule/state/limits';
import {
  candidateFailure,
  createFarm,
  defaultTarget,
  farmFailure,
  jobOf,
  measured,
  ofKind,
  phone,
  started,
  type Farm,
} from './farm';

function farmOf(...serials: readonly string[]): Farm {
  const farm = createFarm();
  farm.attach(
    'rack',
    serials.map((serial) => phone(serial, [defaultTarget, 'sm8550/tflite/npu/int8'])),
  );
  return farm;
}

const ends = (farm: Farm): unknown =>
  ofKind(farm.effects, 'job-ended').map(({ ownerId, jobId, end }) => [ownerId, jobId, end]);

function submitWith(farm: Farm, jobId: string, plan: Partial<BenchmarkPlan>): readonly string[] {
  const job = { ...jobOf(jobId, defaultTarget, 'bytes'), plan: { ...defaultPlan, ...plan } };
  return started(
    farm.send({ kind: 'job-submitted', job, owner: { ownerId: 'search', priority: 0, weight: 1 } }),
  );
}

describe('the same bytes under two names', () => {
  it('are measured once, though another phone is free, and the measurement is both jobs’', () => {
    const farm = farmOf('p1', 'p2');
    farm.submit('a', { digest: 'bytes' });
    expect(started(farm.submit('b', { digest: 'bytes' }))).toEqual([]);
    const lease = farm.leaseOf('a');
    farm.finish('a');
    expect(ends(farm)).toEqual([
      ['search', 'a', { kind: 'measured', lease }],
      [
        'search',
        'b',
        {
          kind: 'reused',
          fromJobId: 'a',
          from: { lease, agentId: 'rack', measurement: expect.anything() as unknown },
        },
      ],
    ]);
    expect([
      farm.state.jobs.size,
      farm.state.duplicates.size,
      farm.state.pools.get('sm8550')?.queuedJobs,
    ]).toEqual([0, 0, 0]);
  });

  it('are measured once while both wait, whoever asked, and whoever is more urgent goes first', () => {
    const farm = farmOf('p1');
    farm.submit('busy');
    farm.submit('of-a-search', { digest: 'bytes', owner: { ownerId: 'search' } });
    farm.submit('of-another-search', { digest: 'bytes', owner: { ownerId: 'another' } });
    farm.submit('of-a-user', { digest: 'bytes', owner: { ownerId: 'bench', priority: 1_000 } });
    expect(started(farm.finish('busy'))).toEqual(['of-a-user@p1']);
    farm.finish('of-a-user');
    const ended = ofKind(farm.effects, 'job-ended').map(
      ({ ownerId, end }) => `${ownerId} ${end.kind}`,
    );
    expect(ended).toEqual(['bench measured', 'search reused', 'another reused']);
  });

  it('are not measured again for who asked the ledger a moment before it had the measurement, but later they are', () => {
    const farm = farmOf('p1');
    farm.submit('a', { digest: 'bytes' });
    farm.finish('a');
    farm.nowMs += justMeasuredMs;
    farm.submit('b', { digest: 'bytes' });
    expect(ends(farm)).toMatchObject([
      ['search', 'b', { kind: 'reused', from: { lease: { jobId: 'a' } } }],
    ]);
    expect([
      farm.state.jobs.size,
      farm.state.owners.size,
      farm.state.pools.get('sm8550')?.queuedJobs,
    ]).toEqual([0, 0, 0]);
    farm.nowMs += 1;
    expect(started(farm.submit('c', { digest: 'bytes' }))).toEqual(['c@p1']);
    farm.send({ kind: 'tick' });
    expect(farm.state.justMeasured.size).toBe(0);
  });

  it('let other work pass while they wait', () => {
    const farm = farmOf('p1', 'p2');
    farm.submit('a', { digest: 'bytes' });
    farm.submit('b', { digest: 'bytes' });
    expect(started(farm.submit('other'))).toEqual(['other@p2']);
  });

  it('are two measurements on two targets', () => {
    const farm = farmOf('p1', 'p2');
    farm.submit('a', { digest: 'bytes' });
    expect(
      started(farm.submit('b', { digest: 'bytes', target: 'sm8550/tflite/npu/int8' })),
    ).toEqual(['b@p2']);
  });

  it.each([
    ['the farm failed the first', farmFailure('agent-lost')],
    ['the first could not run', candidateFailure('unsupported-operator')],
  ])('are tried on their own when %s', (_, outcome) => {
    const farm = farmOf('p1', 'p2');
    farm.submit('a', { digest: 'bytes' });
    farm.submit('b', { digest: 'bytes' });
    expect(started(farm.finish('a', outcome))).toHaveLength(1);
    const [running] = [...farm.state.leases.values()];
    expect([...farm.state.leases.values()]).toHaveLength(1);
    farm.finish(running?.lease.jobId ?? '');
    expect(farm.state.jobs.size).toBe(0);
  });

  it('are measured for the second when the first’s owner has left', () => {
    const farm = farmOf('p1', 'p2');
    farm.submit('a', { digest: 'bytes', owner: { ownerId: 'gone' } });
    farm.submit('b', { digest: 'bytes' });
    expect(started(farm.send({ kind: 'owner-ended', ownerId: 'gone' }))).toHaveLength(1);
    expect(farm.leaseOf('b').jobId).toBe('b');
  });

  it('are measured again for a plan of other sessions, or for who asks for a measurement of its own', () => {
    const farm = farmOf('p1', 'p2');
    expect(submitWith(farm, 'a', {})).toEqual(['a@p1']);
    expect(submitWith(farm, 'longer', { runs: 500 })).toEqual(['longer@p2']);
    expect(submitWith(farm, 'confirmation', { again: true })).toEqual([]);
    expect(started(farm.finish('a'))).toEqual(['confirmation@p1']);
  });

  it('are measured again where the first was cut short and the second would not be', () => {
    const farm = farmOf('p1');
    if (measured.kind !== 'measured') throw new Error('measured is measured');
    const cutShort = {
      ...measured,
      measurement: {
        ...measured.measurement,
        latencyMs: 10,
        sessions: measured.measurement.sessions.slice(0, 1),
      },
    };
    submitWith(farm, 'a', { decisionMs: 5 });
    submitWith(farm, 'also-far', { decisionMs: 6 });
    submitWith(farm, 'near', { decisionMs: 9.5 });
    expect(started(farm.finish('a', cutShort))).toEqual(['near@p1']);
    expect(ends(farm)).toContainEqual([
      'search',
      'also-far',
      expect.objectContaining({ kind: 'reused' }),
    ]);
  });
});
