import { lookAheadSubmissions } from '../../../coordinator/schedule/state/limits';
import { createFarm, measured, ofKind, phone, started, stateOfDevice, type Farm } from './farm';

/** Runs one device for `jobs` jobs that take what `durationMs` says, and counts whose they were. */
function serve(
  farm: Farm,
  jobs: number,
  durationMs: (ownerId: string) => number,
): Record<string, number> {
  const served = new Map<string, number>();
  for (let count = 0; count < jobs; count += 1) {
    const active = farm.state.leases.first();
    if (active === undefined) break;
    const ownerId = farm.state.jobs.get(active.lease.jobId)!.ownerId;
    farm.nowMs += durationMs(ownerId);
    served.set(ownerId, (served.get(ownerId) ?? 0) + durationMs(ownerId));
    farm.send({
      kind: 'result-arrived',
      lease: active.lease,
      agentId: active.agentId,
      outcome: measured,
    });
  }
  return Object.fromEntries(served);
}

function fill(
  farm: Farm,
  ownerId: string,
  jobs: number,
  options: { readonly weight?: number; readonly priority?: number } = {},
): void {
  for (let count = 0; count < jobs; count += 1)
    farm.submit(`${ownerId}-${String(farm.nowMs)}-${String(count)}`, {
      owner: { ownerId, ...options },
    });
}

function onePhone(): Farm {
  const farm = createFarm();
  farm.attach('rack', [phone('p1')]);
  return farm;
}

describe('owners', () => {
  it('of higher priority go first', () => {
    const farm = onePhone();
    farm.submit('running');
    farm.submit('low', { owner: { ownerId: 'patient' } });
    farm.submit('high', { owner: { ownerId: 'urgent', priority: 5 } });
    expect(started(farm.finish('running'))).toEqual(['high@p1']);
  });

  it('share device time by weight, whatever the length of their jobs', () => {
    const farm = onePhone();
    fill(farm, 'long', 400, { weight: 1 });
    fill(farm, 'short', 800, { weight: 2 });
    const served = serve(farm, 600, (ownerId) => (ownerId === 'long' ? 6_000 : 1_000));
    expect(served['short']! / served['long']!).toBeGreaterThan(1.8);
    expect(served['short']! / served['long']!).toBeLessThan(2.2);
  });

  it('get no credit for the time before they came, nor for a pause', () => {
    const farm = onePhone();
    fill(farm, 'early', 400);
    serve(farm, 200, () => 1_000);
    fill(farm, 'late', 400);
    const afterArrival = serve(farm, 40, () => 1_000);
    expect(Math.abs(afterArrival['early']! - afterArrival['late']!)).toBeLessThanOrEqual(12_000);
    farm.send({ kind: 'owner-paused', ownerId: 'late' });
    serve(farm, 100, () => 1_000);
    farm.send({ kind: 'owner-resumed', ownerId: 'late' });
    const afterPause = serve(farm, 40, () => 1_000);
    expect(Math.abs(afterPause['early']! - afterPause['late']!)).toBeLessThanOrEqual(4_000);
  });

  it('that are paused keep their running job and start none', () => {
    const farm = onePhone();
    farm.submit('first');
    farm.submit('second');
    farm.send({ kind: 'owner-paused', ownerId: 'search' });
    expect(farm.finish('first').map((effect) => effect.kind)).toEqual([
      'record-attempt',
      'job-ended',
    ]);
    expect(started(farm.send({ kind: 'owner-resumed', ownerId: 'search' }))).toEqual(['second@p1']);
  });

  it('may be paused before their first job, as after a restart', () => {
    const farm = onePhone();
    farm.send({ kind: 'owner-paused', ownerId: 'search' });
    expect(farm.submit('job')).toEqual([]);
    expect(started(farm.send({ kind: 'owner-resumed', ownerId: 'search' }))).toEqual(['job@p1']);
  });

  it('that end leave nothing behind, and their running jobs are stopped', () => {
    const farm = onePhone();
    farm.submit('running');
    farm.submit('waiting');
    const lease = farm.leaseOf('running');
    farm.submit('other', { owner: { ownerId: 'bench' } });
    const effects = farm.send({ kind: 'owner-ended', ownerId: 'search' });
    expect(ofKind(effects, 'stop-job')).toEqual([{ kind: 'stop-job', agentId: 'rack', lease }]);
    expect(started(effects)).toEqual(['other@p1']);
    expect([...farm.state.jobs.keys()]).toEqual(['other']);
    expect(
      farm
        .send({ kind: 'result-arrived', lease, agentId: 'rack', outcome: measured })
        .map((effect) => effect.kind),
    ).toEqual(['discard-result']);
  });

  it('and their accounts are forgotten when all is done', () => {
    const farm = onePhone();
    for (let bench = 0; bench < 50; bench += 1) {
      farm.submit(`job-${String(bench)}`, { owner: { ownerId: `bench-${String(bench)}` } });
      farm.finish(`job-${String(bench)}`);
    }
    expect(farm.state.owners.size).toBe(0);
    expect(farm.state.pools.get('sm8550')?.shares.size).toBe(0);
  });
});

