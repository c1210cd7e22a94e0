import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import { printableLine } from './printable';
import type { Terminal } from './terminal';

/** Long work, one line per item: bars on a terminal, plain lines at every tenth when piped. */
interface Progress {
  update(item: string, done: number, total: number, detail: string): void;
  stop(): void;
}

export function startProgress(terminal: Terminal): Progress {
  return terminal.interactive ? startBars() : startLines(terminal);
}

function startBars(): Progress {
  const bars = new Map<string, SingleBar>();
  const group = new MultiBar(
    {
      format: '{item} [{bar}] {value}/{total}  {detail}',
      clearOnComplete: false,
      hideCursor: true,
      stream: process.stderr,
      fps: 5,
    },
    Presets.shades_classic,
  );
  return {
    update: (item, done, total, detail) => {
      const bar =
        bars.get(item) ??
        group.create(total, 0, {
          item: printableLine(item).padEnd(32),
          detail: printableLine(detail),
        });
      bars.set(item, bar);
      bar.setTotal(total);
      bar.update(done, { detail: printableLine(detail) });
    },
    stop: () => group.stop(),
  };
}

function startLines(terminal: Terminal): Progress {
  const lastTenth = new Map<string, number>();
  return {
    update: (item, done, total, detail) => {
      const tenth = total === 0 ? 10 : Math.floor((10 * done) / total);
      if (lastTenth.get(item) === tenth) return;
      lastTenth.set(item, tenth);
      terminal.note(`${item} ${String(done)}/${String(total)} ${detail}`);
    },
    stop: () => undefined,
  };
}
