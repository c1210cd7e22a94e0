import { createReadStream } from 'node:fs';
import { credentials, type ServiceError } from '@grpc/grpc-js';
import { FarmError } from '../../common/farm_error';
import type { Artifact, ModelFormat } from '../../common/artifact';
import { artifactFromWire } from '../../proto/codec/job';
import type { AgentList__Output } from '../../proto/generated/farm/v1/AgentList';
import type { ArtifactChunk__Output } from '../../proto/generated/farm/v1/ArtifactChunk';
import type { BenchmarkRequest } from '../../proto/generated/farm/v1/BenchmarkRequest';
import type { BenchmarkUpdate__Output } from '../../proto/generated/farm/v1/BenchmarkUpdate';
import type { Device__Output } from '../../proto/generated/farm/v1/Device';
import type { DeviceList__Output } from '../../proto/generated/farm/v1/DeviceList';
import type { ExportResponse__Output } from '../../proto/generated/farm/v1/ExportResponse';
import type { ExtendRequest } from '../../proto/generated/farm/v1/ExtendRequest';
import type { FleetFrontPoints__Output } from '../../proto/generated/farm/v1/FleetFrontPoints';
import type { Front__Output } from '../../proto/generated/farm/v1/Front';
import type { HistoryPart__Output } from '../../proto/generated/farm/v1/HistoryPart';
import type { Search__Output } from '../../proto/generated/farm/v1/Search';
import type { TargetSummary__Output } from '../../proto/generated/farm/v1/TargetSummary';
import type { WorkerList__Output } from '../../proto/generated/farm/v1/WorkerList';
import { loadFarmServices } from '../../proto/service';
import { transportOptions } from '../../proto/transport_options';
import { callDeadlineMs, callError } from './call_error';

const uploadChunkBytes = 256 * 1024;

/** The coordinator as the commands see it. Failures are `FarmError`. */
export type FarmClient = ReturnType<typeof connectFarm>;

/** A model of a search, with what its file does not say. */
export type ExportedModel = Omit<ExportResponse__Output, 'artifact'> & {
  readonly artifact: Artifact;
};

type Callback<Response> = (error: ServiceError | null, response?: Response) => void;

