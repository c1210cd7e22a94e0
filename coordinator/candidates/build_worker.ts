import { parentPort } from 'node:worker_threads';
import { assert } from '../../common/assert';
import { createTensorCache } from '../../model/block/tensor_cache';
import { buildCandidate } from '../../model/build';
import type { BuildReply, BuildRequest } from './build_request';
import { giveWayToEventLoop } from '../../platform/threads/give_way';

/** Images that calibrate the activations' ranges: for random weights more move them by less than a step of int8. */
const calibrationSamples = 4;

/** Weights of blocks, which candidates share: all options of a small space, the recent ones of a large space. */
const mostKeptBytes = 256 * 1024 * 1024;
const weights = createTensorCache(mostKeptBytes);

const port = parentPort;
assert(port !== null, 'the build worker runs as a worker thread');
giveWayToEventLoop();
port.on('message', (request: BuildRequest) => {
  void answer(request).then((reply) => port.postMessage(reply));
});

async function answer(request: BuildRequest): Promise<BuildReply> {
  try {
    const { int8, summary, parameters } = await buildCandidate(
      {
        ...request,
        calibration: { kind: 'generated', seed: request.seed, samples: calibrationSamples },
      },
      weights,
    );
    return {
      ok: true,
      value: {
        model: int8,
        macs: summary.cost.macs,
        parameters,
        peakActivationBytes: summary.cost.peakActivationBytes,
      },
    };
  } catch (error) {
    return { ok: false, message: (error as Error).message };
  }
}
