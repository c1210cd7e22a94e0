import { fail, ok, type Result } from '../../common/result';
import type { Graph, TensorType } from '../onnx/graph';
import { inferShapes } from '../onnx/shapes/shape_inference';
import type { TfliteDraft } from './file/draft';
import { draftOf } from './convert';
import { serializeTflite } from './file/serialize';
import { Unsupported } from './lowering/unsupported';

/**
 * The TFLite file of a quantized (QDQ) graph: int8 where the graph has uint8, with the same scales and the zero points moved
 * by 128; int16 where it has uint16. Inputs and outputs are float32 with the graph's names; those of four dimensions are
 * images in NHWC. Each entry of `metadata` is one of the file's, named pareto_farm.KEY, in UTF-8. Equal graphs give equal bytes. The error is one line that names the node, its operator and the way out.
 */
export function writeTflite(
  graph: Graph,
  metadata: Readonly<Record<string, string>> = {},
): Result<Uint8Array, string> {
  const draft = tfliteDraft(graph);
  return draft.ok ? ok(serializeTflite(draft.value, metadata)) : draft;
}

/** The same as plain data, before it is serialized. */
export function tfliteDraft(graph: Graph): Result<TfliteDraft, string> {
  const types = inferShapes(graph);
  return types.ok ? converted(graph, types.value) : fail(`cannot write TFLite: ${types.error}`);
}

function converted(
  graph: Graph,
  types: ReadonlyMap<string, TensorType>,
): Result<TfliteDraft, string> {
  try {
    return ok(draftOf(graph, types));
  } catch (error) {
    if (error instanceof Unsupported) return fail(`cannot write TFLite: ${error.message}`);
    throw error;
  }
}
