import type { OperatorCase } from './operator_case';
import { activationCases } from './operators/activation_cases';
import { convolutionCases } from './operators/convolution_cases';
import { elementwiseCases } from './operators/elementwise_cases';
import { matrixCases } from './operators/matrix_cases';
import { movementCases } from './operators/movement_cases';
import { poolCases } from './operators/pool_cases';
import { resizeCases } from './operators/resize_cases';

/** Every operator that is written to TFLite, by its family. */
export const operatorCases: readonly OperatorCase[] = [
  ...convolutionCases,
  ...matrixCases,
  ...elementwiseCases,
  ...activationCases,
  ...poolCases,
  ...movementCases,
  ...resizeCases,
];
