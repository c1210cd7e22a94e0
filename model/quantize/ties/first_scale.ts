/** By how much each next candidate is wider, and how many there are: the last is 2 % wider. Some of the first ten nearly always does. */
export const candidateStep = 5e-4;
const mostCandidates = 40;
/** Of what is given for agreement: more would cost more than it is worth. */
const mostWidening = 1.1;

/** The first scale that suits, from the wanted one on in equal steps; the wanted one where none does. */
export function firstScale(
  wanted: number,
  suits: (scale: number) => boolean,
  step = wanted * candidateStep,
): number {
  for (let candidate = 0; candidate < mostCandidates; candidate += 1) {
    const wider = Math.fround(wanted + step * candidate);
    if (wider > mostWidening * wanted) return wanted;
    if (suits(wider)) return wider;
  }
  return wanted;
}
