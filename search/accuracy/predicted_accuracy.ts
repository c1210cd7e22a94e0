import type { Accuracy, AccuracySource } from './accuracy_source';

/** Networks whose prediction is kept, some hundred bytes each; an inner search of a surrogate asks for those near the front again and again. */
const mostKept = 65_536;

/**
 * A source that computes its accuracies, such as a regression over what is known of a network's blocks. Each is computed once as long as it is kept, and what a
 * regression puts outside of 0 to 100 % counts as the nearer end.
 */
export function createPredictedAccuracy(prediction: AccuracySource): AccuracySource {
  const known = new Map<string, Accuracy>();
  return {
    ...prediction,
    accuracyOf: (architecture) => {
      const found = known.get(architecture);
      if (found !== undefined) return found;
      const accuracy = prediction.accuracyOf(architecture);
      const bounded = { ...accuracy, percent: Math.min(100, Math.max(0, accuracy.percent)) };
      if (known.size >= mostKept) known.clear();
      known.set(architecture, bounded);
      return bounded;
    },
  };
}