/** Opens a lazy channel to `address` (HOST:PORT). */
export function connectFarm(address: string) {
  const services = loadFarmServices();
  const channel = [address, credentials.createInsecure(), transportOptions] as const;
  const fleet = new services.FleetService(...channel);
  const search = new services.SearchService(...channel);
  const benchmark = new services.BenchmarkService(...channel);
  const artifacts = new services.ArtifactService(...channel);

  const unary = <Response>(
    call: (deadline: { deadline: number }, done: Callback<Response>) => void,
  ): Promise<Response> =>
    new Promise((resolve, reject) => {
      call({ deadline: Date.now() + callDeadlineMs }, (error, response) => {
        if (error !== null) reject(callError(error, address));
        else resolve(response as Response);
      });
    });

  const upload = (
    chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
    format: ModelFormat,
  ): Promise<{ digest: string; sizeBytes: number }> =>
    new Promise((resolve, reject) => {
      const call = artifacts.upload(
        (error: ServiceError | null, response?: { digest: string; sizeBytes: number }) => {
          if (error === null && response !== undefined) resolve(response);
          else
            reject(
              error === null ? new FarmError('failed', 'empty answer') : callError(error, address),
            );
        },
      );
      void sendChunks(call, chunks, format).catch((error: unknown) => {
        call.cancel();
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    });

  return {
    listDevices: () =>
      unary<DeviceList__Output>((options, done) => void fleet.listDevices({}, options, done)),
    listAgents: async () =>
      (await unary<AgentList__Output>((options, done) => void fleet.listAgents({}, options, done)))
        .agents,
    listTargets: async (): Promise<TargetSummary__Output[]> =>
      (
        await unary<{ targets: TargetSummary__Output[] }>(
          (options, done) => void fleet.listTargets({}, options, done),
        )
      ).targets,
    listWorkers: async () =>
      (
        await unary<WorkerList__Output>(
          (options, done) => void fleet.listWorkers({}, options, done),
        )
      ).workers,
    drain: (serial: string) =>
      unary<Device__Output>((options, done) => void fleet.drain({ serial }, options, done)),
    resume: (serial: string) =>
      unary<Device__Output>((options, done) => void fleet.resume({ serial }, options, done)),
    remove: (serial: string) =>
      unary<Device__Output>((options, done) => void fleet.remove({ serial }, options, done)),
    createSearch: (specYaml: string, source: string) =>
      unary<Search__Output>(
        (options, done) => void search.create({ specYaml, source }, options, done),
      ),
    onboard: (searchIds: string[], target: string, measurements: number) =>
      unary<Search__Output>(
        (options, done) => void search.onboard({ searchIds, target, measurements }, options, done),
      ),
    listSearches: async () =>
      (
        await unary<{ searches: Search__Output[] }>(
          (options, done) => void search.list({}, options, done),
        )
      ).searches,
    getSearch: (searchId: string) =>
      unary<Search__Output>((options, done) => void search.get({ searchId }, options, done)),
    pauseSearch: (searchId: string) =>
      unary<Search__Output>((options, done) => void search.pause({ searchId }, options, done)),
    resumeSearch: (searchId: string) =>
      unary<Search__Output>((options, done) => void search.resume({ searchId }, options, done)),
    stopSearch: (searchId: string) =>
      unary<Search__Output>((options, done) => void search.stop({ searchId }, options, done)),
    extendSearch: (request: ExtendRequest) =>
      unary<Search__Output>((options, done) => void search.extend(request, options, done)),
    fronts: async (searchId: string, target: string): Promise<Front__Output[]> =>
      (
        await unary<{ fronts: Front__Output[] }>(
          (options, done) => void search.front({ searchId, target }, options, done),
        )
      ).fronts,
    fleetFront: (searchId: string) =>
      unary<FleetFrontPoints__Output>(
        (options, done) => void search.fleetFront({ searchId }, options, done),
      ),
    exportModel: async (searchId: string, architecture: string): Promise<ExportedModel> => {
      const { artifact: wire, ...known } = await unary<ExportResponse__Output>(
        (options, done) => void search.export({ searchId, architecture }, options, done),
      );
      const artifact = artifactFromWire(wire);
      if (!artifact.ok) throw new FarmError('failed', 'the coordinator answered without a model');
      return { ...known, artifact: artifact.value };
    },
    history: (searchId: string): AsyncIterable<HistoryPart__Output> =>
      stream(search.history({ searchId }), address),
    watchSearch: (searchId: string): AsyncIterable<Search__Output> =>
      stream(search.watch({ searchId }), address),
    runBenchmark: (request: BenchmarkRequest): AsyncIterable<BenchmarkUpdate__Output> =>
      stream(benchmark.run(request), address),
    uploadFile: (path: string, format: ModelFormat) =>
      upload(createReadStream(path, { highWaterMark: uploadChunkBytes }), format),
    uploadBytes: (bytes: Buffer, format: ModelFormat) => upload(chunksOf(bytes), format),
    download: async function* (digest: string): AsyncGenerator<Uint8Array> {
      for await (const chunk of stream<ArtifactChunk__Output>(
        artifacts.fetch({ digest, offset: 0 }),
        address,
      ))
        yield chunk.data;
    },
    close: () => {
      for (const client of [fleet, search, benchmark, artifacts]) client.close();
    },
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

async function sendChunks(
  call: UploadCall,
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  format: ModelFormat,
): Promise<void> {
  call.write({ format });
  for await (const data of chunks) {
    if (!call.write({ data })) await new Promise<void>((resolve) => call.once('drain', resolve));
  }
  call.end();
}

async function* stream<Message>(
  call: AsyncIterable<Message> & { cancel(): void },
  address: string,
): AsyncGenerator<Message> {
  try {
    for await (const message of call) yield message;
  } catch (error) {
    throw callError(error as ServiceError, address);
  } finally {
    call.cancel();
  }
}
