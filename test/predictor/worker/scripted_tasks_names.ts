/** The task's block index says how it goes. */
export const script = {
  done: 0,
  failed: 1,
  crashOnce: 2,
  crashAlways: 3,
  hang: 4,
  pauseOnce: 5,
  untilReleased: 6,
} as const;
