/** What is made when it is first asked for, and kept. */
export function lazy<Kept>(make: () => Kept): () => Kept {
  let made: { readonly value: Kept } | undefined;
  return () => (made ??= { value: make() }).value;
}
