import { largestArtifactBytes, type ModelFormat } from '../../common/artifact';
import { fail, ok, type Result } from '../../common/result';
import type { Precision } from '../../common/target';
import type { NetworkCost } from '../cost/network_cost';
import { costOfOnnx } from '../cost/onnx_cost';
import { costOfTflite } from '../cost/tflite_cost';
import { dynamicQuantization, onnxPrecision } from './onnx_precision';
import { readOnnx } from '../onnx/read';
import { inferShapes } from '../onnx/shapes/shape_inference';
import { tflitePrecision } from './tflite_precision';
import { hasTfliteIdentifier, readTflite, type TfliteModel } from '../tflite/file/read';

export interface TensorShape {
  readonly name: string;
  readonly elementType: string;
  readonly shape: readonly number[];
}

/** What a model file says of itself, after it was checked. */
export interface ModelSummary {
  readonly format: ModelFormat;
  readonly precision: Precision;
  readonly inputs: readonly TensorShape[];
  readonly outputs: readonly TensorShape[];
  readonly cost: NetworkCost;
}

/** More than any model has; each becomes a row somewhere. */
const mostInputsAndOutputs = 1_000;

/**
 * Checks a model file, whose format is told by its content, and says what running it takes. The error is one line: what
 * is wrong and the remedy. Never throws, whatever the bytes.
 */
export function inspectModel(bytes: Uint8Array): Result<ModelSummary, string> {
  if (bytes.length === 0) return fail('the file is empty; expected an ONNX or TFLite model');
  if (bytes.length > largestArtifactBytes)
    return fail(
      `the file has ${bytes.length} bytes; models above ${largestArtifactBytes} are refused`,
    );
  return hasTfliteIdentifier(bytes) ? inspectTflite(bytes) : inspectOnnx(bytes);
}

function inspectOnnx(bytes: Uint8Array): Result<ModelSummary, string> {
  const graph = readOnnx(bytes);
  if (!graph.ok) return graph;
  const dynamic = dynamicQuantization(graph.value);
  if (dynamic !== undefined) return fail(dynamic);
  const types = inferShapes(graph.value);
  if (!types.ok) return types;
  const precision = onnxPrecision(graph.value, types.value);
  if (!precision.ok) return precision;
  const describe = (tensors: readonly { readonly name: string }[]): TensorShape[] =>
    tensors.flatMap(({ name }) => {
      const type = types.value.get(name);
      return type === undefined ? [] : [{ name, elementType: type.elementType, shape: type.shape }];
    });
  return bounded({
    format: 'onnx',
    precision: precision.value,
    inputs: describe(graph.value.inputs),
    outputs: describe(graph.value.outputs),
    cost: costOfOnnx(graph.value, types.value),
  });
}

function inspectTflite(bytes: Uint8Array): Result<ModelSummary, string> {
  const model = readTflite(bytes);
  if (!model.ok) return model;
  const open = openDimension(model.value);
  if (open !== undefined) return fail(open);
  const precision = tflitePrecision(model.value);
  if (!precision.ok) return precision;
  const describe = (indices: readonly number[]): TensorShape[] =>
    indices.flatMap((index) => {
      const tensor = model.value.tensors[index];
      return tensor === undefined
        ? []
        : [{ name: tensor.name, elementType: tensor.elementType, shape: tensor.shape }];
    });
  return bounded({
    format: 'tflite',
    precision: precision.value,
    inputs: describe(model.value.inputs),
    outputs: describe(model.value.outputs),
    cost: costOfTflite(model.value),
  });
}

function bounded(summary: ModelSummary): Result<ModelSummary, string> {
  const count = summary.inputs.length + summary.outputs.length;
  if (count > mostInputsAndOutputs)
    return fail(
      `the model has ${count} inputs and outputs; more than ${mostInputsAndOutputs} are refused`,
    );
  if (!Number.isSafeInteger(summary.cost.macs))
    return fail('the shapes in the file multiply to more work than any model has');
  return ok(summary);
}

function openDimension(model: TfliteModel): string | undefined {
  for (const index of model.inputs) {
    const tensor = model.tensors[index];
    if (tensor === undefined) continue;
    if (tensor.shapeSignature.includes(-1))
      return `input '${tensor.name}' has a dynamic dimension ${tensor.shapeSignature.indexOf(-1)}; convert the model with a fixed shape, e.g. 1x224x224x3`;
  }
  const wrong = model.tensors.find((tensor) => tensor.shape.some((size) => size < 0));
  return wrong === undefined
    ? undefined
    : `tensor '${wrong.name}' has shape ${wrong.shape.join('x')}; convert the model with fixed shapes`;
}
