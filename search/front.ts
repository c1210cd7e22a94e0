import { GrowingArea } from './hypervolume';
import { dominates } from './point';

/** An architecture and what was found of it on one target. */
export interface FrontMember {
  readonly architecture: string;
  readonly latencyMs: number;
  readonly accuracyPercent: number;
}

/** Measurements that fix the reference: enough to see the scale, few enough to have it early. */
const referenceSampleSize = 10;
/** Room beyond the worst of the sample, so that the ends of the front count. */
const referenceMargin = 1.1;

/**
 * The non-dominated set of one target while measurements arrive, fastest first. Its hypervolume is the share of the box
 * from (0 ms, 0 % error) to a reference point that the front dominates. The reference is the worst latency and the worst error of the first ten
 * measurements, each times 1.1; from then on it stays, so the hypervolume can only grow, and compares within a search
 * and target, not across them.
 */
export class Front {
  #members: FrontMember[] = [];
  #sampled = 0;
  #reference: readonly [number, number] = [0, 0];
  #area = new GrowingArea([0, 0]);

  /** Fastest first. */
  get members(): readonly FrontMember[] {
    return this.#members;
  }

  /** From 0 to below 1. */
  get hypervolume(): number {
    const [latencyMs, errorPercent] = this.#reference;
    return this.#sampled === 0 ? 0 : this.#area.area / (latencyMs * errorPercent);
  }

  /** It stays from now on. */
  get hasReference(): boolean {
    return this.#sampled >= referenceSampleSize;
  }

  /** What these would dominate, by the reference as it is now. */
  hypervolumeOf(members: readonly FrontMember[]): number {
    return this.hypervolumesOf(members).at(-1) ?? 0;
  }

  /** The same after each of them; undefined adds nothing. */
  hypervolumesOf(members: readonly (FrontMember | undefined)[]): number[] {
    const [latencyMs, errorPercent] = this.#reference;
    const area = new GrowingArea(this.#reference);
    return members.map((member) => {
      if (member !== undefined) area.insert(...pointOf(member));
      return this.#sampled === 0 ? 0 : area.area / (latencyMs * errorPercent);
    });
  }

  /** The latency of the fastest member that is at least as accurate; Infinity when there is none. */
  joinsBelowMs(accuracyPercent: number): number {
    return (
      this.#members.find((member) => member.accuracyPercent >= accuracyPercent)?.latencyMs ??
      Infinity
    );
  }

  insert(member: FrontMember): void {
    const point = pointOf(member);
    if (!this.#members.some((other) => dominates(pointOf(other), point))) {
      const kept = this.#members.filter((other) => !dominates(point, pointOf(other)));
      this.#members = [...kept, member].sort(
        (a, b) => a.latencyMs - b.latencyMs || b.accuracyPercent - a.accuracyPercent,
      );
    }
    if (this.#sampled < referenceSampleSize) this.#moveReference(point);
    else this.#area.insert(...point);
  }

  #moveReference([latencyMs, errorPercent]: readonly [number, number]): void {
    this.#sampled += 1;
    this.#reference = [
      Math.max(this.#reference[0], latencyMs * referenceMargin),
      Math.max(this.#reference[1], errorPercent * referenceMargin),
    ];
    this.#area = new GrowingArea(this.#reference);
    for (const member of this.#members) this.#area.insert(...pointOf(member));
  }
}

/** What is minimised: latency in milliseconds and error in percent. */
export function pointOf(member: FrontMember): readonly [number, number] {
  return [member.latencyMs, 100 - member.accuracyPercent];
}
