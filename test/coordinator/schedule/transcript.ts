import type { Lease } from '../../../common/job';
import type { SchedulerEffect } from '../../../coordinator/schedule/event/effect';
import {
  candidateFailure,
  createFarm,
  defaultTarget,
  farmFailure,
  measured,
  phone,
  type Farm,
} from './farm';
import { candidateFaultCodes, farmFaultCodes } from '../../../common/fault';
import type { Outcome } from '../../../common/job';

/**
 * Replays a scenario: lines without indent are events, `#` lines are for the reader, indented lines are the effects that
 * followed. Returns the scenario with the effects that really follow. Leases are named by their order of appearance.
 */
export function replayTranscript(text: string): string {
  const reader: Reader = { farm: createFarm(), leases: [], agents: new Map() };
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('  ')) continue;
    lines.push(line);
    if (line === '' || line.startsWith('#')) continue;
    for (const effect of obey(reader, line.split(' ')))
      lines.push(`  ${describeEffect(reader, effect)}`);
  }
  return lines.join('\n');
}

interface Reader {
  farm: Farm;
  readonly leases: Lease[];
  /** By epoch: who was granted the lease. */
  readonly agents: Map<number, string>;
}

function obey(reader: Reader, words: readonly string[]): readonly SchedulerEffect[] {
  const { farm } = reader;
  const [verb = '', subject = '', ...rest] = words;
  switch (verb) {
    case 'restart': {
      const nowMs = farm.nowMs;
      reader.farm = createFarm(Number(subject));
      reader.farm.nowMs = nowMs;
      return reader.farm.send({ kind: 'tick' });
    }
    case 'recover':
      return farm.send({
        kind: 'recovery-started',
        expectedAgentIds: subject.split(','),
        untilMs: farm.nowMs + Number(rest[0]) * 1000,
      });
    case 'wait':
      return farm.after(Number(subject) * 1000);
    case 'live':
      return farm.live(Number(subject) * 1000, rest);
    case 'attach': {
      const serials = rest.filter((word) => !isLease(word));
      return farm.attach(
        subject,
        serials.map((serial) => phone(serial)),
        rest.filter(isLease).map((word) => leaseNamed(reader, word)),
      );
    }
    case 'hear':
      return farm.hear(
        subject,
        rest.map((word) => leaseNamed(reader, word)),
      );
    case 'detach':
      return farm.send({ kind: 'agent-detached', agentId: subject });
    case 'unplug':
      return farm.send({
        kind: 'device-detached',
        agentId: subject,
        deviceSerial: rest[0] ?? '',
        reason: 'unplugged',
      });
    case 'plug':
      return farm.send({ kind: 'device-attached', agentId: subject, device: phone(rest[0] ?? '') });
    case 'drain':
      return farm.send({ kind: 'device-drained', deviceSerial: subject });
    case 'resume':
      return farm.send({ kind: 'device-resumed', deviceSerial: subject });
    case 'submit':
      return farm.submit(subject, {
        target: defaultTarget,
        owner: { ownerId: rest[0] ?? 'search' },
      });
    case 'end':
      return farm.send({ kind: 'owner-ended', ownerId: subject });
    case 'result':
      return farm.send({
        kind: 'result-arrived',
        ...reported(reader, subject),
        outcome: outcomeNamed(rest[0] ?? ''),
      });
    default:
      throw new Error(`no such event in a transcript: ${verb}`);
  }
}

function outcomeNamed(name: string): Outcome {
  const farmCode = farmFaultCodes.find((code) => code === name);
  const candidateCode = candidateFaultCodes.find((code) => code === name);
  return farmCode !== undefined
    ? farmFailure(farmCode)
    : candidateCode !== undefined
      ? candidateFailure(candidateCode)
      : measured;
}

function describeEffect(reader: Reader, effect: SchedulerEffect): string {
  switch (effect.kind) {
    case 'run-job':
      reader.agents.set(effect.lease.epoch, effect.agentId);
      return `run-job ${effect.job.jobId} on ${effect.agentId}/${effect.lease.deviceSerial} as ${nameOf(reader, effect.lease)}`;
    case 'stop-job':
      return `stop-job ${nameOf(reader, effect.lease)} at ${effect.agentId}`;
    case 'prefetch-artifact':
      return `prefetch ${effect.artifact.digest} to ${effect.agentId}`;
    case 'end-agent':
      return `end the stream of ${effect.agentId}`;
    case 'record-attempt':
      return `record ${nameOf(reader, effect.lease)} ${effect.outcome.kind === 'measured' ? 'measured' : effect.outcome.code}`;
    case 'discard-result':
      return `discard ${nameOf(reader, effect.lease)}`;
    case 'job-ended':
      return `job ${effect.jobId} ${effect.end.kind}`;
  }
}

function isLease(word: string): boolean {
  return /^lease\d+$/.test(word);
}

function leaseNamed(reader: Reader, name: string): Lease {
  const lease = reader.leases[Number(name.slice('lease'.length)) - 1];
  if (lease === undefined) throw new Error(`no ${name} was granted yet`);
  return lease;
}

function reported(
  reader: Reader,
  name: string,
): { readonly agentId: string; readonly lease: Lease } {
  const lease = leaseNamed(reader, name);
  return { agentId: reader.agents.get(lease.epoch) ?? 'nobody', lease };
}

function nameOf(reader: Reader, lease: Lease): string {
  const known = reader.leases.findIndex((other) => other.epoch === lease.epoch);
  return `lease${String(known >= 0 ? known + 1 : reader.leases.push(lease))}`;
}
