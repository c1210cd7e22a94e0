import { createReadStream } from 'node:fs';
import type { ArtifactDigest } from '../../common/artifact';
import { loadFarmServices } from '../service';
import { channelCredentials, channelOptions } from './channel';
import { sendArtifact } from './send_artifact';

/** Brings files to the coordinator's store. The same bytes again change nothing. */
export interface ArtifactUploader {
  /** The digest by which they are known there. Rejects when the coordinator cannot be reached or refuses them. */
  upload(file: string, format: string): Promise<ArtifactDigest>;
  close(): void;
}

export function createArtifactUploader(coordinator: string): ArtifactUploader {
  const { ArtifactService } = loadFarmServices();
  const client = new ArtifactService(coordinator, channelCredentials(), channelOptions);
  return {
    upload: async (file, format) =>
      (await sendArtifact(client, createReadStream(file), format)).digest,
    close: () => client.close(),
  };
}
