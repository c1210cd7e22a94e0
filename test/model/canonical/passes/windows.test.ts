/** @jest-environment ./test/model/onnxruntime_environment.ts */
import fc from 'fast-check';
import type { Attribute } from '../../../../model/onnx/graph';
import { float32Tensor, int, ints } from '../../../../model/onnx/graph_builder';
import { numRuns, drawn, list, graphOf, agreed, within } from '../rewritten_graphs';

const pair = (arbitrary: fc.Arbitrary<number>): fc.Arbitrary<[number, number]> =>
  fc.tuple(arbitrary, arbitrary);
describe('windows', () => {
  const window = {
    mode: fc.constantFrom('SAME_UPPER', 'SAME_LOWER', 'VALID', undefined),
    size: pair(within(5, 9)),
    kernel: pair(within(1, 4)),
    strides: pair(within(1, 3)),
    withKernel: fc.boolean(),
  };
  const named = (mode: string | undefined): Readonly<Record<string, Attribute>> =>
    mode === undefined ? {} : { auto_pad: { kind: 'string', value: mode } };

  test('that leave padding and kernel to their reader keep their values when both are written out', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          ...window,
          kind: fc.constantFrom('Conv', 'MaxPool', 'AveragePool'),
          dilations: pair(within(1, 2)),
        }),
        async ({ kind, mode, size, kernel, strides, dilations, withKernel }) => {
          // SAME says nothing of dilated windows: runtimes differ.
          const dilation =
            mode === undefined || mode === 'VALID'
              ? dilations.map((each, axis) => ((kernel[axis]! - 1) * each < size[axis]! ? each : 1))
              : [1, 1];
          // Where a pool strides over pixels SAME pads nothing, as in TensorFlow; ONNX Runtime begins such a pool behind the first pixel.
          const stride =
            kind === 'Conv' ? strides : strides.map((each, axis) => Math.min(each, kernel[axis]!));
          const graph = graphOf((builder) => {
            const x = builder.input('x', [1, 2, ...size]);
            const inputs =
              kind === 'Conv' ? [x, builder.constant('w', drawn(3, 2, ...kernel))] : [x];
            return builder.node('y', kind, inputs, {
              ...named(mode),
              strides: ints(...stride),
              dilations: ints(...dilation),
              ...(kind !== 'Conv' || withKernel ? { kernel_shape: ints(...kernel) } : {}),
            });
          });
          const [node] = (await agreed(graph)).nodes.filter((each) => each.kind === kind);
          expect([node?.attributes.has('auto_pad'), node?.attributes.has('kernel_shape')]).toEqual([
            false,
            true,
          ]);
        },
      ),
      { numRuns },
    );
  });

  test("of transposed convolutions do, by automatic padding or by the output's shape", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          ...window,
          wanted: fc.boolean(),
          cut: pair(within(-2, 3)),
          extra: pair(within(0, 1)),
          dilations: pair(within(1, 2)),
        }),
        async ({ mode, size, kernel, strides, withKernel, wanted, cut, extra, dilations }) => {
          const dilation = mode === undefined ? dilations : [1, 1];
          const full = size.map(
            (steps, axis) =>
              (steps - 1) * strides[axis]! + (kernel[axis]! - 1) * dilation[axis]! + 1,
          );
          const byShape = wanted && mode !== 'VALID';
          const graph = graphOf((builder) => {
            const inputs = [
              builder.input('x', [1, 2, ...size]),
              builder.constant('w', drawn(2, 3, ...kernel)),
            ];
            // Less than a stride may lie behind all that the windows reach; ONNX Runtime refuses more.
            const beyond = strides.map((stride) => stride - 1);
            const shape = byShape
              ? {
                  output_shape: ints(
                    ...full.map((reached, axis) =>
                      Math.max(1, Math.min(reached - cut[axis]!, reached + beyond[axis]!)),
                    ),
                  ),
                }
              : {};
            const padding =
              mode === undefined
                ? {
                    output_padding: ints(
                      ...extra.map((each, axis) => Math.min(each, strides[axis]! - 1)),
                    ),
                  }
                : {};
            return builder.node('y', 'ConvTranspose', inputs, {
              ...named(mode),
              strides: ints(...strides),
              dilations: ints(...dilation),
              ...shape,
              ...padding,
              ...(withKernel ? { kernel_shape: ints(...kernel) } : {}),
            });
          });
          const [node] = (await agreed(graph)).nodes.filter(
            (each) => each.kind === 'ConvTranspose',
          );
          expect([
            node?.attributes.has('auto_pad'),
            node?.attributes.has('output_shape'),
            node?.attributes.has('kernel_shape'),
          ]).toEqual([false, false, true]);
        },
      ),
      { numRuns },
    );
  });
});
test('padding merges into the window behind it only where it pads alike', async () => {
  const merged = new Set<string>();
  const cases = fc.record({
    kind: fc.constantFrom('Conv', 'MaxPool', 'AveragePool'),
    pads: fc.array(within(0, 1), { minLength: 4, maxLength: 4 }),
    own: fc.boolean(),
    value: fc.constantFrom(0, -Infinity, 0.5, undefined),
    activation: fc.constantFrom('Relu', 'Sigmoid', 'Tanh', undefined),
    included: within(0, 1),
    ceil: within(0, 1),
    strides: pair(within(1, 2)),
    channels: fc.boolean(),
    axes: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      cases,
      async ({ kind, pads, own, value, activation, included, ceil, strides, channels, axes }) => {
        // Sums of infinities are no numbers, and windows of nothing else cannot be compared.
        const fill =
          (kind !== 'MaxPool' || channels || own || ceil === 1) && value === -Infinity ? 0 : value;
        const graph = graphOf((builder) => {
          const x = builder.input('x', [1, 2, 6, 7]);
          const active = activation === undefined ? x : builder.node('active', activation, [x]);
          const [top, left, bottom, right] = pads as [number, number, number, number];
          const sizes = axes
            ? [left, top, right, bottom]
            : [0, channels ? 1 : 0, top, left, 0, 0, bottom, right];
          const values =
            fill === undefined && !axes
              ? []
              : [builder.constant('fill', float32Tensor([], Float32Array.of(fill ?? 0)))];
          const padded = builder.node('padded', 'Pad', [
            active,
            builder.constant('sizes', list(sizes)),
            ...values,
            ...(axes ? [builder.constant('axes', list([3, -2]))] : []),
          ]);
          const inputs =
            kind === 'Conv'
              ? [padded, builder.constant('w', drawn(3, channels && !axes ? 3 : 2, 3, 3))]
              : [padded];
          const pool =
            kind === 'Conv'
              ? {}
              : {
                  ceil_mode: int(ceil),
                  ...(kind === 'AveragePool' ? { count_include_pad: int(included) } : {}),
                };
          return builder.node('y', kind, inputs, {
            kernel_shape: ints(3, 3),
            strides: ints(...strides),
            ...(own ? { pads: ints(1, 1, 1, 1) } : {}),
            ...pool,
          });
        });
        const { nodes } = await agreed(graph);
        if (!nodes.some((node) => node.kind === 'Pad')) merged.add(kind);
      },
    ),
    { numRuns: 2 * numRuns },
  );
  expect([...merged].sort()).toEqual(['AveragePool', 'Conv', 'MaxPool']);
});
