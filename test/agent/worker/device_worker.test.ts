import { DeviceWorker } from '../../../agent/worker/device_worker';
import { farmFault } from '../../../common/fault';
import {
  defaultPlan,
  type Job,
  type JobResult,
  type Lease,
  type Outcome,
} from '../../../common/job';
import { createLogger } from '../../../platform/logger';

describe('a device worker', () => {
  it('measures a leased job and keeps its result', async () => {
    const bench = createBench();
    bench.worker.run(job('a'), lease('a', 1));
    expect(bench.worker.heldLease()).toEqual(lease('a', 1));
    await bench.finish(farmFault('timeout', 'slow'));
    expect(bench.kept).toEqual([
      expect.objectContaining({
        lease: lease('a', 1),
        agentId: 'agent',
        outcome: farmFault('timeout', 'slow'),
      }),
    ]);
    expect(bench.worker.heldLease()).toBeUndefined();
  });

  it('ignores a repeated command', async () => {
    const bench = createBench();
    bench.worker.run(job('a'), lease('a', 1));
    bench.worker.run(job('a'), lease('a', 1));
    await bench.finish(farmFault('timeout', 'slow'));
    expect(bench.started).toEqual(['a']);
  });

  it('publishes nothing for a revoked lease, and no longer holds it', async () => {
    const bench = createBench();
    bench.worker.run(job('a'), lease('a', 1));
    bench.worker.stop(lease('a', 1));
    expect(bench.worker.heldLease()).toBeUndefined();
    await bench.finish(farmFault('stopped', 'stopped'));
    expect(bench.kept).toEqual([]);
  });

  it('does not stop for a lease that it does not hold', () => {
    const bench = createBench();
    bench.worker.run(job('a'), lease('a', 2));
    bench.worker.stop(lease('a', 1));
    expect(bench.worker.heldLease()).toEqual(lease('a', 2));
  });

  it('lets old work leave the device before newer work starts', async () => {
    const bench = createBench();
    bench.worker.run(job('a'), lease('a', 1));
    await bench.settle();
    bench.worker.run(job('b'), lease('b', 2));
    await bench.settle();
    expect(bench.started).toEqual(['a']);
    await bench.finish(farmFault('stopped', 'stopped'));
    expect(bench.started).toEqual(['a', 'b']);
    expect(bench.kept).toEqual([]);
  });

  it('waits for its work when it is closed, and keeps what came of it', async () => {
    const bench = createBench();
    bench.worker.run(job('a'), lease('a', 1));
    const closed = bench.worker.close();
    await bench.finish(farmFault('disconnected', 'unplugged'));
    await closed;
    expect(bench.kept).toHaveLength(1);
  });

  it('answers a command that comes after the device left', async () => {
    const bench = createBench();
    await bench.worker.close();
    bench.worker.run(job('a'), lease('a', 1));
    expect(bench.kept).toEqual([
      expect.objectContaining({
        outcome: expect.objectContaining({ code: 'disconnected' }) as unknown,
      }),
    ]);
  });
});

interface Bench {
  readonly worker: DeviceWorker;
  readonly started: string[];
  readonly kept: JobResult[];
  finish(outcome: Outcome): Promise<void>;
  settle(): Promise<void>;
}

function createBench(): Bench {
  const started: string[] = [];
  const kept: JobResult[] = [];
  const waiting: ((outcome: Outcome) => void)[] = [];
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const worker = new DeviceWorker({
    deviceSerial: 'phone',
    agentId: 'agent',
    logger: createLogger('test', 'silent'),
    measure: (each) => {
      started.push(each.jobId);
      return new Promise((resolve) => waiting.push(resolve));
    },
    keepResult: (result) => {
      kept.push(result);
      return Promise.resolve();
    },
  });
  return {
    worker,
    started,
    kept,
    settle,
    finish: async (outcome) => {
      await settle();
      waiting.shift()!(outcome);
      await settle();
    },
  };
}

function job(jobId: string): Job {
  return {
    jobId,
    target: { pool: 'p', runtime: 'onnxruntime', unit: 'cpu', precision: 'int8' },
    artifact: { digest: '0'.repeat(64), sizeBytes: 1, format: 'onnx' },
    plan: defaultPlan,
  };
}

function lease(jobId: string, epoch: number): Lease {
  return { jobId, deviceSerial: 'phone', epoch, nonce: `nonce-${String(epoch)}` };
}
