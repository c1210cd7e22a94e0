import fc from 'fast-check';
import { chooseJob } from '../../../coordinator/schedule/transition/match';
import type { SchedulerEffect } from '../../../coordinator/schedule/event/effect';
import type { SchedulerState } from '../../../coordinator/schedule/state/scheduler_state';
import { chooseByScan } from './matching_oracle';
import {
  candidateFailure,
  createFarm,
  farmFailure,
  measured,
  phone,
  type Farm,
  leaseFor,
} from './farm';

const targets = ['sm8550/tflite/cpu/int8', 'sm8550/tflite/npu/int8', 'sm8650/tflite/cpu/int8'];
const outcomes = [
  measured,
  measured,
  measured,
  candidateFailure('crashed'),
  candidateFailure('invalid-model'),
  farmFailure('timeout'),
  farmFailure('disconnected'),
  farmFailure('too-hot'),
  farmFailure('tool-failed'),
];
const agents = ['rack', 'shelf'];

type Move = readonly [number, number, number];
const moves = fc.array(fc.tuple(fc.nat(99), fc.nat(11), fc.nat(11)), {
  minLength: 1,
  maxLength: 120,
});

function serialsOf(agent: number): readonly string[] {
  return [0, 1, 2].map((index) => `${agents[agent] ?? ''}-${String(index)}`);
}

function description(serial: string): ReturnType<typeof phone> {
  return serial.endsWith('2')
    ? phone(serial, [targets[2]!])
    : phone(serial, serial.endsWith('1') ? targets.slice(0, 1) : targets.slice(0, 2));
}

/** Any event that the outside world may send, sensible or not. */
function play(farm: Farm, [what, a, b]: Move): readonly SchedulerEffect[] {
  const agent = a % agents.length;
  const agentId = agents[agent]!;
  const serial = serialsOf(agent)[b % 3]!;
  const leases = [...farm.state.leases.values()];
  const held = leases
    .filter((active, index) => active.agentId === agentId && (b + index) % 4 !== 0)
    .map((active) => active.lease);
  const active = leases[b % Math.max(1, leases.length)];
  const lease =
    active?.lease ??
    leaseFor(agentId, { jobId: `job-${String(a)}`, deviceSerial: serial, epoch: b });
  // Now and then from another agent than the lease's.
  const reporterId = what % 5 === 0 ? agentId : (active?.agentId ?? agentId);
  const ownerId = `owner-${String(a % 4)}`;
  if (what < 30)
    return farm.submit(`job-${String(a)}-${String(b)}-${String(what % 3)}`, {
      target: targets[b % 3]!,
      digest: `digest-${String(b)}`,
      owner: { ownerId, priority: a % 2, weight: 1 + (b % 3) },
    });
  if (what < 60)
    return farm.send({
      kind: 'result-arrived',
      lease: what % 7 === 0 ? leaseFor(reporterId, { ...lease, epoch: lease.epoch - 1 }) : lease,
      agentId: reporterId,
      outcome: outcomes[a % outcomes.length]!,
    });
  if (what < 68) return farm.hear(agentId, held);
  if (what < 74)
    return farm.attach(
      agentId,
      serialsOf(agent)
        .filter((_, index) => (b >> index) % 2 === 0)
        .map(description),
      held,
    );
  if (what < 80) return farm.after(b * 1_000);
  if (what < 83) return farm.send({ kind: 'agent-detached', agentId });
  if (what < 86)
    return farm.send({ kind: 'device-attached', agentId, device: description(serial) });
  if (what < 89)
    return farm.send({
      kind: 'device-detached',
      agentId,
      deviceSerial: serial,
      reason: 'unplugged',
    });
  if (what < 91) return farm.send({ kind: 'device-drained', deviceSerial: serial });
  if (what < 94) return farm.send({ kind: 'device-resumed', deviceSerial: serial });
  if (what < 95) return farm.send({ kind: 'device-removed', deviceSerial: serial });
  if (what < 97) return farm.send({ kind: 'owner-paused', ownerId });
  if (what < 99) return farm.send({ kind: 'owner-resumed', ownerId });
  return farm.send({ kind: 'owner-ended', ownerId });
}

function startedFarm(): Farm {
  const farm = createFarm();
  agents.forEach((agentId, agent) => farm.attach(agentId, serialsOf(agent).map(description)));
  return farm;
}

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
