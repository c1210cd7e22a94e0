import { parseTarget } from '../../../common/target';
import { createBlockSpace } from '../../../model/space/block_space';
import { blockDocument } from './block_document';
import { isUnrestricted, restrictDocument } from '../../../model/space/restrict';

const [cpu, npu] = ['host/onnxruntime/cpu/int8', 'sm8550/onnxruntime/npu/int8'].map((text) =>
  parseTarget(text),
);
const donna = blockDocument('donna-full');
const optionsOf = (restriction: Parameters<typeof restrictDocument>[1], document = donna): bigint =>
  createBlockSpace(restrictDocument(document, restriction), 'restricted').summarize().options;

describe('a restricted space', () => {
  test('has what the rules permit on all targets', () => {
    const whole = createBlockSpace(donna, 'donna-full');
    const onNpu = whole.within({ targets: [npu!], forbidden: [] }).summarize().options;
    // Swish is forbidden on an int8 NPU in each of 5 blocks.
    expect(onNpu).toBe(whole.summarize().options / 2n ** 5n);
    expect(optionsOf({ targets: [npu!], forbidden: [] })).toBe(onNpu);
    expect(optionsOf({ targets: [cpu!], forbidden: [] })).toBe(whole.summarize().options);
    expect(optionsOf({ targets: [cpu!, npu!], forbidden: [] })).toBe(onNpu);
  });

  test('lacks what is forbidden, in all blocks or in one', () => {
    const whole = optionsOf({ targets: [], forbidden: [] });
    // A third of the kernels in each of 5 blocks, half of the widths in one.
    expect(optionsOf({ targets: [], forbidden: ['kernel=7'] })).toBe((whole * 2n ** 5n) / 3n ** 5n);
    expect(optionsOf({ targets: [], forbidden: ['block2.width=0.5'] })).toBe(whole / 2n);
  });

  test('is none where a target can run nothing of it', () => {
    const document = {
      ...donna,
      rules: [{ forbid: { kernel: [3, 5, 7] }, targets: { unit: ['npu'] } }],
    };
    expect(optionsOf({ targets: [cpu!], forbidden: [] }, document)).toBeGreaterThan(0n);
    expect(() => optionsOf({ targets: [npu!], forbidden: [] }, document)).toThrow(
      'field rules: they forbid every option of block 1; relax one',
    );
  });

  test('is the whole one where nothing speaks of its targets', () => {
    expect(isUnrestricted(donna, { targets: [cpu!], forbidden: [] })).toBe(true);
    expect(isUnrestricted(donna, { targets: [npu!], forbidden: [] })).toBe(false);
    expect(isUnrestricted(donna, { targets: [], forbidden: ['kernel=3'] })).toBe(false);
  });
});
