import { type OperatorCase, randomTensor, image, one, two } from '../operator_case';

export const elementwiseCases: readonly OperatorCase[] = [
  two('sum', 'Add', [image, image, image], ['ADD']),
  two('sum with broadcast', 'Add', [image, [1, 8, 1, 1], image], ['ADD']),
  one('sum with constant', 'Add', { constants: [randomTensor('c', [8, 1, 1])], kinds: ['ADD'] }),
  two('difference', 'Sub', [image, image, image], ['SUB']),
  two('product', 'Mul', [image, image, image], ['MUL']),
  two('gate', 'Mul', [image, [1, 8, 1, 1], image], ['MUL']),
  one('product with constant', 'Mul', {
    constants: [randomTensor('c', [1, 8, 1, 1])],
    kinds: ['MUL'],
  }),
  {
    name: 'sum with ReLU',
    inputs: [image, image],
    outputShape: image,
    kinds: ['ADD'],
    build: (b, [x, y]) => b.node('y', 'Relu', [b.node('sum', 'Add', [x!, y!])]),
  },
  {
    name: 'quotient',
    wideSteps: 9,
    inputs: [image, image],
    outputShape: image,
    kinds: ['LOGISTIC', 'DEQUANTIZE', 'DEQUANTIZE', 'DIV', 'QUANTIZE'],
    build: (b, [x, y]) => b.node('y', 'Div', [x!, b.node('s', 'Sigmoid', [y!])]),
  },
];
