import { floatAttribute, intAttribute } from '../../onnx/graph';
import { batchMatmulOptions, fullyConnectedOptions } from '../file/builtin_options';
import { plainLayout, sameNumbers, withLast, type Layout } from '../lowering/layout';
import type { Lowering } from '../lowering/lowering';
import type { Operand, Step } from '../lowering/quantized_steps';
import { Unsupported } from '../lowering/unsupported';
import { activatedOutput } from './bounds';
import { integerBias } from './convolution';
import { inputOf, outputOf, type Lower } from './family';

/** TFLite's weights of a fully connected layer are O, I. */
const outputsFirst: Layout = [0, 1];
const inputsFirst: Layout = [1, 0];

export const matrixFamily: Readonly<Record<string, Lower>> = { Gemm: gemm, MatMul: matmul };

function gemm(step: Step, to: Lowering): void {
  const { node } = step;
  const [data, weight] = [inputOf(step, 0), inputOf(step, 1)];
  if (weight.constant === undefined)
    throw new Unsupported(node, 'its second matrix is computed; write it as MatMul');
  if (floatAttribute(node, 'alpha', 1) !== 1 || floatAttribute(node, 'beta', 1) !== 1)
    throw new Unsupported(node, 'alpha and beta must be 1; fold them into weights and bias');
  const layout = intAttribute(node, 'transA', 0) === 1 ? inputsFirst : outputsFirst;
  fullyConnected(step, to, {
    data: to.read(data, layout),
    weight: to.read(weight, intAttribute(node, 'transB', 0) === 1 ? outputsFirst : inputsFirst),
  });
}

function matmul(step: Step, to: Lowering): void {
  const [first, second] = [inputOf(step, 0), inputOf(step, 1)];
  if (second.constant !== undefined && second.shape.length === 2 && first.constant === undefined) {
    // The dimensions before the last count rows, in whatever order they stand.
    const rows = to.layoutOf(first);
    const layout = withLast(rows, first.shape.length - 1);
    fullyConnected(step, to, {
      data: to.read(first, layout),
      weight: to.read(second, inputsFirst),
      layout,
    });
    return;
  }
  batchMatmul(step, to, [first, second]);
}

function fullyConnected(
  step: Step,
  to: Lowering,
  {
    data,
    weight,
    layout = outputsFirst,
  }: { readonly data: number; readonly weight: number; readonly layout?: Layout },
): void {
  const output = outputOf(step);
  const bias = step.inputs[2];
  const keepDimensions = output.shape.length !== 2;
  const inputs = [data, weight, bias === undefined ? -1 : integerBias(step, to, bias)];
  const made = activatedOutput(step, to, layout);
  const options = fullyConnectedOptions(made.activation, keepDimensions);
  to.emit({
    kind: 'FULLY_CONNECTED',
    inputs,
    outputs: [made.index],
    options,
    needs: { keepDimensions },
  });
  made.bound();
}

/** A second matrix that stands transposed is read as it is: attention's keys. */
function batchMatmul(step: Step, to: Lowering, [first, second]: readonly [Operand, Operand]): void {
  const rank = outputOf(step).shape.length;
  const plain = plainLayout(rank);
  const swapped = [...plain.slice(0, -2), rank - 1, rank - 2];
  const transposed =
    second.constant === undefined &&
    second.shape.length === rank &&
    sameNumbers(to.layoutOf(second), swapped);
  const inputs = [to.read(first, plain), to.read(second, transposed ? swapped : plain)];
  const made = activatedOutput(step, to, plain, false);
  to.emit({
    kind: 'BATCH_MATMUL',
    inputs,
    outputs: [made.index],
    options: batchMatmulOptions(transposed),
  });
  made.bound();
}
