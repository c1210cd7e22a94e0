import type { SearchStatus } from '../../proto/codec/search_status';
import { describeProgress, drawProgress } from './search_progress';
import { printableLine } from './printable';
import type { Screen } from './terminal';

/** Shows a search while it changes. */
interface SearchWatcher {
  show(search: SearchStatus): void;
  /** The last that was shown is the last there is. */
  finish(): void;
}

/** Draws over what it drew before. Lines are cut at the edge, since a wrapped one would not be drawn over. */
export function createRedrawnWatcher(screen: Screen): SearchWatcher {
  let height = 0;
  return {
    show: (search) => {
      const lines = drawProgress(search).map((line) =>
        Array.from(printableLine(line))
          .slice(0, screen.columns - 1)
          .join(''),
      );
      const back = height === 0 ? '' : `\u001B[${String(height)}A\u001B[J`;
      screen.write(`${back}${lines.join('\n')}\n`);
      height = lines.length;
    },
    finish: () => undefined,
  };
}

/** A log of a night stays readable. */
const shortestIntervalMs = 5_000;

interface Logged {
  readonly line: string;
  readonly progress: string;
  readonly atMs: number;
}

/** A line for each target when more of it has ended, at most one in some seconds, and always the last. */
export function createLoggedWatcher(
  note: (line: string) => void,
  nowMs: () => number,
): SearchWatcher {
  const logged = new Map<string, Logged>();
  const waiting = new Map<string, Logged>();
  const log = (target: string, entry: Logged): void => {
    logged.set(target, entry);
    waiting.delete(target);
    note(entry.line);
  };
  return {
    show: (search) => {
      for (const target of search.targets) {
        const { measured, reused, infeasible, abandoned, confirmed } = target;
        const entry = {
          line: describeProgress(target, search.wallMinutes),
          progress: [measured, reused, infeasible, abandoned, confirmed, search.state].join(),
          atMs: nowMs(),
        };
        const last = logged.get(target.target);
        if (last?.progress === entry.progress) continue;
        if (last === undefined || entry.atMs - last.atMs >= shortestIntervalMs)
          log(target.target, entry);
        else waiting.set(target.target, entry);
      }
    },
    finish: () => {
      for (const [target, entry] of [...waiting]) log(target, entry);
    },
  };
}
