import type { Result } from '../../common/result';
import type { Precision } from '../../common/target';
import { eightBit, precisionOf, sixteenBit, type Arithmetic } from './precision';
import type { TfliteModel, TfliteOperator } from '../tflite/file/read';

const productKinds: ReadonlySet<string> = new Set([
  ...[
    'CONV_2D',
    'DEPTHWISE_CONV_2D',
    'TRANSPOSE_CONV',
    'CONV_3D',
    'FULLY_CONNECTED',
    'BATCH_MATMUL',
  ],
  ...['UNIDIRECTIONAL_SEQUENCE_LSTM', 'UNIDIRECTIONAL_SEQUENCE_RNN', 'SVDF'],
]);

/** Told by the operators with products: a normalization between them may be in float. Without any, by all. */
export function tflitePrecision(model: TfliteModel): Result<Precision, string> {
  const products = model.operators.filter(({ kind }) => productKinds.has(kind));
  const isConversion = ({ kind }: TfliteOperator): boolean =>
    kind === 'QUANTIZE' || kind === 'DEQUANTIZE';
  const computing =
    products.length > 0 ? products : model.operators.filter((operator) => !isConversion(operator));
  return precisionOf(arithmeticOf(model, computing));
}

function arithmeticOf(model: TfliteModel, operators: readonly TfliteOperator[]): Arithmetic {
  const stored = storedWeights(model);
  const activations = new Set<string>();
  const weights = new Set<string>();
  const add = (index: number): void => {
    const tensor = model.tensors[stored.get(index) ?? index];
    if (tensor === undefined || !isNumeric(tensor.elementType)) return;
    (tensor.constant ? weights : activations).add(tensor.elementType);
  };
  for (const { inputs, outputs } of operators) [...inputs, ...outputs].forEach(add);
  return { activations, weights };
}

/** Weights that an operator of their own widens when the model is loaded, as the file has them: half precision is stored so. */
function storedWeights({ operators, tensors }: TfliteModel): ReadonlyMap<number, number> {
  return new Map(
    operators.flatMap(({ kind, inputs: [from], outputs: [to] }): [number, number][] =>
      kind === 'DEQUANTIZE' &&
      from !== undefined &&
      to !== undefined &&
      tensors[from]?.constant === true
        ? [[to, from]]
        : [],
    ),
  );
}

function isNumeric(type: string): boolean {
  return (
    eightBit.includes(type) ||
    sixteenBit.includes(type) ||
    type.startsWith('float') ||
    type === 'int4'
  );
}
