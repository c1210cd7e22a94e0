/** How the latencies of several targets become what is minimised. */
export type FleetAim =
  /** Each by itself: a front in as many dimensions, and one for the error. */
  | { readonly kind: 'joint' }
  /** The longest of them. */
  | { readonly kind: 'worst' }
  /** Their sum, each times its weight. */
  | { readonly kind: 'weighted'; readonly weights: readonly number[] };

/** `latenciesMs` in the order of the targets; the numbers that are minimised beside the error, one or as many as there are targets. */
export function fleetLatencies(aim: FleetAim, latenciesMs: readonly number[]): readonly number[] {
  switch (aim.kind) {
    case 'joint':
      return latenciesMs;
    case 'worst':
      return [Math.max(...latenciesMs)];
    case 'weighted':
      return [
        latenciesMs.reduce(
          (sum, latencyMs, index) => sum + (aim.weights[index] ?? 0) * latencyMs,
          0,
        ),
      ];
  }
}
