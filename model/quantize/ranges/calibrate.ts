import { BadInputError } from '../../../common/bad_input';
import { createGraphSession } from '../../execute/graph_session';
import type { FloatTensor, InferenceSession } from '../../execute/session';
import { elementCount, type Graph } from '../../onnx/graph';
import { plain, quote } from '../../onnx/quote';
import { sampleCount, samplesOf, type CalibrationData } from './calibration_data';
import { notFinite, type Collector } from './collector';
import { largestInteger, type ActivationType, type Range } from '../encoding/encoding';
import { extremesOf } from './extremes';
import { createHistogramObserver, type HistogramObserver } from './histogram';
import { chooseRange, type RangeMethod } from './range_search';

export interface Calibration {
  readonly data: CalibrationData;
  readonly method: RangeMethod;
  /** What the ranges are for: a search weighs the steps of these integers. */
  readonly elementType: ActivationType;
  readonly threads: number;
  readonly onSample: (done: number, total: number) => void;
}

/**
 * Runs the float network on the calibration data and returns each listed tensor's range. One sample's activations are in
 * memory at a time. The network has one input of fixed shape. @throws BadInputError when samples do not fit it
 */
export async function calibrate(
  graph: Graph,
  tensors: readonly string[],
  calibration: Calibration,
): Promise<ReadonlyMap<string, Range>> {
  const statistics =
    calibration.method.kind === 'min-max'
      ? extremesOf(graph, tensors)
      : histogramsOf(graph, tensors, calibration);
  const { name, shape } = onlyInput(graph);
  const total = sampleCount(calibration.data);
  const session = await createGraphSession(statistics.graph, {
    threads: calibration.threads,
    optimization: 'all',
  });
  try {
    let done = 0;
    for await (const sample of samplesOf(calibration.data, elementCount(shape))) {
      const input: FloatTensor = { shape, data: sample };
      statistics.take(input, await runOnce(session, name, input));
      done += 1;
      calibration.onSample(done, total);
    }
  } finally {
    await session.release();
  }
  return statistics.ranges();
}

const mostNamed = 4;

/** The model's input, if it has just one, with its fixed shape. @throws BadInputError for others: samples would not say which is meant */
export function onlyInput(graph: Graph): {
  readonly name: string;
  readonly shape: readonly number[];
} {
  const [input] = graph.inputs;
  const shape = input?.shape?.filter((dimension) => typeof dimension === 'number');
  if (
    input === undefined ||
    shape?.length !== input.shape?.length ||
    shape === undefined ||
    graph.inputs.length !== 1 ||
    input.elementType !== 'float32'
  ) {
    const found = graph.inputs
      .slice(0, mostNamed)
      .map(
        ({ name, elementType, shape }) =>
          `${quote(name)} ${elementType} ${(shape ?? ['?']).map(plain).join('x')}`,
      );
    throw new BadInputError(
      `calibration needs a model with one float32 input of fixed shape; this one has ${found.join(', ') || 'none'}${graph.inputs.length > mostNamed ? ', …' : ''}`,
    );
  }
  return { name: input.name, shape };
}

async function runOnce(
  session: InferenceSession,
  name: string,
  input: FloatTensor,
): Promise<ReadonlyMap<string, FloatTensor>> {
  return session.run(new Map([[name, input]]));
}

function histogramsOf(
  graph: Graph,
  tensors: readonly string[],
  { method, elementType }: Calibration,
): Collector {
  const observers = new Map<string, HistogramObserver>(
    tensors.map((tensor) => [tensor, createHistogramObserver()]),
  );
  const inputs = new Set(graph.inputs.map((input) => input.name));
  const outputs = tensors
    .filter((tensor) => !inputs.has(tensor))
    .map((name) => ({ name, elementType: 'float32' as const, shape: null }));
  return {
    // ONNX Runtime finds the outputs' types itself. A graph needs one output.
    graph: { ...graph, outputs: outputs.length === 0 ? graph.outputs : outputs },
    take: (input, results) => {
      for (const [tensor, observer] of observers) {
        const values = inputs.has(tensor) ? input.data : results.get(tensor)?.data;
        if (values !== undefined && !observer.observe(values)) throw notFinite(tensor);
      }
    },
    ranges: () =>
      new Map(
        [...observers].map(([tensor, observer]) => [
          tensor,
          chooseRange(observer.histogram(), method, largestInteger(elementType)),
        ]),
      ),
  };
}
