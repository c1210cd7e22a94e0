import { BadInputError } from '../../common/bad_input';
import { formatTarget, parseTarget } from '../../common/target';

describe('a target', () => {
  it('reads what it writes', () => {
    expect(formatTarget(parseTarget('sm8550/tflite/npu/int8'))).toBe('sm8550/tflite/npu/int8');
  });

  it.each([
    ['sm8550/tflite/npu', 'it needs four parts'],
    ['sm8550/tflite/npu/int8/x', 'it needs four parts'],
    ['SM 8550/tflite/npu/int8', '"SM 8550" is no pool name'],
    ['sm8550/ncnn/npu/int8', '"ncnn" is no runtime (one of tflite, onnxruntime)'],
    ['sm8550/tflite/tpu/int8', '"tpu" is no unit'],
    ['sm8550/tflite/npu/int4', '"int4" is no precision'],
  ])('refuses %s and says why', (text, reason) => {
    expect(() => parseTarget(text)).toThrow(BadInputError);
    expect(() => parseTarget(text)).toThrow(reason);
  });
});
