import pino from 'pino';

export type Logger = pino.Logger;

/** One JSON line per event on standard error; standard output belongs to the program's results. */
export function createLogger(program: string, level: string): Logger {
  return pino(
    {
      name: program,
      level,
      base: { name: program },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['lease.nonce'],
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
