import type { FileHandle } from 'node:fs/promises';
import { modelFormats, type ArtifactDigest, type ModelFormat } from '../../common/artifact';
import { BadInputError } from '../../common/bad_input';
import { FarmError } from '../../common/farm_error';
import type { Clock } from '../../platform/time/clock';
import type { Logger } from '../../platform/logger';
import type { ArtifactChunk } from '../../proto/generated/farm/v1/ArtifactChunk';
import type { ArtifactServiceHandlers } from '../../proto/generated/farm/v1/ArtifactService';
import type { FetchRequest__Output as FetchRequest } from '../../proto/generated/farm/v1/FetchRequest';
import type { UploadChunk__Output as UploadChunk } from '../../proto/generated/farm/v1/UploadChunk';
import type { UploadResponse } from '../../proto/generated/farm/v1/UploadResponse';
import type { ArtifactRecords } from '../ledger/artifact_records';
import type { ArtifactStore, ArtifactWriter } from '../../platform/artifacts/artifact_store';
import { clientStream, serverStream, type ResponseStream } from '../calls/service_call';

interface ArtifactServiceParts {
  readonly store: ArtifactStore;
  readonly artifacts: Pick<ArtifactRecords, 'save'>;
  /** @throws BadInputError with one line when the file is no model of that format that a phone could run. */
  readonly checkModel: (file: string, format: ModelFormat) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const weightsFormat = 'npz';
const uploadFormats = [...modelFormats, weightsFormat] as const;
type UploadFormat = (typeof uploadFormats)[number];

/** Large enough that messages cost little, small enough that 500 slow readers hold 128 MB at most. */
const chunkBytes = 256 * 1024;

/** `ArtifactService`: bytes by digest, out to agents and in from clients. */
export function createArtifactService(parts: ArtifactServiceParts): ArtifactServiceHandlers {
  return {
    Fetch: serverStream(parts.logger, (request, chunks) =>
      fetchArtifact(parts.store, request, chunks),
    ),
    Upload: clientStream(parts.logger, (chunks) => upload(parts, chunks)),
  };
}

async function fetchArtifact(
  store: ArtifactStore,
  request: FetchRequest,
  chunks: ResponseStream<ArtifactChunk>,
): Promise<void> {
  const sizeBytes = await store.sizeBytes(request.digest);
  if (sizeBytes === undefined) throw unknownArtifact(request.digest);
  if (!Number.isSafeInteger(request.offset) || request.offset > sizeBytes) {
    throw new BadInputError(
      `offset ${String(request.offset)} is beyond the ${String(sizeBytes)} bytes of artifact ${request.digest}`,
    );
  }
  const file = await store.open(request.digest);
  if (!file.ok) throw unknownArtifact(request.digest);
  try {
    await sendFrom(file.value, request.offset, chunks);
  } finally {
    await file.value.close();
  }
}

async function sendFrom(
  file: FileHandle,
  offset: number,
  chunks: ResponseStream<ArtifactChunk>,
): Promise<void> {
  let position = offset;
  for (;;) {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    const { bytesRead } = await file.read(buffer, 0, chunkBytes, position);
    if (bytesRead === 0) return;
    await chunks.send({ data: buffer.subarray(0, bytesRead) });
    position += bytesRead;
  }
}

async function upload(
  parts: ArtifactServiceParts,
  chunks: AsyncIterable<UploadChunk>,
): Promise<UploadResponse> {
  const writer = await parts.store.startWrite();
  try {
    const format = await receive(chunks, writer);
    // Weights are no model that a phone could be given: only workers read them, and they check.
    if (format === weightsFormat) return await writer.finish();
    await parts.checkModel(writer.path, format);
    const stored = await writer.finish();
    await parts.artifacts.save({ ...stored, format }, parts.clock.nowMs());
    return stored;
  } finally {
    await writer.discard();
  }
}

/** Writes the chunks and returns the format that the first of them announced. */
async function receive(
  chunks: AsyncIterable<UploadChunk>,
  writer: ArtifactWriter,
): Promise<UploadFormat> {
  let format: UploadFormat | undefined;
  for await (const chunk of chunks) {
    format ??= announcedFormat(chunk.format);
    await writer.write(chunk.data);
  }
  if (format === undefined) throw new BadInputError('upload: nothing was sent; expected a model');
  return format;
}

function announcedFormat(text: string): UploadFormat {
  const format = uploadFormats.find((known) => known === text);
  if (format === undefined)
    throw new BadInputError(
      `upload: format "${text.slice(0, 40)}" is not known; expected one of ${uploadFormats.join(', ')} in the first message`,
    );
  return format;
}

function unknownArtifact(digest: ArtifactDigest): FarmError {
  return new FarmError(
    'not-found',
    `artifact ${digest.slice(0, 64)} is not in the store; upload it first`,
  );
}
