import type { Job, JobResult } from '../../common/job';
import type { SchedulerEffect } from '../../coordinator/schedule/event/effect';
import type { UntimedEvent, SchedulerEvent } from '../../coordinator/schedule/event/event';
import type { JobOwner } from '../../coordinator/schedule/state/owner';
import {
  initialState,
  type SchedulerState,
} from '../../coordinator/schedule/state/scheduler_state';
import { step } from '../../coordinator/schedule/step';
import { leaseDurationMs } from '../../coordinator/schedule/state/limits';
import type { LedgerModel, LedgerWrite } from './ledger_model';
import type { Profile } from './profile';
import type { Referee } from './referee';
import type { SearchHost, SearchModel } from './search_model';
import { type AgentMessage, StreamModel } from './stream_model';
import { sampleNonceOf } from '../coordinator/sample_fleet';
import type { World } from './world';

interface CoordinatorParts {
  readonly world: World;
  readonly profile: () => Profile;
  readonly ledger: LedgerModel;
  readonly referee: Referee;
  readonly searches: readonly SearchModel[];
}

const tickMs = 500;

/** The process dies here. */
class Crash extends Error {}

/** The coordinator's process around the real scheduler: ledger first, then commands, then the acknowledgement. */
export class CoordinatorModel {
  /** Null while the process is dead. */
  state: SchedulerState | null = null;
  steps = 0;
  suspends = 0;
  /** Counts the process's lives, so that what one planned does not happen in the next. */
  private life = 0;
  /** How far its clock is ahead of the world's: each suspend adds to it. */
  private aheadMs = 0;
  private readonly streams = new Map<string, StreamModel>();

  constructor(private readonly parts: CoordinatorParts) {
    parts.world.every(tickMs, () => this.happens({ kind: 'tick' }));
  }

  /** As ARCHITECTURE.md says: the ledger's open jobs, then what the broker kept, and only then the agents. */
  start(deliverBacklog: () => void): void {
    const { ledger } = this.parts;
    if (this.state !== null) return;
    const atMs = this.nowMs();
    this.state = initialState({
      incarnation: ledger.beginIncarnation(),
      nowMs: atMs,
      nonceOf: sampleNonceOf,
    });
    for (const ownerId of ledger.pausedOwnerIds) this.happens({ kind: 'owner-paused', ownerId });
    for (const { job, owner } of ledger.openJobs())
      this.happens({ kind: 'job-submitted', job, owner });
    this.happens({
      kind: 'recovery-started',
      expectedAgentIds: [...ledger.agentIds],
      untilMs: atMs + leaseDurationMs,
    });
    deliverBacklog();
    for (const search of this.parts.searches) this.guarded(() => search.start(this.host()));
  }

  crash(): void {
    if (this.state === null) return;
    this.state = null;
    this.life += 1;
    for (const search of this.parts.searches) search.die();
    this.parts.referee.coordinatorDied();
    for (const stream of this.streams.values()) stream.break();
    this.streams.clear();
  }

  /** The machine slept: to the process, that time passes from one event to the next. */
  suspend(durationMs: number): void {
    this.aheadMs += durationMs;
    this.suspends += 1;
  }

  private nowMs(): number {
    return this.parts.world.nowMs + this.aheadMs;
  }

  accept(agentId: string): StreamModel | undefined {
    if (this.state === null) return undefined;
    const stream = new StreamModel(this.parts.world, this.parts.profile, agentId);
    stream.toCoordinator = (message) => this.hear(stream, message);
    stream.coordinatorClosed = () => {
      if (this.streams.get(agentId) !== stream) return;
      this.streams.delete(agentId);
      this.happens({ kind: 'agent-detached', agentId });
    };
    return stream;
  }

  submit(job: Job, owner: JobOwner): void {
    this.parts.ledger.saveJob(job, owner);
    this.happens({ kind: 'job-submitted', job, owner });
  }

  /** @returns whether the message may be acknowledged. */
  consume(result: JobResult): boolean {
    if (this.state === null) return false;
    return this.happens({
      kind: 'result-arrived',
      lease: result.lease,
      agentId: result.agentId,
      outcome: result.outcome,
    });
  }

  /** @returns false when the process was dead or died in the middle. */
  happens(happening: UntimedEvent): boolean {
    if (this.state === null) return false;
    const before = this.state;
    const event: SchedulerEvent = { ...happening, atMs: this.nowMs() };
    const { state, effects } = step(before, event);
    this.state = state;
    this.steps += 1;
    this.parts.referee.judge(before, state, event, effects);
    return this.guarded(() => this.perform(effects));
  }

  /** A search that was just created. */
  takeUp(search: SearchModel): void {
    if (this.state !== null) this.guarded(() => search.start(this.host()));
  }

  /** @returns false when the process died in the middle. */
  guarded(action: () => void): boolean {
    const { life } = this;
    try {
      action();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      this.crash();
    }
    return this.life === life;
  }

  /** This life of the process, as a search sees it. */
  private host(): SearchHost {
    const { life } = this;
    const { world, ledger } = this.parts;
    return {
      ledger,
      nowMs: () => this.nowMs(),
      later: (mostMs, action) =>
        world.after(world.between(1, mostMs), () => {
          if (this.life === life) this.guarded(action);
        }),
      mayDie: () => this.mayCrash(),
      dispatch: (event) => void this.happens(event),
    };
  }

  private perform(effects: readonly SchedulerEffect[]): void {
    const writes = effects.filter(
      (effect): effect is LedgerWrite =>
        effect.kind === 'record-attempt' || effect.kind === 'job-ended',
    );
    if (writes.length > 0) {
      this.mayCrash();
      this.parts.ledger.commit(writes);
      const ended = writes.filter((write) => write.kind === 'job-ended');
      for (const write of ended) this.searchOf(write.ownerId)?.committed(write);
      this.mayCrash();
      for (const write of ended) this.searchOf(write.ownerId)?.heard(write);
    }
    for (const effect of effects) {
      if (effect.kind === 'end-agent') this.streams.get(effect.agentId)?.break();
      if (
        effect.kind === 'run-job' ||
        effect.kind === 'stop-job' ||
        effect.kind === 'prefetch-artifact'
      )
        this.streams.get(effect.agentId)?.sendToAgent(effect);
    }
  }

  private searchOf(ownerId: string): SearchModel | undefined {
    return this.parts.searches.find(({ searchId }) => searchId === ownerId);
  }

  private mayCrash(): void {
    if (this.parts.world.chance(this.parts.profile().crashAroundCommit)) throw new Crash();
  }

  private hear(stream: StreamModel, message: AgentMessage): void {
    if (this.state === null) return;
    const { agentId } = stream;
    if (message.kind === 'hello') {
      this.streams.set(agentId, stream);
      this.parts.ledger.agentIds.add(agentId);
      this.happens({
        kind: 'agent-attached',
        agentId,
        devices: message.devices,
        heldLeases: message.heldLeases,
      });
      return;
    }
    if (this.streams.get(agentId) !== stream) return;
    if (message.kind === 'heartbeat')
      this.happens({ kind: 'agent-heard', agentId, heldLeases: message.heldLeases });
    if (message.kind === 'device-attached')
      this.happens({ kind: 'device-attached', agentId, device: message.device });
    if (message.kind === 'device-detached')
      this.happens({
        kind: 'device-detached',
        agentId,
        deviceSerial: message.serial,
        reason: 'unplugged',
      });
  }
}
