import { createGraphSession } from '../../execute/graph_session';
import type { FloatTensor } from '../../execute/session';
import type { Graph } from '../../onnx/graph';
import { exposing, floatOutputs } from '../quality/layer_quality';
import type { Feeds } from './moments';

/** One sample of so many judges what was learned from the others. */
const samplesPerJudge = 4;

interface DividedSamples {
  readonly learned: readonly Feeds[];
  readonly heldOut: readonly Feeds[];
}

/** Spread over all samples, which may stand in some order. Two samples at least, else none is held out. */
export function divideSamples(samples: readonly Feeds[]): DividedSamples {
  const isHeldOut = (index: number): boolean => index % samplesPerJudge === 1;
  return {
    learned: samples.filter((_, index) => !isHeldOut(index)),
    heldOut: samples.filter((_, index) => isHeldOut(index)),
  };
}

/** Energy of the float network's outputs over that of the difference, in dB; Infinity where there is none. */
export async function outputSqnrDb(
  float: Graph,
  quantized: Graph,
  samples: readonly Feeds[],
): Promise<number> {
  const names = floatOutputs(float);
  const [expected, actual] = [
    await outputsOf(exposing(float, names), samples),
    await outputsOf(exposing(quantized, names), samples),
  ];
  let [signal, noise] = [0, 0];
  expected.forEach((tensor, index) => {
    const other = actual[index]?.data ?? new Float32Array();
    tensor.data.forEach((value, place) => {
      signal += value * value;
      noise += (value - (other[place] ?? 0)) ** 2;
    });
  });
  return noise === 0 ? Infinity : 10 * Math.log10(signal / noise);
}

async function outputsOf(graph: Graph, samples: readonly Feeds[]): Promise<readonly FloatTensor[]> {
  const session = await createGraphSession(graph);
  try {
    const outputs: FloatTensor[] = [];
    for (const feeds of samples) outputs.push(...(await session.run(feeds)).values());
    return outputs;
  } finally {
    await session.release();
  }
}
