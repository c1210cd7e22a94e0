import type { Lease } from '../../../common/job';
import {
  agentSilenceMs,
  epochsPerIncarnation,
  leaseDurationMs,
  missingLeaseGraceMs,
} from '../../../coordinator/schedule/state/limits';
import { createFarm, leaseFor, measured, ofKind, phone, started, stateOfDevice } from './farm';

function farmWithRunningJob(incarnation = 1): ReturnType<typeof createFarm> {
  const farm = createFarm(incarnation);
  farm.attach('rack', [phone('p1')]);
  farm.submit('job');
  return farm;
}

describe('a grant', () => {
  it('starts the job on an idle device of its target, under an epoch of this incarnation', () => {
    const farm = farmWithRunningJob(7);
    expect(started(farm.effects)).toEqual(['job@p1']);
    expect(farm.leaseOf('job')).toEqual(
      leaseFor('rack', { jobId: 'job', deviceSerial: 'p1', epoch: 7 * epochsPerIncarnation + 1 }),
    );
  });

  it('is made once per job, however often the job is submitted', () => {
    const farm = farmWithRunningJob();
    farm.attach('rack', [phone('p1'), phone('p2')], [farm.leaseOf('job')]);
    expect(farm.submit('job')).toEqual([]);
    farm.finish('job');
    expect(farm.submit('job')).toEqual([]);
  });
});

describe('a lease', () => {
  it('lives as long as heartbeats list it', () => {
    const farm = farmWithRunningJob();
    const lease = farm.leaseOf('job');
    farm.live(10 * leaseDurationMs, ['rack']);
    expect(farm.leaseOf('job')).toEqual(lease);
  });

  it('survives a short loss of the stream', () => {
    const farm = farmWithRunningJob();
    const lease = farm.leaseOf('job');
    farm.send({ kind: 'agent-detached', agentId: 'rack' });
    farm.after(leaseDurationMs - 1000);
    expect(farm.attach('rack', [phone('p1')], [lease])).toEqual([]);
    expect(farm.leaseOf('job')).toEqual(lease);
  });

  it('ends within 15 s of the death of its agent, and the job goes to another', () => {
    const farm = farmWithRunningJob();
    farm.attach('other', [phone('p2')]);
    expect(started(farm.live(15_000, ['other']))).toEqual(['job@p2']);
    expect(stateOfDevice(farm, 'p1')).toBe('absent');
    expect(farm.state.agents.get('rack')?.state.kind).toBe('lost');
  });

  it('has a grace when a heartbeat does not list it, since its result may be on the way', () => {
    const farm = farmWithRunningJob();
    const lease = farm.leaseOf('job');
    farm.hear('rack', []);
    farm.after(missingLeaseGraceMs - 1000);
    expect(farm.leaseOf('job')).toEqual(lease);
    expect(ofKind(farm.finish('job'), 'job-ended')).toHaveLength(1);
  });

  it('ends after the grace when a restarted agent does not know it', () => {
    const farm = farmWithRunningJob();
    const lost = farm.leaseOf('job');
    farm.attach('rack', [phone('p1')], []);
    farm.live(0, ['rack']);
    const effects = [
      ...farm.after(3000),
      ...farm.hear('rack', []),
      ...farm.after(missingLeaseGraceMs - 3000),
    ];
    expect(started(effects)).toEqual(['job@p1']);
    expect(farm.leaseOf('job').epoch).toBeGreaterThan(lost.epoch);
  });

  it('is not judged by a coordinator that stood still itself', () => {
    const farm = farmWithRunningJob();
    const lease = farm.leaseOf('job');
    farm.nowMs += 60_000;
    farm.send({ kind: 'tick' });
    farm.hear('rack', [lease]);
    farm.after(1000);
    expect(farm.leaseOf('job')).toEqual(lease);
  });

  it('that is not current is stopped where it is held', () => {
    const farm = farmWithRunningJob();
    const stale = leaseFor('rack', { ...farm.leaseOf('job'), epoch: 1 });
    expect(farm.hear('rack', [farm.leaseOf('job'), stale])).toEqual([
      { kind: 'stop-job', agentId: 'rack', lease: stale },
    ]);
  });
});

