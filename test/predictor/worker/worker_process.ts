import { connectBus } from '../../../platform/nats/bus';
import { createLogger } from '../../../platform/logger';
import { startTrainingWorker } from '../../../predictor/worker/training_worker';
import { workerParts } from './worker_lab';

/** A worker as a process of its own, to be killed. */
const [url = '', dataFolder = ''] = process.argv.slice(2);
void connectBus(url, 'worker', createLogger('test', 'silent'))
  .then((bus) => startTrainingWorker(workerParts(bus, dataFolder)))
  .then(() => process.stdout.write('ready\n'));
