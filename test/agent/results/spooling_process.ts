import { writeSync } from 'node:fs';
import { openSpool } from '../../../agent/results/spool';
import { createLogger } from '../../../platform/logger';
import { aResult } from '../../contract/ledger/ledger_samples';

/** Spools result after result, some at a time, and names each once it is kept; until it is killed. */
async function main(directory: string): Promise<never> {
  const spool = await openSpool(directory, createLogger('test', 'silent'));
  for (let epoch = 1; ; epoch += 4) {
    const results = [0, 1, 2, 3].map((offset) => aResult('job', epoch + offset));
    await Promise.all(
      results.map(async (result) => {
        await spool.add(result);
        writeSync(1, `job:${String(result.lease.epoch)}\n`);
      }),
    );
  }
}

void main(process.argv[2] ?? '');
