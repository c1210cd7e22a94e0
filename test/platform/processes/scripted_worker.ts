import { readFileSync } from 'node:fs';
import { answerRequests } from '../../../platform/processes/answer_requests';

export interface Order {
  readonly kind: 'echo' | 'fail' | 'throw' | 'exit' | 'hang' | 'allocate' | 'parent';
  readonly text: string;
}

export interface Echo {
  readonly text: string;
  readonly pid: number;
}

const held: number[][] = [];

/** Does what it is told, as well as badly as a worker can. */
answerRequests<Order, Echo>(async ({ kind, text }) => {
  switch (kind) {
    case 'fail':
      return Promise.reject(new Error(text));
    case 'throw':
      setImmediate(() => {
        throw new Error('outside of any answer');
      });
      return new Promise(() => undefined);
    case 'exit':
      return process.exit(3);
    case 'hang':
      return new Promise(() => undefined);
    case 'allocate':
      for (;;) held.push(Array.from({ length: 1_000_000 }, () => Math.random()));
    case 'parent':
      return {
        text: /^PPid:\s+(\d+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '',
        pid: process.pid,
      };
    case 'echo':
      return Promise.resolve({ text, pid: process.pid });
  }
});
