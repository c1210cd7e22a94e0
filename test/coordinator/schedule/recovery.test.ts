import { epochsPerIncarnation, resultUnderWayMs } from '../../../coordinator/schedule/state/limits';
import { createFarm, farmFailure, leaseFor, measured, phone, started, stateOfDevice } from './farm';

describe('after a restart of the coordinator', () => {
  const old = leaseFor('rack', {
    jobId: 'job',
    deviceSerial: 'p1',
    epoch: epochsPerIncarnation + 3,
  });
  const oldResult = {
    kind: 'result-arrived',
    lease: old,
    agentId: 'rack',
    outcome: measured,
  } as const;

  function recovering(): ReturnType<typeof createFarm> {
    const farm = createFarm(2);
    farm.submit('job');
    farm.send({ kind: 'recovery-started', expectedAgentIds: ['rack', 'other'], untilMs: 12_000 });
    return farm;
  }

  it('nothing is granted until all expected agents have attached, and their last results had time to arrive', () => {
    const farm = recovering();
    expect(farm.attach('other', [phone('p2')])).toEqual([]);
    expect(started(farm.attach('rack', [phone('p1')]))).toEqual([]);
    expect(started(farm.live(resultUnderWayMs - 500, ['rack', 'other']))).toEqual([]);
    expect(started(farm.live(500, ['rack', 'other']))).toHaveLength(1);
  });

  it('a result that was under way when its agent attached is not measured again', () => {
    const farm = recovering();
    farm.attach('other', [phone('p2')]);
    farm.attach('rack', [phone('p1')]);
    expect(farm.send(oldResult).map((effect) => effect.kind)).toEqual([
      'record-attempt',
      'job-ended',
    ]);
    expect(started(farm.live(12_000, ['rack', 'other']))).toEqual([]);
  });

  it('nothing is granted until the time is over when one does not come', () => {
    const farm = recovering();
    farm.attach('other', [phone('p2')]);
    expect(started(farm.live(11_000, ['other']))).toEqual([]);
    expect(started(farm.live(1_000, ['other']))).toEqual(['job@p2']);
  });

  it('a lease that an agent still holds is adopted, and its result counts', () => {
    const farm = recovering();
    farm.attach('rack', [phone('p1')], [old]);
    expect(farm.leaseOf('job')).toEqual(old);
    expect(farm.attach('other', [phone('p2')])).toEqual([]);
    expect(farm.send(oldResult).map((effect) => effect.kind)).toEqual([
      'record-attempt',
      'job-ended',
    ]);
  });

  it('a lease is adopted before its device is seen, and keeps the device when it comes', () => {
    const farm = recovering();
    farm.attach('rack', [], [old]);
    farm.submit('next');
    farm.send({ kind: 'device-attached', agentId: 'rack', device: phone('p1') });
    expect(farm.attach('other', [])).toEqual([]);
    expect(stateOfDevice(farm, 'p1')).toBe('leased');
    farm.send(oldResult);
    expect(started(farm.live(resultUnderWayMs, ['rack', 'other']))).toEqual(['next@p1']);
  });

  it('a result that the broker kept counts for a job that was not granted again', () => {
    expect(
      recovering()
        .send(oldResult)
        .map((effect) => effect.kind),
    ).toEqual(['record-attempt', 'job-ended']);
  });

  it('the same old fault, delivered twice, counts once', () => {
    const farm = recovering();
    const fault = { ...oldResult, outcome: farmFailure('timeout') };
    expect(farm.send(fault).map((effect) => effect.kind)).toEqual(['record-attempt']);
    expect(farm.send(fault).map((effect) => effect.kind)).toEqual(['discard-result']);
  });

  it('the newer of two old leases wins', () => {
    const farm = recovering();
    farm.attach('rack', [phone('p1')], [old]);
    const newer = leaseFor('other', { ...old, deviceSerial: 'p2', epoch: old.epoch + 1 });
    expect(farm.attach('other', [phone('p2')], [newer])).toMatchObject([
      { kind: 'stop-job', agentId: 'rack', lease: old },
    ]);
    expect(farm.leaseOf('job')).toEqual(newer);
  });

  it('an old result is dropped once the job was granted anew', () => {
    const farm = recovering();
    farm.attach('other', [phone('p2')]);
    farm.live(12_000, ['other']);
    expect(farm.leaseOf('job').deviceSerial).toBe('p2');
    expect(farm.send(oldResult).map((effect) => effect.kind)).toEqual(['discard-result']);
  });
});
