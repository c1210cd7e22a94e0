import { plainText, type Route } from './router';

/** What a program tells its operator over HTTP. */
export interface StatusPages {
  /** The body of `/metrics` and its content type. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** What the program still waits for, one line each; empty = ready to work. */
  readonly missing: () => readonly string[];
}

/** `/metrics`, `/healthz` (the process answers) and `/readyz` (it can work). */
export function statusRoutes({ metrics, missing }: StatusPages): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/metrics',
      answer: async () => ({ status: 200, ...(await metrics()) }),
    },
    { method: 'GET', path: '/healthz', answer: () => plainText(200, 'ok') },
    {
      method: 'GET',
      path: '/readyz',
      answer: () => {
        const lines = missing();
        return lines.length === 0 ? plainText(200, 'ready') : plainText(503, lines.join('\n'));
      },
    },
  ];
}
