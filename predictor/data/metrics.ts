import type { Task } from '../../common/training/reference';

/** Collects how well answers meet labels. */
export interface Meter {
  /** Logits of any number of images or pixels, classes last; a label for each, which does not count where it is negative. */
  add(logits: Float32Array, labels: Int32Array): void;
  /** In percent: the share of labels named first, or the mean over classes of intersection over union. */
  percent(): number;
  /** How often a label got an answer; an answer of `classes` is none that is a number. */
  times(label: number, answer: number): number;
}

export function createMeter({ kind, classes }: Task): Meter {
  // By label, then by answer; the last column is of answers that are no numbers.
  const columns = classes + 1;
  const counts = new Float64Array(classes * columns);
  return {
    add: (logits, labels) => {
      labels.forEach((label, index) => {
        if (label < 0) return;
        const answer = greatest(logits, index * classes, classes);
        const at = label * columns + answer;
        counts[at] = (counts[at] ?? 0) + 1;
      });
    },
    times: (label, answer) => counts[label * columns + answer] ?? 0,
    percent: () =>
      100 * (kind === 'classification' ? topOne(counts, classes) : meanOverlap(counts, classes)),
  };
}

/** The class of the greatest logit; `classes` where the first is no number, as all are of a network that has lost its way. */
function greatest(logits: Float32Array, from: number, classes: number): number {
  if (Number.isNaN(logits[from] ?? 0)) return classes;
  let best = 0;
  for (let answer = 1; answer < classes; answer += 1)
    if ((logits[from + answer] ?? 0) > (logits[from + best] ?? 0)) best = answer;
  return best;
}

function topOne(counts: Float64Array, classes: number): number {
  let right = 0;
  for (let label = 0; label < classes; label += 1)
    right += counts[label * (classes + 1) + label] ?? 0;
  const all = counts.reduce((sum, count) => sum + count, 0);
  return all === 0 ? 0 : right / all;
}

/** Over the classes that are in labels or answers. */
function meanOverlap(counts: Float64Array, classes: number): number {
  const columns = classes + 1;
  const overlaps: number[] = [];
  for (let label = 0; label < classes; label += 1) {
    const both = counts[label * columns + label] ?? 0;
    let either = -both;
    for (let answer = 0; answer < columns; answer += 1)
      either += counts[label * columns + answer] ?? 0;
    for (let other = 0; other < classes; other += 1) either += counts[other * columns + label] ?? 0;
    if (either > 0) overlaps.push(both / either);
  }
  return overlaps.length === 0
    ? 0
    : overlaps.reduce((sum, overlap) => sum + overlap, 0) / overlaps.length;
}
