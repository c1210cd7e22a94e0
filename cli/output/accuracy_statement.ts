/** What stands beside every table of accuracies, since no model of a search was trained. */
export function describeStatement({
  accuracySource,
  weights,
}: {
  readonly accuracySource: string;
  readonly weights: string;
}): string {
  return `accuracy: ${accuracySource}; weights of these files are ${weights}`;
}
