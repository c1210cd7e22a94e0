/** Compares answers with those of a reference. */
interface DivergenceMeter {
  /** Logits of any number of images or pixels, classes last. */
  add(logits: Float32Array, wanted: Float32Array): void;
  result(): { readonly divergence: number; readonly agreementPercent: number };
}

/** Mean Kullback-Leibler divergence from the wanted distribution, in nats, and how often both name the same class first. */
export function createDivergenceMeter(classes: number): DivergenceMeter {
  let [sum, same, count] = [0, 0, 0];
  return {
    add: (logits, wanted) => {
      for (let from = 0; from < logits.length; from += classes) {
        const answer = logarithms(logits.subarray(from, from + classes));
        const right = logarithms(wanted.subarray(from, from + classes));
        right.forEach((logarithm, at) => {
          sum += Math.exp(logarithm) * (logarithm - (answer[at] ?? 0));
        });
        if (greatest(answer) === greatest(right)) same += 1;
        count += 1;
      }
    },
    result: () => ({
      divergence: count === 0 ? 0 : sum / count,
      agreementPercent: count === 0 ? 0 : (100 * same) / count,
    }),
  };
}

function logarithms(logits: Float32Array): Float64Array {
  const most = logits.reduce((one, other) => Math.max(one, other), -Infinity);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
  return Float64Array.from(logits, (logit) => logit - most - Math.log(total));
}

function greatest(values: Float64Array): number {
  return values.reduce((best, value, at) => (value > (values[best] ?? 0) ? at : best), 0);
}
