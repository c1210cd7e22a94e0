import type { DownloadPart } from './download_part';

export interface DownloadFailure {
  /** `refused`: asking again changes nothing. `interrupted`: the same command goes on where it stopped. */
  readonly kind: 'refused' | 'interrupted';
  readonly status: number | null;
  readonly reason: string;
}

/** What a server made of a request for a file, or for the rest of it. */
export type DownloadAnswer =
  | {
      readonly kind: 'bytes';
      readonly fromByte: number;
      /** Of the whole file; null when the server does not tell. */
      readonly totalBytes: number | null;
      readonly validator: string | null;
      /** Of the whole file, in base64, where the server tells (Google Cloud Storage does). */
      readonly md5: string | null;
    }
  | { readonly kind: 'start-over' }
  | { readonly kind: 'failed'; readonly failure: DownloadFailure };

/** Answers after which the same request may succeed. */
const passing: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Reads status and headers (RFC 9110, 14.4 and 15.3.7). */
export function readAnswer(
  response: Response,
  part: DownloadPart,
  largestBytes: number,
): DownloadAnswer {
  const { status, headers } = response;
  if (status === 416) return { kind: 'start-over' };
  if (status !== 200 && status !== 206) {
    const kind = passing.has(status) ? 'interrupted' : 'refused';
    return failed({ kind, status, reason: `the server answered ${String(status)}` });
  }
  if (isDowngraded(response)) {
    return failed({
      kind: 'refused',
      status,
      reason: 'it was redirected to an address without TLS',
    });
  }
  const range = status === 206 ? contentRange(headers.get('content-range')) : null;
  if (status === 206 && range?.fromByte !== part.sizeBytes) return { kind: 'start-over' };
  const totalBytes =
    status === 206 ? (range?.totalBytes ?? null) : byteCount(headers.get('content-length'));
  if (totalBytes !== null && totalBytes > largestBytes) {
    const reason = `it has ${String(totalBytes)} bytes; at most ${String(largestBytes)} are expected`;
    return failed({ kind: 'refused', status, reason });
  }
  return {
    kind: 'bytes',
    fromByte: range?.fromByte ?? 0,
    totalBytes,
    validator: validatorOf(headers),
    md5: /\bmd5=([A-Za-z0-9+/]{22}==)/.exec(headers.get('x-goog-hash') ?? '')?.[1] ?? null,
  };
}

function failed(failure: DownloadFailure): DownloadAnswer {
  return { kind: 'failed', failure };
}

/** `url` is empty for a response that no request brought. */
function isDowngraded({ redirected, url }: Response): boolean {
  return (
    redirected && url.startsWith('http:') && !/^http:\/\/(?:127\.|localhost|\[::1\])/.test(url)
  );
}

function contentRange(text: string | null): { fromByte: number; totalBytes: number | null } | null {
  const [, from, total] = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/.exec(text ?? '') ?? [];
  if (from === undefined) return null;
  return { fromByte: Number(from), totalBytes: byteCount(total ?? null) };
}

function byteCount(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** A weak ETag must not be used for ranges (RFC 9110, 13.1.5). */
function validatorOf(headers: Headers): string | null {
  const etag = headers.get('etag');
  if (etag !== null && !etag.startsWith('W/')) return etag;
  return headers.get('last-modified');
}
