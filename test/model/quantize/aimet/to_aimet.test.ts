/** @jest-environment ./test/model/onnxruntime_environment.ts */
import { writtenVersions } from '../../../../model/quantize/aimet/aimet_encoding';
import { toAimet } from '../../../../model/quantize/aimet/to_aimet';
import { readEncodings } from '../../../../model/quantize/aimet/read';
import { writeEncodings } from '../../../../model/quantize/aimet/write';
import { insertQdq } from '../../../../model/quantize/insertion/insert_qdq';
import { type QuantizationOptions } from '../../../../model/quantize/options/options';
import { targetOf, someRanges, channel, applied } from './gated_network';

const settings: readonly (readonly [string, QuantizationOptions])[] = [
  ['8 bits per channel', channel],
  ['8 bits per tensor', { ...channel, weightsPer: 'tensor' }],
  ['16-bit activations', { ...channel, precision: 'w8a16' }],
];
describe("a network's encodings", () => {
  test.each(settings)('come back from a file as they were: %s', (_, options) => {
    const target = targetOf(options, someRanges);
    for (const version of writtenVersions) {
      const file = readEncodings(
        writeEncodings(toAimet(target.graph, target.encodings), {
          version,
          scheme: 'post_training_tf',
        }),
      );
      if (!file.ok) throw new Error(file.error);
      const back = applied(file.value, targetOf(options));
      // AIMET's integers go down to -128, which these scales do not need.
      const weights = new Map(
        [...target.encodings.weights].map(([name, encoding]) => [
          name,
          { ...encoding, least: -128 },
        ]),
      );
      expect(back).toEqual({
        encodings: { ...target.encodings, weights },
        unmatched: [],
        missing: [],
        overruled: [],
      });
      expect(insertQdq(target.graph, back.encodings)).toEqual(
        insertQdq(target.graph, target.encodings),
      );
    }
  });

  test('are given the tensors that AIMET gives encodings, with offset = -zero point', () => {
    const target = targetOf(channel, someRanges);
    const { activations, parameters } = toAimet(target.graph, target.encodings);
    expect([...activations.keys()].sort()).toEqual([
      'active',
      'constant',
      'gate',
      'gated',
      'image',
      'joined',
      'logits',
      'second',
      'shifted',
    ]);
    expect([...parameters.keys()]).toEqual(['first.weight', 'second.weight', 'logits.weight']);
    const { scale, zeroPoint } = target.encodings.activations.get('second')!;
    expect(activations.get('second')).toEqual({
      bits: 8,
      isSymmetric: false,
      granularity: 'tensor',
      scales: [scale],
      offsets: [-zeroPoint],
    });
    expect(parameters.get('first.weight')).toMatchObject({
      bits: 8,
      isSymmetric: true,
      granularity: 'channel',
      offsets: [-128, -128, -128, -128],
    });
  });
});
