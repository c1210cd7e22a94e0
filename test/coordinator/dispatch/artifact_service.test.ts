import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Artifact } from '../../../common/artifact';
import { BadInputError } from '../../../common/bad_input';
import { systemClock } from '../../../platform/time/clock';
import { createArtifactService } from '../../../coordinator/dispatch/artifact_service';
import { openArtifactStore, type ArtifactStore } from '../../../platform/artifacts/artifact_store';
import type { ArtifactServiceClient } from '../../../proto/generated/farm/v1/ArtifactService';
import type { ArtifactChunk__Output } from '../../../proto/generated/farm/v1/ArtifactChunk';
import type { UploadChunk } from '../../../proto/generated/farm/v1/UploadChunk';
import type { UploadResponse__Output } from '../../../proto/generated/farm/v1/UploadResponse';
import { loadFarmServices } from '../../../proto/service';
import { describeError, insecure, serve, silentLogger, type TestServer } from '../grpc_fixture';

const largestBytes = 3_000_000;
const model = randomBytes(1_500_000);
const digest = createHash('sha256').update(model).digest('hex');
const services = loadFarmServices();

describe('artifact service', () => {
  let directory: string;
  let store: ArtifactStore;
  let server: TestServer;
  let client: ArtifactServiceClient;
  let saved: Artifact[];

  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'artifact-service-'));
    store = await openArtifactStore(directory, { largestBytes });
    saved = [];
    const checkModel = async (file: string): Promise<void> => {
      if ((await readFile(file)).includes('corrupt'))
        throw new BadInputError('model: not ONNX; expected an ONNX file');
    };
    const artifacts = {
      save: (artifact: Artifact) => Promise.resolve(void saved.push(artifact)),
    };
    const handlers = createArtifactService({
      store,
      artifacts,
      checkModel,
      clock: systemClock,
      logger: silentLogger,
    });
    server = await serve(services.ArtifactService.service, handlers);
    client = new services.ArtifactService(server.address, insecure());
  });
  afterEach(async () => {
    client.close();
    server.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const upload = (chunks: readonly UploadChunk[]): Promise<UploadResponse__Output | undefined> =>
    new Promise((resolve, reject) => {
      const call = client.upload((error, response) =>
        error === null ? resolve(response) : reject(error),
      );
      for (const chunk of chunks) call.write(chunk);
      call.end();
    });
  const fetch = async (request: { digest: string; offset?: number }): Promise<Buffer> => {
    const parts: Buffer[] = [];
    for await (const chunk of client.fetch(request) as AsyncIterable<ArtifactChunk__Output>)
      parts.push(Buffer.from(chunk.data));
    return Buffer.concat(parts);
  };

  it('stores what is uploaded in pieces, and streams it back', async () => {
    const response = await upload([
      { format: 'onnx', data: model.subarray(0, 700_000) },
      { data: model.subarray(700_000) },
    ]);
    expect(response).toMatchObject({ digest, sizeBytes: model.length });
    expect(saved).toEqual([{ digest, sizeBytes: model.length, format: 'onnx' }]);
    expect((await fetch({ digest })).equals(model)).toBe(true);
  });

  it('takes weights as they are: they are no models', async () => {
    const weights = Buffer.from('corrupt as a model');
    const { digest: stored } = (await upload([{ format: 'npz', data: weights }]))!;
    expect(saved).toEqual([]);
    expect((await fetch({ digest: stored })).equals(weights)).toBe(true);
  });

  it('resumes a download where it stopped', async () => {
    await store.write(model);
    expect((await fetch({ digest, offset: 1_000_001 })).equals(model.subarray(1_000_001))).toBe(
      true,
    );
    expect(await fetch({ digest, offset: model.length })).toHaveLength(0);
  });

  it('names what cannot be fetched', async () => {
    await store.write(model);
    expect(
      describeError(await fetch({ digest: 'f'.repeat(64) }).catch((error: unknown) => error)),
    ).toMatch(/^NOT_FOUND: artifact ffff/);
    expect(
      describeError(await fetch({ digest: '../../secret' }).catch((error: unknown) => error)),
    ).toMatch(/^NOT_FOUND/);
    expect(
      describeError(
        await fetch({ digest, offset: model.length + 1 }).catch((error: unknown) => error),
      ),
    ).toMatch(/^INVALID_ARGUMENT: offset/);
  });

  it.each([
    [
      'an unknown format',
      [{ format: 'pickle', data: model }],
      /^INVALID_ARGUMENT: upload: format "pickle" is not known; expected one of onnx, tflite/,
    ],
    ['no message at all', [], /^INVALID_ARGUMENT: upload: nothing was sent/],
    [
      'bytes that are no model',
      [{ format: 'onnx', data: Buffer.from('corrupt') }],
      /^INVALID_ARGUMENT: model: not ONNX/,
    ],
    [
      'too many bytes',
      [{ format: 'onnx', data: model }, { data: model }, { data: model }],
      /^INVALID_ARGUMENT: the artifact is larger than 3000000 bytes/,
    ],
  ])('refuses %s and keeps nothing of it', async (_, chunks, expected) => {
    expect(describeError(await upload(chunks).catch((error: unknown) => error))).toMatch(expected);
    expect(saved).toEqual([]);
    expect(await readdir(directory)).toEqual(['incoming']);
    expect(await readdir(path.join(directory, 'incoming'))).toEqual([]);
  });
});
