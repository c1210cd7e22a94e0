/** One step of an execution: which activations it reads and makes. */
export interface ExecutionStep {
  readonly reads: readonly string[];
  readonly makes: readonly string[];
}

/**
 * Largest sum of the activations that exist at once when steps run in order and a tensor is freed after its last reader.
 * Inputs exist from the start until then; outputs from their making to the end.
 */
export function peakActivationBytes(
  steps: readonly ExecutionStep[],
  sizes: ReadonlyMap<string, number>,
  outputs: ReadonlySet<string>,
): number {
  const lastReader = new Map<string, number>();
  steps.forEach((step, index) => step.reads.forEach((tensor) => lastReader.set(tensor, index)));
  const made = new Set(steps.flatMap((step) => step.makes));
  let live = 0;
  for (const tensor of lastReader.keys()) if (!made.has(tensor)) live += sizes.get(tensor) ?? 0;
  let peak = live;
  steps.forEach((step, index) => {
    for (const tensor of new Set(step.makes)) live += sizes.get(tensor) ?? 0;
    peak = Math.max(peak, live);
    for (const tensor of new Set([...step.reads, ...step.makes])) {
      if ((lastReader.get(tensor) ?? index) === index && !outputs.has(tensor))
        live -= sizes.get(tensor) ?? 0;
    }
  });
  return peak;
}
