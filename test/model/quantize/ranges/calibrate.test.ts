/** @jest-environment ./test/model/onnxruntime_environment.ts */
import fc from 'fast-check';
import { createGraphBuilder } from '../../../../model/onnx/graph_builder';
import type { DeclaredTensor, Graph } from '../../../../model/onnx/graph';
import {
  calibrate,
  onlyInput,
  type Calibration,
} from '../../../../model/quantize/ranges/calibrate';

const shape = [1, 8];

/** x, and its double less one: ranges that one can work out. */
function lineGraph(): Graph {
  const builder = createGraphBuilder('line');
  const x = builder.input('x', shape);
  const twice = builder.node('twice', 'Add', [x, x]);
  const positive = builder.node('positive', 'Relu', [twice]);
  return builder.finish([{ name: positive, elementType: 'float32', shape }]);
}

function calibration(
  samples: readonly Float32Array[],
  method: Calibration['method'] = { kind: 'min-max' },
): Calibration {
  return {
    data: { kind: 'given', samples },
    method,
    elementType: 'uint8',
    threads: 1,
    onSample: () => undefined,
  };
}

const anySamples = fc.array(
  fc
    .array(fc.integer({ min: -3200, max: 3200 }), { minLength: 8, maxLength: 8 })
    .map((values) => Float32Array.from(values, (value) => value / 64)),
  { minLength: 1, maxLength: 3 },
);

describe('ranges from calibration', () => {
  test('are the least and largest value that the network computes, and hold zero', async () => {
    await fc.assert(
      fc.asyncProperty(anySamples, async (samples) => {
        const ranges = await calibrate(
          lineGraph(),
          ['x', 'twice', 'positive'],
          calibration(samples),
        );
        const values = samples.flatMap((sample) => [...sample]);
        const [min, max] = [Math.min(0, ...values), Math.max(0, ...values)];
        expect(ranges.get('x')).toEqual({ min, max });
        expect(ranges.get('twice')).toEqual({ min: 2 * min, max: 2 * max });
        expect(ranges.get('positive')).toEqual({ min: 0, max: 2 * max });
      }),
      { numRuns: 20 },
    );
  });

  test.each([{ kind: 'mse' }, { kind: 'sqnr' }, { kind: 'percentile', percentile: 99 }] as const)(
    'by %j lie within what was seen',
    async (method) => {
      await fc.assert(
        fc.asyncProperty(anySamples, async (samples) => {
          const tensors = ['x', 'twice'];
          const seen = await calibrate(lineGraph(), tensors, calibration(samples));
          const found = await calibrate(lineGraph(), tensors, calibration(samples, method));
          for (const tensor of tensors) {
            const [outer, inner] = [seen.get(tensor)!, found.get(tensor)!];
            expect(inner.min).toBeGreaterThanOrEqual(outer.min);
            expect(inner.max).toBeLessThanOrEqual(outer.max);
            expect(inner.min).toBeLessThanOrEqual(0);
            expect(inner.max).toBeGreaterThanOrEqual(0);
          }
        }),
        { numRuns: 10 },
      );
    },
  );

  test('are told of one sample after the other', async () => {
    const told: (readonly [number, number])[] = [];
    await calibrate(lineGraph(), ['x'], {
      ...calibration([new Float32Array(8), new Float32Array(8)]),
      onSample: (done, total) => told.push([done, total]),
    });
    expect(told).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });

  test.each([{ kind: 'min-max' }, { kind: 'mse' }] as const)(
    'of a network that overflows are refused, naming the tensor (%j)',
    async (method) => {
      const huge = new Float32Array(8).fill(3e38);
      await expect(
        calibrate(lineGraph(), ['x', 'twice'], calibration([huge], method)),
      ).rejects.toThrow('tensor twice is not finite on the calibration data');
    },
  );
});

describe('the input that samples are for', () => {
  const withInputs = (...inputs: readonly DeclaredTensor[]): Graph => ({ ...lineGraph(), inputs });
  const named = (
    name: string,
    elementType: DeclaredTensor['elementType'],
    declared: DeclaredTensor['shape'],
  ): DeclaredTensor => ({ name, elementType, shape: declared });

  test('is the only one', () => {
    expect(onlyInput(lineGraph())).toEqual({ name: 'x', shape });
  });

  test.each<readonly [string, Graph, string]>([
    ['none', withInputs(), 'this one has none'],
    [
      'two',
      withInputs(named('a', 'float32', [1, 2]), named('b', 'float32', [2])),
      "this one has 'a' float32 1x2, 'b' float32 2",
    ],
    ['integers', withInputs(named('a', 'int64', [1, 2])), "this one has 'a' int64 1x2"],
    [
      'an open dimension',
      withInputs(named('a', 'float32', ['batch', 2])),
      "this one has 'a' float32 batchx2",
    ],
    ['no shape', withInputs(named('a', 'float32', null)), "this one has 'a' float32 ?"],
    [
      'six',
      withInputs(...['a', 'b', 'c', 'd', 'e', 'f'].map((name) => named(name, 'float32', [1]))),
      "'d' float32 1, …",
    ],
  ])('is not to be told from a network with %s', (_, graph, message) => {
    expect(() => onlyInput(graph)).toThrow(message);
  });
});
