import { candidateFault, type CandidateFault } from '../../common/fault';

/** How benchmark_model and onnxruntime say that part of a model would run on the CPU after all. */
export const delegationRefusals: readonly RegExp[] = [
  /model graph will be partially executed by the delegate/i,
  /delegate is explicitly applied, the model graph will not be executed by the delegate/i,
  /Disallowed CPU fallback detected/i,
  // Not the default delegate: that XNNPACK finds a delegated graph to its dislike is ignored by the runtime itself.
  /Failed to apply (?!the default)\w[\w ]{0,40}delegate/i,
  /fallback to CPU EP has been explicitly disabled/i,
];

/** Whether a tool's output says that it would not delegate the whole model. */
export function refusesDelegation(lines: readonly string[]): boolean {
  return lines.some((line) => delegationRefusals.some((pattern) => pattern.test(line)));
}

/**
 * Whether benchmark_model handed the whole graph to the delegate. Only its positive sentence counts: without the
 * check for "no delegate was created", which older binaries lack, they run on the CPU in silence.
 * https://github.com/google-ai-edge/LiteRT/blob/main/tflite/tools/benchmark/benchmark_tflite_model.cc
 */
export function provesFullDelegation(lines: readonly string[], delegate: string): boolean {
  const sentence = `explicitly applied ${delegate} delegate, and the model graph will be completely executed by the delegate`.toLowerCase();
  return lines.some((line) => line.toLowerCase().includes(sentence));
}

/** The fault of a run that did not prove its delegation, with the tool's own count where it gave one. */
export function unprovenDelegation(lines: readonly string[], delegate: string): CandidateFault {
  // The Hexagon delegate, for one, counts: `136 nodes delegated out of 139 nodes with 2 partitions`.
  const counts = lines.findLast((line) => /\d nodes delegated out of \d|Replacing \d/.test(line));
  const said = counts === undefined ? 'it named no delegated nodes' : `it said: ${counts}`;
  return candidateFault('not-fully-delegated', `benchmark_model did not say that the ${delegate} delegate executes the whole graph; ${said}`);
}
