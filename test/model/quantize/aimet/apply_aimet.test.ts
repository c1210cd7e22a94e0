/** @jest-environment ./test/model/onnxruntime_environment.ts */
import fc from 'fast-check';
import { type AimetEncoding } from '../../../../model/quantize/aimet/aimet_encoding';
import { applyAimet } from '../../../../model/quantize/aimet/apply_aimet';
import { insertQdq } from '../../../../model/quantize/insertion/insert_qdq';
import { outputsOf, randomInputs } from '../equalize/networks';
import { targetOf, someRanges, channel, applied, activation } from './gated_network';

function errorOf(entry: readonly [string, AimetEncoding], options = channel): string {
  const result = applyAimet(
    { activations: new Map([entry]), parameters: new Map(), floats: [] },
    targetOf(options),
  );
  return result.ok ? 'applied without an error' : result.error;
}
const weight: AimetEncoding = {
  bits: 8,
  isSymmetric: true,
  granularity: 'channel',
  scales: [0.5, 0.25, 1, 2],
  offsets: [-128, -128, -128, -128],
};
describe('a file of encodings', () => {
  test('replaces what statistics say, and says which names found no tensor, and which tensors no name', () => {
    const target = targetOf(channel, someRanges);
    const file = {
      activations: new Map([
        ['second', activation],
        ['first', activation],
        ['other', activation],
      ]),
      parameters: new Map([
        ['first.weight', weight],
        ['first.bias', { ...weight, bits: 32 }],
      ]),
      floats: ['kept'],
    };
    const { encodings, unmatched, missing, overruled } = applied(file, target);
    expect(encodings.activations.get('second')).toEqual({
      elementType: 'uint8',
      scale: 0.25,
      zeroPoint: 10,
    });
    expect(encodings.weights.get('first.weight')).toEqual({
      axis: 0,
      scales: Float32Array.of(0.5, 0.25, 1, 2),
      least: -128,
    });
    expect(encodings.activations.get('logits')).toEqual(target.encodings.activations.get('logits'));
    // 'first' fuses with its ReLU, and an int32 bias is what it must be anyway.
    expect(unmatched).toEqual(['first', 'other', 'kept']);
    expect(missing).toEqual(expect.arrayContaining(['image', 'logits', 'second.weight']));
    expect(missing).not.toContain('second');
    expect(overruled).toEqual([]);
  });

  test.each([-128, -127] as const)('lets weights go down to its offset, %i', (offset) => {
    const target = targetOf(channel);
    const lowest = (target.graph.initializers.get('first.weight')!.data as Float32Array).reduce(
      (least, value) => Math.min(least, value),
      0,
    );
    const scales = Array.from({ length: 4 }, () => lowest / -128);
    const { encodings } = applied(
      {
        activations: new Map(),
        parameters: new Map([
          ['first.weight', { ...weight, scales, offsets: scales.map(() => offset) }],
        ]),
        floats: [],
      },
      target,
    );
    const integers = insertQdq(target.graph, encodings).initializers.get('first.weight/quantized')!
      .data as Int8Array;
    expect(Math.min(...integers)).toBe(offset);
  });

  test('gives tensors that must share an encoding the hull of theirs', () => {
    const wide: AimetEncoding = { ...activation, scales: [0.5], offsets: [0] };
    const { encodings, missing } = applied(
      {
        activations: new Map([
          ['flat', activation],
          ['joined', wide],
        ]),
        parameters: new Map(),
        floats: [],
      },
      targetOf(channel, someRanges),
    );
    const scale = Math.fround((127.5 + 2.5) / 255);
    for (const tensor of ['joined', 'flat'])
      expect(encodings.activations.get(tensor)).toEqual({
        elementType: 'uint8',
        scale,
        zeroPoint: Math.round(2.5 / scale),
      });
    expect(missing).not.toContain('flat');
  });

  test('gives a concatenation and its operands each what it says, and converts between them', () => {
    const wide: AimetEncoding = { ...activation, scales: [0.5], offsets: [0] };
    const target = targetOf(channel, someRanges);
    const { encodings } = applied(
      {
        activations: new Map([
          ['gated', activation],
          ['joined', wide],
        ]),
        parameters: new Map(),
        floats: [],
      },
      target,
    );
    expect(encodings.activations.get('gated')).toEqual({
      elementType: 'uint8',
      scale: 0.25,
      zeroPoint: 10,
    });
    expect(encodings.activations.get('joined')).toEqual({
      elementType: 'uint8',
      scale: 0.5,
      zeroPoint: 0,
    });
    const quantized = insertQdq(target.graph, encodings);
    expect(quantized.initializers.get('joined/input1/scale')?.data).toEqual(Float32Array.of(0.5));
  });

  test('yields to what the device fixes, and says so', () => {
    const { encodings, overruled } = applied(
      { activations: new Map([['gate', activation]]), parameters: new Map(), floats: [] },
      targetOf(channel),
    );
    expect(encodings.activations.get('gate')).toEqual({
      elementType: 'uint8',
      scale: 1 / 256,
      zeroPoint: 0,
    });
    expect(overruled).toEqual(['gate']);
  });

  test.each<readonly [readonly [string, AimetEncoding], string]>([
    [
      ['second', { ...activation, bits: 16 }],
      "tensor 'second': the encoding has 16 bits; activations here have 8 (precision int8; w8a16 has 16)",
    ],
    [
      ['second', { ...activation, granularity: 'channel' }],
      "tensor 'second': the encoding is per channel; activations here have one scale per tensor",
    ],
    [
      ['second', { ...activation, scales: [1e-60] }],
      "tensor 'second': the encoding's scale 1e-60 is none that 32 bits can hold; expected a normal number",
    ],
    [
      ['first.weight', { ...weight, bits: 4 }],
      "weight 'first.weight': the encoding has 4 bits; weights here have 8",
    ],
    [
      ['first.weight', { ...weight, offsets: [-128, -128, 0, -128] }],
      "weight 'first.weight': the encoding's offset is 0; weights here are symmetric (offset -128)",
    ],
    [
      ['first.weight', { ...weight, scales: [1], offsets: [-128] }],
      "weight 'first.weight': the encoding has 1 channels; the weight has 4",
    ],
    [
      ['first.weight', { ...weight, scales: [1, 1, 1, 1e300] }],
      "weight 'first.weight': the encoding has a scale that 32 bits cannot hold; expected a normal number",
    ],
  ])('%j is refused with one line', (entry, message) => {
    expect(errorOf(entry)).toBe(message);
  });

  test('per channel is refused where weights have one scale', () => {
    expect(errorOf(['first.weight', weight], { ...channel, weightsPer: 'tensor' })).toBe(
      "weight 'first.weight': the encoding is per channel; this weight has one scale (quantize with weights per channel)",
    );
  });

  test('of any usable numbers gives a network that runs', async () => {
    const usable = fc
      .record({
        scales: fc.tuple(fc.double({ min: 1e-4, max: 10, noNaN: true })),
        offsets: fc.tuple(fc.integer({ min: -255, max: 0 })),
      })
      .map((numbers): AimetEncoding => ({ ...activation, ...numbers }));
    const target = targetOf(channel, someRanges);
    const files = fc.dictionary(fc.constantFrom(...target.encodings.activations.keys()), usable);
    await fc.assert(
      fc.asyncProperty(files, async (entries) => {
        const { encodings } = applied(
          { activations: new Map(Object.entries(entries)), parameters: new Map(), floats: [] },
          target,
        );
        const outputs = await outputsOf(
          insertQdq(target.graph, encodings),
          randomInputs(target.graph, 1, 'run'),
        );
        expect(outputs.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});
