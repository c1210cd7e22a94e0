import type { Clock } from '../../platform/time/clock';
import type { SearchState, WallTime } from '../ledger/search_records';
import { msPerMinute, type Budget } from '../../search/budget';
import { WallAlarm } from './wall_alarm';
import { wallMsAt, wallTimeIn } from './wall_time';

/** The clock of one search: how long it has been running, and when the next target's time is up. */
export class SearchWall {
  readonly #clock: Pick<Clock, 'nowMs' | 'sleep'>;
  readonly #alarm: WallAlarm;
  #time: WallTime;

  constructor(time: WallTime, clock: Pick<Clock, 'nowMs' | 'sleep'>, ring: () => void) {
    this.#time = time;
    this.#clock = clock;
    this.#alarm = new WallAlarm(clock, ring);
  }

  get time(): WallTime {
    return this.#time;
  }

  get ms(): number {
    return wallMsAt(this.#time, this.#clock.nowMs());
  }

  /** As it is when the search enters `state` now. */
  timeIn(state: SearchState): WallTime {
    return wallTimeIn(state, this.#time, this.#clock.nowMs());
  }

  set(time: WallTime): void {
    this.#time = time;
    if (time.runningSinceMs === null) this.#alarm.clear();
  }

  /** Rings when the next of the limits is reached; never when none is ahead. */
  await(budgets: readonly Budget[]): void {
    const left = budgets.map(({ wallMinutes = Infinity }) => wallMinutes * msPerMinute - this.ms);
    this.#alarm.set(Math.min(...left.filter((each) => each > 0), Infinity));
  }

  stop(): void {
    this.#alarm.clear();
  }
}
