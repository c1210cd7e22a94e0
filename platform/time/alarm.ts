/** Rings when it is not set again in time. */
interface Alarm {
  set(afterMs: number): void;
  clear(): void;
}

/** Silent until it is set. */
export function createAlarm(ring: () => void): Alarm {
  let timer: NodeJS.Timeout | undefined;
  return {
    set: (afterMs) => {
      clearTimeout(timer);
      timer = setTimeout(ring, afterMs);
    },
    clear: () => clearTimeout(timer),
  };
}
