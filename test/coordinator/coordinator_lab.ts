import { connect, type NatsConnection } from 'nats';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Artifact } from '../../common/artifact';
import type { JobResult } from '../../common/job';
import { createLogger } from '../../platform/logger';
import {
  startCoordinator,
  type CoordinatorOptions,
  type RunningCoordinator,
} from '../../coordinator/main';
import { encodeResult } from '../../proto/codec/result';
import { benchmarkFromWire, type BenchmarkChange } from '../../proto/codec/benchmark';
import { loadFarmServices } from '../../proto/service';
import { resultSubject } from '../../proto/subjects';
import { startNatsServer, type NatsServer } from '../servers/nats_server';
import { describeError, insecure } from './grpc_fixture';
import { sampleFloatTarget } from './sample_fleet';
import { sampleModel } from './sample_model';

const services = loadFarmServices();
export const labPlan = {
  sessions: 1,
  runs: 5,
  warmupRuns: 1,
  threads: 1,
  sessionDeadlineMs: 10_000,
};

// The thread that reads models compiles all it needs from TypeScript first.
jest.setTimeout(60_000);

interface Bench {
  readonly updates: readonly BenchmarkChange[];
  readonly ended: Promise<string>;
  cancel(): void;
}

/** A real coordinator on a real broker; agents are for the test to play. */
export class CoordinatorLab {
  readonly #running: RunningCoordinator[] = [];

  private constructor(
    readonly nats: NatsServer,
    readonly publisher: NatsConnection,
    readonly dataDir: string,
  ) {}

  static async open(): Promise<CoordinatorLab> {
    const nats = await startNatsServer();
    return new CoordinatorLab(
      nats,
      await connect({ servers: nats.url }),
      await mkdtemp(path.join(os.tmpdir(), 'coordinator-')),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((coordinator) => coordinator.stop()));
    await this.publisher.close();
    await this.nats.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async start(
    changed: Partial<CoordinatorOptions> = {},
  ): Promise<RunningCoordinator & { address: string }> {
    const options: CoordinatorOptions = {
      dataDir: this.dataDir,
      grpc: { host: '127.0.0.1', port: 0 },
      http: { host: '127.0.0.1', port: 0 },
      nats: this.nats.url,
      artifactBytes: 1e9,
      logLevel: 'silent',
      insecureListen: false,
    };
    const coordinator = await startCoordinator(
      { ...options, ...changed },
      createLogger('test', 'silent'),
      { workerFile: path.join(__dirname, 'reading/typescript_worker.js') },
    );
    this.#running.push(coordinator);
    return { ...coordinator, address: `127.0.0.1:${String(coordinator.grpcPort)}` };
  }

  publish(result: JobResult): Promise<unknown> {
    return this.publisher
      .jetstream()
      .publish(resultSubject(result.agentId, result.lease.deviceSerial), encodeResult(result));
  }

  /** The sample model; with another number, other bytes that compute the same. */
  upload(address: string, number = 0): Promise<Artifact> {
    return new Promise((resolve, reject) => {
      const client = new services.ArtifactService(address, insecure());
      const call = client.upload((error, response) => {
        client.close();
        if (error === null && response !== undefined)
          resolve({ digest: response.digest, sizeBytes: response.sizeBytes, format: 'onnx' });
        else reject(new Error(error?.message ?? 'no response'));
      });
      call.write({ format: 'onnx', data: sampleModel(number) });
      call.end();
    });
  }

  bench(
    address: string,
    artifact: Artifact,
    targets: readonly string[] = [sampleFloatTarget],
  ): Bench {
    const client = new services.BenchmarkService(address, insecure());
    const call = client.run({ artifact, targets: [...targets], plan: labPlan });
    const updates: BenchmarkChange[] = [];
    call.on('data', (wire: unknown) => {
      const update = benchmarkFromWire(wire);
      if (update.ok) updates.push(update.value);
    });
    const ended = new Promise<string>((resolve) => {
      call.on('end', () => resolve('OK'));
      call.on('error', (error) => resolve(describeError(error)));
    });
    void ended.then(() => client.close());
    return { updates, ended, cancel: () => call.cancel() };
  }
}

/** The line of the metrics page that begins so. */
export async function metric(
  coordinator: RunningCoordinator,
  line: string,
): Promise<string | undefined> {
  const page = await (
    await fetch(`http://127.0.0.1:${String(coordinator.httpPort)}/metrics`)
  ).text();
  return page.split('\n').find((each) => each.startsWith(line));
}
