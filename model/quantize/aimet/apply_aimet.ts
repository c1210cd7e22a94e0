import { ok, type Result } from '../../../common/result';
import type { NetworkEncodings } from '../encoding/encoding';
import type { AimetEncodings } from './aimet_encoding';
import { appliedActivations } from './applied_activations';
import { appliedWeights } from './applied_weights';
import type { EncodingTarget } from './encoding_target';

export interface AppliedEncodings {
  readonly encodings: NetworkEncodings;
  /** Names in the file that no quantized tensor has. */
  readonly unmatched: readonly string[];
  /** Quantized tensors that the file does not mention: they keep what the statistics say. */
  readonly missing: readonly string[];
  /** Tensors for which the device's rules fix another encoding than the file's. */
  readonly overruled: readonly string[];
}

/**
 * Puts the file's encodings in place of those from statistics. Tensors that must share an encoding get the hull of what
 * the file gives them. The error is one line that names the tensor.
 */
export function applyAimet(
  file: AimetEncodings,
  target: EncodingTarget,
): Result<AppliedEncodings, string> {
  const given = new Map([...file.activations, ...file.parameters]);
  const weights = appliedWeights(given, target);
  if (!weights.ok) return weights;
  const activations = appliedActivations(given, target);
  if (!activations.ok) return activations;
  const encodings = {
    ...target.encodings,
    activations: activations.value.encodings,
    weights: weights.value,
    convertedFactors: keptFactors(target, activations.value.covered),
  };
  const quantized = [...encodings.activations.keys(), ...encodings.weights.keys()];
  const isBias = (name: string): boolean =>
    given.get(name)?.bits === 32 && target.graph.initializers.has(name);
  const known = new Set(quantized);
  return ok({
    encodings,
    unmatched: [...given.keys(), ...file.floats].filter(
      (name) => !known.has(name) && !isBias(name),
    ),
    missing: quantized.filter((name) => !activations.value.covered.has(name) && !given.has(name)),
    overruled: activations.value.overruled,
  });
}

/** What the file says of a tensor holds for the products by it as well. */
function keptFactors(
  { graph, encodings: { convertedFactors } }: EncodingTarget,
  covered: ReadonlySet<string>,
): NetworkEncodings['convertedFactors'] {
  const given = new Set(
    graph.nodes.filter((node) => covered.has(node.inputs[1] ?? '')).flatMap((node) => node.outputs),
  );
  return new Map([...convertedFactors].filter(([product]) => !given.has(product)));
}