describe('within an owner', () => {
  it('jobs run in the order of submission', () => {
    const farm = onePhone();
    for (const jobId of ['a', 'b', 'c']) farm.submit(jobId);
    expect(started(farm.finish('a'))).toEqual(['b@p1']);
    expect(started(farm.finish('b'))).toEqual(['c@p1']);
  });

  it('a job whose artifact the device holds goes before', () => {
    const farm = onePhone();
    farm.submit('a', { digest: 'shared', again: true });
    farm.submit('b');
    farm.submit('c', { digest: 'shared', again: true });
    expect(started(farm.finish('a'))).toEqual(['c@p1']);
  });

  it('but no job is overtaken without end', () => {
    const farm = onePhone();
    farm.submit('first', { digest: 'shared', again: true });
    farm.submit('overtaken');
    let overtakes = 0;
    for (let next = 0; farm.state.jobs.get('overtaken')?.state.kind === 'queued'; next += 1) {
      farm.submit(`next-${String(next)}`, { digest: 'shared', again: true });
      farm.finish(farm.state.leases.first()!.lease.jobId);
      overtakes += 1;
      expect(overtakes).toBeLessThanOrEqual(lookAheadSubmissions + 2);
    }
    expect(overtakes).toBeGreaterThan(10);
  });
});

describe('devices', () => {
  it('run only what they offer, in their pool', () => {
    const farm = createFarm();
    farm.attach('rack', [
      phone('cpu-only', ['sm8550/tflite/cpu/int8']),
      phone('other-pool', ['sm8650/tflite/npu/int8']),
    ]);
    expect(farm.submit('npu', { target: 'sm8550/tflite/npu/int8' })).toEqual([]);
    expect(started(farm.submit('elsewhere', { target: 'sm8650/tflite/npu/int8' }))).toEqual([
      'elsewhere@other-pool',
    ]);
  });

  it('that waited longest, and are coolest, go first', () => {
    const farm = createFarm();
    farm.attach('rack', [phone('p1'), phone('p2')]);
    farm.submit('a');
    farm.finish('a');
    expect(started(farm.submit('b'))).toEqual(['b@p2']);
  });

  it('finish their job when they are drained, take no other, and return when resumed', () => {
    const farm = onePhone();
    farm.submit('a');
    farm.submit('b');
    farm.send({ kind: 'device-drained', deviceSerial: 'p1' });
    expect(stateOfDevice(farm, 'p1')).toBe('leased');
    expect(started(farm.finish('a'))).toEqual([]);
    expect(stateOfDevice(farm, 'p1')).toBe('drained');
    farm.send({ kind: 'device-detached', agentId: 'rack', deviceSerial: 'p1', reason: 'moved' });
    farm.send({ kind: 'device-attached', agentId: 'rack', device: phone('p1') });
    expect(stateOfDevice(farm, 'p1')).toBe('drained');
    expect(started(farm.send({ kind: 'device-resumed', deviceSerial: 'p1' }))).toEqual(['b@p1']);
  });

  it('that are removed give their job back', () => {
    const farm = onePhone();
    farm.submit('a');
    farm.attach('other', [phone('p2')]);
    const effects = farm.send({ kind: 'device-removed', deviceSerial: 'p1' });
    expect(effects.map((effect) => effect.kind)).toEqual(['stop-job', 'run-job']);
    expect(stateOfDevice(farm, 'p1')).toBe('unknown');
  });

  it('that come back through another agent belong to that one', () => {
    const farm = onePhone();
    farm.attach('other', [phone('p1')]);
    farm.send({
      kind: 'device-detached',
      agentId: 'rack',
      deviceSerial: 'p1',
      reason: 'late message',
    });
    expect(farm.submit('job')).toMatchObject([{ kind: 'run-job', agentId: 'other' }]);
  });

  it('of a silent agent return with its next heartbeat', () => {
    const farm = onePhone();
    farm.after(13_000);
    expect(stateOfDevice(farm, 'p1')).toBe('absent');
    expect(farm.submit('job')).toEqual([]);
    expect(started(farm.hear('rack'))).toEqual(['job@p1']);
  });
});

describe('prefetching', () => {
  const digests = (effects: readonly { readonly kind: string }[]): readonly string[] =>
    ofKind(effects as Parameters<typeof ofKind>[0], 'prefetch-artifact').map(
      (effect) => effect.artifact.digest,
    );

  it('sends the artifact of the job that is likely next, once', () => {
    const farm = onePhone();
    farm.submit('a');
    expect(digests(farm.submit('b'))).toEqual(['digest-of-b']);
    expect(digests(farm.submit('c'))).toEqual([]);
    expect(digests(farm.finish('a'))).toEqual(['digest-of-c']);
    expect(digests(farm.finish('b'))).toEqual([]);
  });

  it('sends one artifact ahead per busy device', () => {
    const farm = createFarm();
    farm.attach('rack', [phone('p1'), phone('p2')]);
    const sent = ['a', 'b', 'c', 'd', 'e'].flatMap((jobId) => digests(farm.submit(jobId)));
    expect(sent).toEqual(['digest-of-c', 'digest-of-d']);
  });

  it('sends nothing that the agent has', () => {
    const farm = onePhone();
    farm.submit('a', { digest: 'shared', again: true });
    expect(digests(farm.submit('b', { digest: 'shared', again: true }))).toEqual([]);
  });
});
