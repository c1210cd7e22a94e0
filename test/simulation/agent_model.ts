import { candidateFault, farmFault } from '../../common/fault';
import type { Job, JobResult, Lease, Outcome } from '../../common/job';
import { heartbeatIntervalMs } from '../../coordinator/schedule/state/limits';
import { measured, phone } from '../coordinator/schedule/farm';
import type { BrokerModel } from './broker_model';
import type { Profile } from './profile';
import type { Referee } from './referee';
import type { Command, StreamModel } from './stream_model';
import type { World } from './world';

interface Running {
  readonly job: Job;
  readonly lease: Lease;
}

interface Phone {
  readonly serial: string;
  readonly targets: readonly string[];
  plugged: boolean;
  running: Running | null;
}

interface AgentParts {
  readonly world: World;
  readonly profile: () => Profile;
  readonly broker: BrokerModel;
  readonly referee: Referee;
  /** A new stream to the coordinator; undefined while it is down. */
  readonly connect: (agentId: string) => StreamModel | undefined;
}

/** Not the phones' own: the referee tells it by its identity. */
const forgedOutcome: Outcome = { ...measured };
const mishaps: readonly Outcome[] = [
  farmFault('too-hot', '44 degrees'),
  farmFault('transfer-failed', 'short push'),
  farmFault('tool-failed', 'exit status 1'),
];
const publishRetryMs = 2_000;
const reconnectMs = 700;
const sessionDeadlineMs = 15_000;

/** An agent process with its phones. The spool is on disk and survives its death; everything else does not. */
export class AgentModel {
  private readonly spool: JobResult[] = [];
  private stream: StreamModel | undefined;
  /** Counts the process's lives, so that what one life planned does not happen in the next. */
  private life = 0;
  private alive = true;

  constructor(
    private readonly parts: AgentParts,
    readonly agentId: string,
    readonly phones: readonly Phone[],
  ) {}

  get isIdle(): boolean {
    return this.spool.length === 0 && this.phones.every((one) => one.running === null);
  }

  start(): void {
    this.alive = true;
    this.life += 1;
    this.connect();
    this.inThisLife(heartbeatIntervalMs, () => this.heartbeat());
    for (const result of this.spool) this.publish(result);
  }

  die(): void {
    this.alive = false;
    this.life += 1;
    for (const one of this.phones) one.running = null;
    this.stream?.break();
    this.stream = undefined;
  }

  get isAlive(): boolean {
    return this.alive;
  }

  breakStream(): void {
    this.stream?.break();
  }

  unplug(one: Phone): void {
    if (!one.plugged) return;
    one.plugged = false;
    this.stream?.sendToCoordinator({ kind: 'device-detached', serial: one.serial });
    if (one.running !== null) this.finish(one, one.running, farmFault('disconnected', 'unplugged'));
  }

  plug(one: Phone): void {
    if (one.plugged) return;
    one.plugged = true;
    this.stream?.sendToCoordinator({
      kind: 'device-attached',
      device: phone(one.serial, one.targets),
    });
  }

  private connect(): void {
    const stream = this.parts.connect(this.agentId);
    if (stream === undefined) {
      this.inThisLife(reconnectMs, () => this.connect());
      return;
    }
    this.stream = stream;
    stream.toAgent = (command) => this.obey(command);
    stream.agentClosed = () => {
      if (this.stream !== stream) return;
      this.stream = undefined;
      this.inThisLife(reconnectMs, () => this.connect());
    };
    const devices = this.phones
      .filter((one) => one.plugged)
      .map((one) => phone(one.serial, one.targets));
    stream.sendToCoordinator({ kind: 'hello', devices, heldLeases: this.heldLeases() });
  }

  private heartbeat(): void {
    this.stream?.sendToCoordinator({ kind: 'heartbeat', heldLeases: this.heldLeases() });
    this.inThisLife(heartbeatIntervalMs, () => this.heartbeat());
  }

