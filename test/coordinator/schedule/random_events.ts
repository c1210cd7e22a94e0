import fc from 'fast-check';
import type { SchedulerEffect } from '../../../coordinator/schedule/event/effect';
import {
  candidateFailure,
  createFarm,
  farmFailure,
  leaseFor,
  measured,
  phone,
  type Farm,
} from './farm';

export const targets = [
  'sm8550/tflite/cpu/int8',
  'sm8550/tflite/npu/int8',
  'sm8650/tflite/cpu/int8',
];
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
/** Sequences of events, each told by three numbers, so that a failing one shrinks. */
export const moves = fc.array(fc.tuple(fc.nat(99), fc.nat(11), fc.nat(11)), {
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
export function play(farm: Farm, [what, a, b]: Move): readonly SchedulerEffect[] {
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

/** Two agents with three devices each, of two pools. */
export function startedFarm(): Farm {
  const farm = createFarm();
  agents.forEach((agentId, agent) => farm.attach(agentId, serialsOf(agent).map(description)));
  return farm;
}
