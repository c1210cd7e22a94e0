import fc from 'fast-check';
import type { SchedulerState } from '../../../coordinator/schedule/state/scheduler_state';
import { chooseJob } from '../../../coordinator/schedule/transition/match';
import { chooseByScan } from './matching_oracle';
import { moves, play, startedFarm } from './random_events';

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  // The collections' own insides cache hashes; their members are ours.
  if (Symbol.iterator in value && !Array.isArray(value))
    for (const member of value as Iterable<unknown>) deepFreeze(member);
  else for (const member of Object.values(value)) deepFreeze(member);
}

function expectSoundBooks(state: SchedulerState): void {
  const leasedJobs = state.jobs.filter((open) => open.state.kind === 'leased');
  expect(leasedJobs.size).toBe(state.leases.size);
  for (const [serial, { lease }] of state.leases) {
    expect(lease.deviceSerial).toBe(serial);
    expect(state.jobs.get(lease.jobId)?.state).toEqual({ kind: 'leased', lease });
  }
  for (const [serial, device] of state.devices) {
    expect(device.state.kind === 'leased').toBe(state.leases.has(serial));
    const reachable = state.agents.get(device.agentId)?.state.kind === 'attached';
    for (const [name, pool] of state.pools)
      expect(pool.idleSerials.has(serial)).toBe(
        name === device.description.pool && device.state.kind === 'idle' && reachable,
      );
  }
  const queued = state.pools.reduce(
    (sum, pool) =>
      sum +
      pool.queues.reduce(
        (all, queues) => all + queues.reduce((own, queue) => own + queue.size, 0),
        0,
      ),
    0,
  );
  expect(queued).toBe(state.jobs.size - state.leases.size);
  for (const [ownerId, owner] of state.owners)
    expect(owner.openJobs).toBe(state.jobs.count((open) => open.ownerId === ownerId));
  const accounted = state.pools.reduce(
    (sum, pool) => sum + pool.shares.reduce((all, share) => all + share.openJobs, 0),
    0,
  );
  expect(accounted).toBe(state.jobs.size);
}

describe('step, after any events', () => {
  it('keeps sound books: one lease per device and job, every open job queued or leased, every index right', () => {
    fc.assert(
      fc.property(moves, (played) => {
        const farm = startedFarm();
        for (const move of played) {
          play(farm, move);
          expectSoundBooks(farm.state);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('loses no job: each is open, or has ended once, or its owner has gone', () => {
    fc.assert(
      fc.property(moves, (played) => {
        const farm = startedFarm();
        for (const move of played) {
          const before = farm.state;
          const ended = play(farm, move).flatMap((effect) =>
            effect.kind === 'job-ended' ? [effect.jobId] : [],
          );
          const gone = [...before.jobs.keys()].filter((jobId) => !farm.state.jobs.has(jobId));
          const ownerEnded = move[0] === 99;
          // A job that asks for what was just measured ends in the step that brings it.
          const known = ended.filter((jobId) => before.jobs.has(jobId));
          expect(ended.length - known.length).toBeLessThanOrEqual(move[0] < 30 ? 1 : 0);
          expect(known.toSorted()).toEqual(ownerEnded ? [] : gone.toSorted());
        }
      }),
      { numRuns: 60 },
    );
  });

  it('grants epochs that only grow, each to a device without a lease and a job without one', () => {
    fc.assert(
      fc.property(moves, (played) => {
        const farm = startedFarm();
        let highest = 0;
        for (const move of played) {
          // Within one step too: the world hears of an end before it hears of the next grant.
          const leased = new Map(
            [...farm.state.leases].map(([serial, { lease }]) => [serial, lease.jobId]),
          );
          for (const effect of play(farm, move)) {
            if (effect.kind === 'record-attempt' || effect.kind === 'stop-job') {
              if (leased.get(effect.lease.deviceSerial) === effect.lease.jobId)
                leased.delete(effect.lease.deviceSerial);
            } else if (effect.kind === 'run-job') {
              expect(effect.lease.epoch).toBeGreaterThan(highest);
              highest = effect.lease.epoch;
              const before = leased.get(effect.lease.deviceSerial);
              // Silence ends a lease without an effect; then its job is not this device's any more.
              if (before !== undefined)
                expect(farm.state.leases.get(effect.lease.deviceSerial)?.lease.jobId).not.toBe(
                  before,
                );
              leased.set(effect.lease.deviceSerial, effect.lease.jobId);
            }
          }
          const jobs = [...farm.state.leases.values()].map(({ lease }) => lease.jobId);
          expect(new Set(jobs).size).toBe(jobs.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('frees all that an owner had when the owner ends, wherever it was', () => {
    fc.assert(
      fc.property(moves, fc.nat(3), (played, number) => {
        const farm = startedFarm();
        for (const move of played) play(farm, move);
        const ownerId = `owner-${String(number)}`;
        const had = [...farm.state.jobs.values()].filter((open) => open.ownerId === ownerId);
        const running = [...farm.state.leases.values()].filter(({ lease }) =>
          had.some((open) => open.job.jobId === lease.jobId),
        );
        const effects = farm.send({ kind: 'owner-ended', ownerId });
        expect(farm.state.owners.has(ownerId)).toBe(false);
        for (const { job } of had) expect(farm.state.jobs.has(job.jobId)).toBe(false);
        for (const { lease, agentId } of running) {
          expect(effects).toContainEqual({ kind: 'stop-job', agentId, lease });
          expect(farm.state.leases.get(lease.deviceSerial)?.lease.jobId).not.toBe(lease.jobId);
        }
        for (const pool of farm.state.pools.values()) {
          for (const queues of pool.queues.values()) expect(queues.has(ownerId)).toBe(false);
        }
        expectSoundBooks(farm.state);
      }),
      { numRuns: 60 },
    );
  });

  it('takes no time back: neither now, nor what a device has worked, nor an end that was told', () => {
    fc.assert(
      fc.property(moves, (played) => {
        const farm = startedFarm();
        for (const move of played) {
          const before = farm.state;
          play(farm, move);
          const { state } = farm;
          expect(state.nowMs).toBeGreaterThanOrEqual(before.nowMs);
          for (const [serial, device] of state.devices)
            expect(device.busyMs).toBeGreaterThanOrEqual(before.devices.get(serial)?.busyMs ?? 0);
          for (const end of ['measured', 'reused', 'infeasible', 'abandoned'] as const)
            expect(state.endedCounts[end]).toBeGreaterThanOrEqual(before.endedCounts[end]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('leaves no device idle that has a job to do, and chooses as a scan of everything would', () => {
    fc.assert(
      fc.property(moves, (played) => {
        const farm = startedFarm();
        for (const move of played) {
          play(farm, move);
          for (const device of farm.state.devices.values()) {
            expect(chooseJob(farm.state, device)?.job.jobId).toBe(chooseByScan(farm.state, device));
            const idle =
              farm.state.pools
                .get(device.description.pool)
                ?.idleSerials.has(device.description.serial) === true;
            if (idle) expect(chooseByScan(farm.state, device)).toBeUndefined();
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is deterministic, and changes nothing that it was given', () => {
    fc.assert(
      fc.property(moves, (played) => {
        const [first, second] = [startedFarm(), startedFarm()];
        for (const move of played) {
          deepFreeze(first.state);
          expect(play(first, move)).toEqual(play(second, move));
        }
        expect(first.state.jobs.toJS()).toEqual(second.state.jobs.toJS());
      }),
      { numRuns: 30 },
    );
  });
});
