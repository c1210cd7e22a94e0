import { loadFarmServices } from '../service';
import type { ArtifactSource } from '../../platform/artifacts/artifact_cache';
import { channelCredentials, channelOptions } from './channel';

/** Reads artifacts from the coordinator's ArtifactService. A broken stream throws; the cache resumes at its offset. */
export function createArtifactClient(coordinator: string): ArtifactSource & { close(): void } {
  const { ArtifactService } = loadFarmServices();
  const client = new ArtifactService(coordinator, channelCredentials(), channelOptions);
  return {
    fetch: async function* (digest, offset, signal) {
      const call = client.fetch({ digest, offset });
      const cancel = (): void => call.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      try {
        for await (const chunk of call as AsyncIterable<{ data: Uint8Array }>) yield chunk.data;
      } finally {
        signal.removeEventListener('abort', cancel);
        call.cancel();
      }
    },
    close: () => client.close(),
  };
}
