import { BadInputError } from '../../../common/bad_input';
import { readReference } from '../../../model/reference/reference_parts';
import { tinyConvReference, tinyTokenReference } from '../../predictor/tiny_reference';

test('a reference comes apart into stem, blocks and head', () => {
  const { bytes, reference } = tinyConvReference();
  const parts = readReference(bytes, reference);
  expect(parts.blocks).toHaveLength(2);
  expect(parts.cutShapes).toHaveLength(3);
  const ends = [parts.stem, ...parts.blocks].map((part) => part.outputs[0]?.name);
  expect(ends).toEqual(reference.cuts);
  expect([...parts.blocks, parts.head].map((part) => part.inputs[0]?.name)).toEqual(ends);
});

test('so does a transformer, whose cuts are tokens', () => {
  const { bytes, reference } = tinyTokenReference();
  const parts = readReference(bytes, reference);
  expect(parts.cutShapes).toEqual([
    [17, 64],
    [17, 64],
    [17, 64],
  ]);
});

test.each([
  ['bytes that are no model', (bytes: Uint8Array) => bytes.subarray(0, 10), undefined],
  ['a cut that is not there', (bytes: Uint8Array) => bytes, ['nowhere', 'else']],
])('%s are refused in a line that names the reference', (_what, changed, cuts) => {
  const { bytes, reference } = tinyConvReference();
  const read = (): unknown =>
    readReference(changed(bytes), { name: 'tiny', cuts: cuts ?? reference.cuts });
  expect(read).toThrow(BadInputError);
  expect(read).toThrow(/reference tiny/);
});
