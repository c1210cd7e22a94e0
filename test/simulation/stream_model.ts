import type { DeviceDescription } from '../../common/device';
import type { Lease } from '../../common/job';
import type { SchedulerEffect } from '../../coordinator/schedule/event/effect';
import type { Profile } from './profile';
import type { World } from './world';

export type AgentMessage =
  | {
      readonly kind: 'hello';
      readonly devices: readonly DeviceDescription[];
      readonly heldLeases: readonly Lease[];
    }
  | { readonly kind: 'heartbeat'; readonly heldLeases: readonly Lease[] }
  | { readonly kind: 'device-attached'; readonly device: DeviceDescription }
  | { readonly kind: 'device-detached'; readonly serial: string };

export type Command = Extract<
  SchedulerEffect,
  { readonly kind: 'run-job' | 'stop-job' | 'prefetch-artifact' }
>;

/** One gRPC stream: in order while it lives; what is under way when it breaks is gone, and each side notices in its own time. */
export class StreamModel {
  private open = true;
  private agentTurnMs = 0;
  private coordinatorTurnMs = 0;
  toAgent: (command: Command) => void = () => undefined;
  toCoordinator: (message: AgentMessage) => void = () => undefined;
  agentClosed: () => void = () => undefined;
  coordinatorClosed: () => void = () => undefined;

  constructor(
    private readonly world: World,
    private readonly profile: () => Profile,
    readonly agentId: string,
  ) {}

  sendToCoordinator(message: AgentMessage): void {
    this.coordinatorTurnMs = this.send(
      this.coordinatorTurnMs,
      () => this.toCoordinator(message),
      message.kind === 'hello',
    );
  }

  sendToAgent(command: Command): void {
    this.agentTurnMs = this.send(this.agentTurnMs, () => this.toAgent(command), false);
  }

  break(): void {
    if (!this.open) return;
    this.open = false;
    const noticeMs = (): number =>
      this.world.chance(0.3) ? this.world.between(1_000, 8_000) : this.world.between(1, 100);
    this.world.after(noticeMs(), () => this.agentClosed());
    this.world.after(noticeMs(), () => this.coordinatorClosed());
  }

  /** Harsher than gRPC: single messages may vanish from a stream that lives on, except the first. */
  private send(turnMs: number, arrive: () => void, certain: boolean): number {
    const { world } = this;
    if (!certain && world.chance(this.profile().messageLoss / 3)) return turnMs;
    const delayMs = world.chance(this.profile().slowDelivery)
      ? world.between(50, 2_000)
      : world.between(1, 20);
    const atMs = Math.max(turnMs, world.nowMs + delayMs);
    world.after(atMs - world.nowMs, () => {
      if (this.open) arrive();
    });
    return atMs;
  }
}
