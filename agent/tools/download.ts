import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createAlarm } from '../../platform/time/alarm';
import { retry } from '../../platform/time/retry';
import { fail, ok, type Result } from '../../common/result';
import { systemErrorCode } from '../../platform/files/system_error';
import { readAnswer, type DownloadAnswer, type DownloadFailure } from './download_answer';
import { forgetPart, keepPart, partOf, type DownloadPart } from './download_part';

interface DownloadRequest {
  readonly url: string;
  /** Appears when it is complete, and is not asked for again; what a killed download left beside it is taken up. */
  readonly file: string;
  readonly largestBytes: number;
  readonly onProgress: (doneBytes: number, totalBytes: number | null) => void;
  readonly wait: (durationMs: number) => Promise<void>;
}

/** A server that says nothing for so long says nothing any more. */
const silenceMs = 60_000;
const trying = {
  /** A line that breaks every hundred megabytes still brings the largest archive. */
  mostTries: 100,
  /** In a row, that bring no byte. */
  mostFruitlessTries: 5,
  backoff: { firstDelayMs: 1_000, largestDelayMs: 10_000 },
} as const;

/** Fetches one file over HTTP, going on after each interruption where it stopped (RFC 9110, 14 and 13.1.5). */
export async function download(request: DownloadRequest): Promise<Result<null, DownloadFailure>> {
  if (existsSync(request.file)) return ok(null);
  const haveBytes = async (): Promise<number> =>
    (await partOf(request.file, request.url)).sizeBytes;
  const downloaded = await retry<null, FailedTry>(
    {
      ...trying,
      clock: { sleep: request.wait },
      isFinal: ({ failure }) => failure.kind === 'refused',
      isProgress: ({ broughtBytes }) => broughtBytes > 0,
    },
    async () => {
      const before = await haveBytes();
      const tried = await tryOnce(request);
      if (tried.ok) return tried;
      return fail({ failure: tried.error, broughtBytes: (await haveBytes()) - before });
    },
  );
  if (downloaded.ok) return downloaded;
  return downloaded.error === null ? interrupted('not tried') : fail(downloaded.error.failure);
}

interface FailedTry {
  readonly failure: DownloadFailure;
  readonly broughtBytes: number;
}

async function tryOnce(request: DownloadRequest): Promise<Result<null, DownloadFailure>> {
  const part = await partOf(request.file, request.url);
  const silent = new AbortController();
  const silence = createAlarm(() => silent.abort());
  const heard = (): void => silence.set(silenceMs);
  heard();
  try {
    const response = await fetch(request.url, {
      headers: headersFor(part),
      signal: silent.signal,
    });
    const answer = readAnswer(response, part, request.largestBytes);
    if (answer.kind === 'failed') return fail(answer.failure);
    if (answer.kind === 'start-over') {
      await response.body?.cancel();
      await forgetPart(request.file);
      return interrupted('the file changed on the server');
    }
    await keepPart(request.file, { url: request.url, validator: answer.validator });
    const arrived = await receive(response, answer, request, heard);
    return arrived.ok ? await complete(request, answer, arrived.value) : arrived;
  } catch (error) {
    return interrupted(
      silent.signal.aborted ? `silent for ${String(silenceMs / 1_000)} s` : networkReason(error),
    );
  } finally {
    silence.clear();
  }
}

function headersFor({ sizeBytes, validator }: DownloadPart): Record<string, string> {
  // Without a validator nobody could tell whether the rest belongs to what is here.
  if (sizeBytes === 0 || validator === null) return { 'accept-encoding': 'identity' };
  return {
    'accept-encoding': 'identity',
    range: `bytes=${String(sizeBytes)}-`,
    'if-range': validator,
  };
}

type Granted = Extract<DownloadAnswer, { kind: 'bytes' }>;

/** Appends what comes. Answers how long the file is then. */
async function receive(
  response: Response,
  answer: Granted,
  request: DownloadRequest,
  heard: () => void,
): Promise<Result<number, DownloadFailure>> {
  const file = await open(`${request.file}.part`, answer.fromByte === 0 ? 'w' : 'a');
  let doneBytes = answer.fromByte;
  try {
    const body: AsyncIterable<Uint8Array> | null = response.body;
    for await (const chunk of body ?? []) {
      heard();
      doneBytes += chunk.byteLength;
      if (doneBytes > request.largestBytes)
        return refused(null, `larger than ${String(request.largestBytes)} bytes`);
      await file.writeFile(chunk);
      request.onProgress(doneBytes, answer.totalBytes);
    }
    await file.sync();
    return ok(doneBytes);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOSPC' || code === 'EDQUOT')
      return refused(null, `no space left for ${request.file}`);
    throw error;
  } finally {
    await file.close();
  }
}

async function complete(
  { file }: DownloadRequest,
  answer: Granted,
  sizeBytes: number,
): Promise<Result<null, DownloadFailure>> {
  if (answer.totalBytes !== null && sizeBytes < answer.totalBytes) {
    return interrupted(`ended after ${String(sizeBytes)} of ${String(answer.totalBytes)} bytes`);
  }
  const tooLong = answer.totalBytes !== null && sizeBytes > answer.totalBytes;
  if (tooLong || (answer.md5 !== null && (await md5Of(`${file}.part`)) !== answer.md5)) {
    await forgetPart(file);
    return interrupted('what arrived is not what the server says it sent');
  }
  await rename(`${file}.part`, file);
  await forgetPart(file);
  return ok(null);
}

async function md5Of(file: string): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(file), hash);
  return hash.digest('base64');
}

function interrupted(reason: string): { readonly ok: false; readonly error: DownloadFailure } {
  return fail({ kind: 'interrupted', status: null, reason });
}

function refused(
  status: number | null,
  reason: string,
): { readonly ok: false; readonly error: DownloadFailure } {
  return fail({ kind: 'refused', status, reason });
}

/** `fetch` hides what happened in the cause of its TypeError. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error)
    return `cannot be reached (${'code' in cause ? systemErrorCode(cause) : cause.message})`;
  return error instanceof Error ? error.message : String(error);
}

/** Throws away what a download brought, complete or not. */
export async function discardDownload(file: string): Promise<void> {
  await rm(file, { force: true });
  await forgetPart(file);
}
