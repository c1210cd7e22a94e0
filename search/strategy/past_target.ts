/** What earlier searches measured on another target, in the order of ending; none of it twice. */
export interface PastTarget {
  readonly target: string;
  readonly measured: readonly { readonly architecture: string; readonly latencyMs: number }[];
}
