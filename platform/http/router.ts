/** What a handler answers. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** One path and who answers it. HEAD is answered as GET is, without the text (RFC 9110, 9.3.2). */
export interface Route {
  readonly method: 'GET';
  /** Without query, compared letter by letter: "/metrics". */
  readonly path: string;
  readonly answer: () => HttpAnswer | Promise<HttpAnswer>;
}

type Routing =
  | { readonly kind: 'found'; readonly route: Route }
  | { readonly kind: 'not-found'; readonly line: string }
  | { readonly kind: 'not-allowed'; readonly allow: string; readonly line: string };

/** Finds who answers `target`, the second word of a request: a path with or without query, or a whole URL (RFC 9112, 3.2). */
export function findRoute(routes: readonly Route[], method: string, target: string): Routing {
  const path = target.replace(/^https?:\/\/[^/?]*/i, '').split('?')[0];
  const there = routes.filter((route) => route.path === path);
  if (there.length === 0)
    return { kind: 'not-found', line: `expected ${listed(routes.map((route) => route.path))}` };
  const wanted = method === 'HEAD' ? 'GET' : method;
  const route = there.find((each) => each.method === wanted);
  if (route !== undefined) return { kind: 'found', route };
  const methods = there.flatMap((each) => [each.method, 'HEAD']);
  return { kind: 'not-allowed', allow: methods.join(', '), line: `expected ${listed(methods)}` };
}

/** "a", "a or b", "a, b or c". */
function listed(words: readonly string[]): string {
  return words.join(', ').replace(/, ([^,]*)$/, ' or $1');
}

/** One or more lines for a person or a probe. */
export function plainText(status: number, line: string): HttpAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', text: `${line}\n` };
}