describe('a result', () => {
  it('of the current lease is recorded before the job ends', () => {
    const farm = farmWithRunningJob();
    expect(farm.finish('job').map((effect) => effect.kind)).toEqual([
      'record-attempt',
      'job-ended',
    ]);
    expect(stateOfDevice(farm, 'p1')).toBe('idle');
  });

  it('that comes twice counts once', () => {
    const farm = farmWithRunningJob();
    const lease = farm.leaseOf('job');
    farm.finish('job');
    expect(
      farm
        .send({ kind: 'result-arrived', lease, agentId: 'rack', outcome: measured })
        .map((effect) => effect.kind),
    ).toEqual(['discard-result']);
  });

  it('of an expired lease is dropped, whether the job waits or runs again', () => {
    const farm = farmWithRunningJob();
    const lease = farm.leaseOf('job');
    farm.after(agentSilenceMs);
    expect(farm.state.jobs.get('job')?.state.kind).toBe('queued');
    const late = { kind: 'result-arrived', lease, agentId: 'rack', outcome: measured } as const;
    expect(farm.send(late).map((effect) => effect.kind)).toEqual(['discard-result']);
    farm.attach('other', [phone('p2')]);
    expect(farm.send(late).map((effect) => effect.kind)).toEqual(['discard-result']);
    expect(farm.leaseOf('job').deviceSerial).toBe('p2');
  });

  it('for a job that nobody knows is dropped', () => {
    const farm = createFarm();
    const lease = leaseFor('rack', { jobId: 'unknown', deviceSerial: 'p1', epoch: 5 });
    expect(
      farm.send({ kind: 'result-arrived', lease, agentId: 'rack', outcome: measured }),
    ).toMatchObject([{ kind: 'discard-result', cause: 'stale' }]);
  });
});

describe('a forged result', () => {
  const forgeries: readonly [
    string,
    (lease: Lease) => { readonly agentId: string; readonly lease: Lease },
  ][] = [
    [
      'with a guessed nonce',
      (lease) => ({ agentId: 'rack', lease: { ...lease, nonce: 'guessed' } }),
    ],
    ['in the name of another agent', (lease) => ({ agentId: 'other', lease })],
    [
      'for another device',
      (lease) => ({ agentId: 'rack', lease: { ...lease, deviceSerial: 'p2' } }),
    ],
    ['for another job', (lease) => ({ agentId: 'rack', lease: { ...lease, jobId: 'next' } })],
    [
      'for an epoch to come',
      (lease) => ({ agentId: 'rack', lease: { ...lease, epoch: lease.epoch + 1 } }),
    ],
  ];

  it.each(forgeries)('%s counts for nothing, and the real one counts after it', (_, forge) => {
    const farm = farmWithRunningJob();
    farm.submit('next');
    const forged = {
      kind: 'result-arrived',
      outcome: measured,
      ...forge(farm.leaseOf('job')),
    } as const;
    expect(farm.send(forged)).toMatchObject([{ kind: 'discard-result', cause: 'forged' }]);
    expect(farm.finish('job').map((effect) => effect.kind)).toEqual([
      'record-attempt',
      'job-ended',
      'run-job',
    ]);
  });

  it('of a lease from before a restart counts for nothing either', () => {
    const farm = createFarm(2);
    farm.submit('job');
    const lease = {
      jobId: 'job',
      deviceSerial: 'p1',
      epoch: epochsPerIncarnation + 3,
      nonce: 'guessed',
    };
    expect(
      farm.send({ kind: 'result-arrived', agentId: 'rack', lease, outcome: measured }),
    ).toMatchObject([{ kind: 'discard-result', cause: 'forged' }]);
    expect(farm.state.jobs.get('job')?.state.kind).toBe('queued');
  });

  it('is not made good by an agent that claims to hold the lease', () => {
    const farm = farmWithRunningJob();
    const lease = farm.leaseOf('job');
    expect(farm.attach('thief', [phone('p9')], [lease])).toContainEqual({
      kind: 'stop-job',
      agentId: 'thief',
      lease,
    });
    expect(farm.state.leases.get('p1')?.agentId).toBe('rack');
  });
});
