import { decodeResult } from '../../proto/codec/result';
import { writeSync } from 'node:fs';
import { systemClock } from '../../platform/time/clock';
import { createLogger } from '../../platform/logger';
import { openLedger } from '../../coordinator/ledger/open_ledger';
import { connectBus } from '../../platform/nats/bus';
import { createResultConsumer } from '../../coordinator/results/result_consumer';
import { commitResults } from './commit_results';

/** A coordinator that dies by its own hand right after its second batch is in the ledger, before anything can acknowledge it. */
async function main(url: string, path: string): Promise<void> {
  const logger = createLogger('test', 'silent');
  const ledger = await openLedger(path);
  let batches = 0;
  const handle = async (results: Parameters<typeof commitResults>[1]): Promise<void> => {
    await commitResults(ledger, results);
    batches += 1;
    if (batches < 2) return;
    writeSync(1, `${results.map(({ lease }) => lease.jobId).join(' ')}\n`);
    process.kill(process.pid, 'SIGKILL');
  };
  const consumer = createResultConsumer({
    bus: await connectBus(url, 'coordinator', logger),
    decodeLarge: (bytes) => Promise.resolve(decodeResult(bytes)),
    handle,
    onFailure: () => undefined,
    clock: systemClock,
    logger,
  });
  await consumer.start();
}

void main(process.argv[2] ?? '', process.argv[3] ?? '');
