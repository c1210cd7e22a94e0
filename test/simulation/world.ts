import { createRandom, type Random } from '../../common/random';

interface Planned {
  readonly atMs: number;
  readonly order: number;
  readonly action: () => void;
}

/** Simulated time: actions run in the order of their times, and nothing else happens. */
export class World {
  nowMs = 0;
  readonly random: Random;
  private readonly heap: Planned[] = [];
  private planned = 0;

  constructor(seed: number) {
    this.random = createRandom(`farm-simulation-${String(seed)}`);
  }

  after(delayMs: number, action: () => void): void {
    this.push({ atMs: this.nowMs + delayMs, order: this.planned, action });
    this.planned += 1;
  }

  /** Every `periodMs` until the simulation ends. */
  every(periodMs: number, action: () => void): void {
    this.after(periodMs, () => {
      action();
      this.every(periodMs, action);
    });
  }

  chance(probability: number): boolean {
    return this.random.next() < probability;
  }

  between(lowest: number, highest: number): number {
    return Math.floor(lowest + this.random.next() * (highest - lowest));
  }

  run(untilMs: number, finished: () => boolean): void {
    for (
      let next = this.heap[0];
      next !== undefined && next.atMs <= untilMs && !finished();
      next = this.heap[0]
    ) {
      this.pop();
      this.nowMs = next.atMs;
      next.action();
    }
  }

  private push(item: Planned): void {
    const { heap } = this;
    let at = heap.push(item) - 1;
    for (
      let parent = (at - 1) >> 1;
      at > 0 && before(item, heap[parent]!);
      parent = (at - 1) >> 1
    ) {
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = item;
  }

  private pop(): void {
    const { heap } = this;
    const item = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, item)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = item;
  }
}

function before(a: Planned, b: Planned): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
