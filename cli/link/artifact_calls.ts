import { createReadStream } from 'node:fs';
import type { ServiceError } from '@grpc/grpc-js';
import type { ModelFormat } from '../../common/artifact';
import { FarmError } from '../../common/farm_error';
import { ok } from '../../common/result';
import type { ArtifactChunk__Output } from '../../proto/generated/farm/v1/ArtifactChunk';
import type { ArtifactServiceClient } from '../../proto/generated/farm/v1/ArtifactService';
import type { Caller } from './caller';

const uploadChunkBytes = 256 * 1024;

interface Uploaded {
  readonly digest: string;
  readonly sizeBytes: number;
}

type Chunks = AsyncIterable<Buffer> | Iterable<Buffer>;

/** The bytes of models. */
export interface ArtifactCalls {
  uploadFile(path: string, format: ModelFormat): Promise<Uploaded>;
  uploadBytes(bytes: Buffer, format: ModelFormat): Promise<Uploaded>;
  download(digest: string): AsyncGenerator<Uint8Array>;
}

export function createArtifactCalls(
  artifacts: ArtifactServiceClient,
  caller: Caller,
): ArtifactCalls {
  const upload = (chunks: Chunks, format: ModelFormat): Promise<Uploaded> =>
    new Promise((resolve, reject) => {
      const call = artifacts.upload((error: ServiceError | null, response?: Uploaded) => {
        if (error !== null) reject(caller.error(error));
        else if (response === undefined) reject(new FarmError('failed', 'empty answer'));
        else resolve(response);
      });
      void sendChunks(call, chunks, format).catch((error: unknown) => {
        call.cancel();
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
  return {
    uploadFile: (path, format) =>
      upload(createReadStream(path, { highWaterMark: uploadChunkBytes }), format),
    uploadBytes: (bytes, format) => upload(chunksOf(bytes), format),
    download: (digest) =>
      caller.stream(artifacts.fetch({ digest, offset: 0 }), (chunk) =>
        ok((chunk as ArtifactChunk__Output).data),
      ),
  };
}

interface UploadCall {
  write(chunk: { format?: string; data?: Buffer }): boolean;
  end(): void;
  once(event: 'drain', listener: () => void): unknown;
}

function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += uploadChunkBytes)
    yield bytes.subarray(at, at + uploadChunkBytes);
}

async function sendChunks(call: UploadCall, chunks: Chunks, format: ModelFormat): Promise<void> {
  call.write({ format });
  for await (const data of chunks) {
    if (!call.write({ data })) await new Promise<void>((resolve) => call.once('drain', resolve));
  }
  call.end();
}
