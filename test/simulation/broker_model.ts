import type { JobResult } from '../../common/job';
import type { Profile } from './profile';
import type { World } from './world';

/** JetStream as the farm uses it: durable, at least once, in any order. Nothing it has acknowledged is ever lost. */
export class BrokerModel {
  private readonly stored = new Map<number, JobResult>();
  private count = 0;

  /** `consumer` returns whether the message is acknowledged. */
  constructor(
    private readonly world: World,
    private readonly profile: () => Profile,
    private readonly consumer: (result: JobResult) => boolean,
  ) {}

  get isEmpty(): boolean {
    return this.stored.size === 0;
  }

  publish(result: JobResult, acknowledged: () => void): void {
    const { world } = this;
    if (world.chance(this.profile().messageLoss)) return;
    world.after(this.delayMs(), () => {
      const id = this.count;
      this.count += 1;
      this.stored.set(id, result);
      if (!world.chance(this.profile().messageLoss))
        world.after(world.between(1, 50), acknowledged);
      this.deliverLater(id, this.delayMs());
      if (world.chance(this.profile().replay))
        world.after(world.between(1, 30_000), () => void this.consumer(result));
    });
  }

  /** What a consumer gets that starts again: everything not acknowledged, oldest first. */
  deliverBacklog(): void {
    for (const id of [...this.stored.keys()]) this.deliver(id);
  }

  private deliverLater(id: number, delayMs: number): void {
    this.world.after(delayMs, () => {
      this.deliver(id);
      if (this.stored.has(id)) this.deliverLater(id, redeliveryMs);
    });
  }

  private deliver(id: number): void {
    const result = this.stored.get(id);
    if (
      result !== undefined &&
      this.consumer(result) &&
      !this.world.chance(this.profile().messageLoss)
    )
      this.stored.delete(id);
  }

  private delayMs(): number {
    return this.world.chance(this.profile().slowDelivery)
      ? this.world.between(100, 15_000)
      : this.world.between(1, 40);
  }
}

const redeliveryMs = 5_000;