  private heldLeases(): readonly Lease[] {
    const running = this.phones.flatMap((one) => (one.running === null ? [] : [one.running.lease]));
    return [...running, ...this.spool.map((result) => result.lease)];
  }

  private obey(command: Command): void {
    if (!this.alive) return;
    if (command.kind === 'run-job') this.run(command.job, command.lease);
    if (command.kind === 'stop-job') this.stop(command.lease);
  }

  private run(job: Job, lease: Lease): void {
    const one = this.phones.find((candidate) => candidate.serial === lease.deviceSerial);
    if (one === undefined || one.running?.lease.epoch === lease.epoch) return;
    const running = { job, lease };
    // A new lease for a busy phone means that the old one is void.
    one.running = running;
    if (!one.plugged) {
      this.finish(one, running, farmFault('disconnected', 'not plugged in'));
      return;
    }
    this.parts.referee.physicalStart(lease);
    this.mayBeForged(job, lease);
    const { outcome, tookMs } = this.measure(job);
    this.inThisLife(tookMs, () => {
      if (one.running === running) this.finish(one, running, outcome);
    });
  }

  /** A stranger knows the job, the phone and the epoch, and may pose as any agent; the nonce is what it does not know. */
  private mayBeForged(job: Job, lease: Lease): void {
    const { world, broker } = this.parts;
    if (!world.chance(this.parts.profile().forgery)) return;
    const isGuess = world.chance(0.5);
    const forged: JobResult = {
      lease: isGuess ? { ...lease, nonce: 'guessed' } : lease,
      agentId: isGuess ? this.agentId : 'stranger',
      artifactDigest: job.artifact.digest,
      outcome: forgedOutcome,
    };
    world.after(world.between(0, 6_000), () => broker.publish(forged, () => undefined));
  }

  private measure(job: Job): { readonly outcome: Outcome; readonly tookMs: number } {
    const { world } = this.parts;
    const { hang, farmFault: faultRate } = this.parts.profile();
    if (world.chance(hang))
      return { outcome: farmFault('timeout', 'hung'), tookMs: sessionDeadlineMs };
    if (world.chance(faultRate))
      return {
        outcome: mishaps[world.between(0, mishaps.length)]!,
        tookMs: world.between(50, 1_000),
      };
    const tookMs = world.between(500, 6_000);
    if (job.artifact.digest.startsWith('refused'))
      return { outcome: candidateFault('unsupported-operator', 'op 42'), tookMs };
    if (job.artifact.digest.startsWith('crashing'))
      return { outcome: candidateFault('crashed', 'signal 11'), tookMs };
    return { outcome: measured, tookMs };
  }

  private finish(one: Phone, running: Running, outcome: Outcome): void {
    one.running = null;
    const result: JobResult = {
      lease: running.lease,
      agentId: this.agentId,
      artifactDigest: running.job.artifact.digest,
      outcome,
    };
    this.spool.push(result);
    this.parts.referee.physicalEnd(result);
    this.publish(result);
  }

  private publish(result: JobResult): void {
    if (!this.spool.includes(result)) return;
    this.parts.broker.publish(result, () => this.forget(result));
    this.inThisLife(publishRetryMs, () => this.publish(result));
  }

  private stop(lease: Lease): void {
    const holds = (held: Lease): boolean =>
      held.jobId === lease.jobId && held.epoch === lease.epoch;
    for (const one of this.phones)
      if (one.running !== null && holds(one.running.lease)) one.running = null;
    for (const result of this.spool.filter((spooled) => holds(spooled.lease))) this.forget(result);
  }

  private forget(result: JobResult): void {
    const at = this.spool.indexOf(result);
    if (at >= 0) this.spool.splice(at, 1);
  }

  private inThisLife(delayMs: number, action: () => void): void {
    const { life } = this;
    this.parts.world.after(delayMs, () => {
      if (this.life === life) action();
    });
  }
}
