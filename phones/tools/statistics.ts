/** Nearest rank on a sorted copy, as the tools do it. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function mean(samples: readonly number[]): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

/** With n in the denominator, as the tools print it. */
export function standardDeviation(samples: readonly number[]): number {
  const average = mean(samples);
  return Math.sqrt(mean(samples.map((sample) => (sample - average) ** 2)));
}

/** As a C++ stream prints a double: six significant digits, no trailing zeros. */
export function cppNumber(value: number): string {
  if (value !== 0 && (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-4)) {
    const [mantissa = '0', exponent = '+0'] = value.toExponential(5).split('e');
    const sign = exponent.startsWith('-') ? '-' : '+';
    return `${String(Number(mantissa))}e${sign}${exponent.replace(/^[+-]/, '').padStart(2, '0')}`;
  }
  return String(Number(value.toPrecision(6)));
}
