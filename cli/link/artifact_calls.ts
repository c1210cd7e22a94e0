import { createReadStream } from 'node:fs';
import type { ServiceError } from '@grpc/grpc-js';
import type { ModelFormat } from '../../common/artifact';
import { ok } from '../../common/result';
import type { ArtifactChunk__Output } from '../../proto/generated/farm/v1/ArtifactChunk';
import type { ArtifactServiceClient } from '../../proto/generated/farm/v1/ArtifactService';
import {
  chunksOf,
  sendArtifact,
  type Chunks,
  type SentArtifact,
} from '../../proto/link/send_artifact';
import type { Caller } from './caller';

const readChunkBytes = 256 * 1024;

/** The bytes of models. */
export interface ArtifactCalls {
  uploadFile(path: string, format: ModelFormat): Promise<SentArtifact>;
  uploadBytes(bytes: Buffer, format: ModelFormat): Promise<SentArtifact>;
  download(digest: string): AsyncGenerator<Uint8Array>;
}

export function createArtifactCalls(
  artifacts: ArtifactServiceClient,
  caller: Caller,
): ArtifactCalls {
  const upload = async (chunks: Chunks, format: ModelFormat): Promise<SentArtifact> => {
    try {
      return await sendArtifact(artifacts, chunks, format);
    } catch (error) {
      throw isServiceError(error) ? caller.error(error) : error;
    }
  };
  return {
    uploadFile: (path, format) =>
      upload(createReadStream(path, { highWaterMark: readChunkBytes }), format),
    uploadBytes: (bytes, format) => upload(chunksOf(bytes), format),
    download: (digest) =>
      caller.stream(artifacts.fetch({ digest, offset: 0 }), (chunk) =>
        ok((chunk as ArtifactChunk__Output).data),
      ),
  };
}

/** gRPC's own, not the file system's, which have a code too. */
function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'metadata' in error;
}
