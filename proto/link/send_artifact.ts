import type { ServiceError } from '@grpc/grpc-js';
import { FarmError } from '../../common/farm_error';
import type { ArtifactServiceClient } from '../generated/farm/v1/ArtifactService';

const uploadChunkBytes = 256 * 1024;

export interface SentArtifact {
  readonly digest: string;
  readonly sizeBytes: number;
}

export type Chunks = AsyncIterable<Buffer> | Iterable<Buffer>;

/** Streams bytes to the coordinator's store. Rejects with what the call or the source of the bytes failed with. */
export function sendArtifact(
  artifacts: Pick<ArtifactServiceClient, 'upload'>,
  chunks: Chunks,
  format: string,
): Promise<SentArtifact> {
  return new Promise((resolve, reject) => {
    const call = artifacts.upload((error: ServiceError | null, response?: SentArtifact) => {
      if (error !== null) reject(error);
      else if (response === undefined) reject(new FarmError('failed', 'empty answer'));
      else resolve(response);
    });
    void sendChunks(call, chunks, format).catch((error: unknown) => {
      call.cancel();
      reject(error instanceof Error ? error : new Error(String(error)));
    });
  });
}

export function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += uploadChunkBytes)
    yield bytes.subarray(at, at + uploadChunkBytes);
}

interface UploadCall {
  write(chunk: { format?: string; data?: Buffer }): boolean;
  end(): void;
  once(event: 'drain', listener: () => void): unknown;
}

async function sendChunks(call: UploadCall, chunks: Chunks, format: string): Promise<void> {
  call.write({ format });
  for await (const data of chunks) {
    if (!call.write({ data })) await new Promise<void>((resolve) => call.once('drain', resolve));
  }
  call.end();
}
