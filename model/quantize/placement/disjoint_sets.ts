interface DisjointSets {
  /** The name of the tensor's set: one of its members. */
  readonly of: (tensor: string) => string;
  /** The set is named after the first tensor's. */
  readonly join: (first: string, second: string) => void;
}

export function createDisjointSets(): DisjointSets {
  const parents = new Map<string, string>();
  const of = (tensor: string): string => {
    let root = tensor;
    for (let parent = parents.get(root); parent !== undefined; parent = parents.get(root))
      root = parent;
    // Whoever asks again need not walk so far: chains may have thousands of members.
    for (
      let next = parents.get(tensor), current = tensor;
      next !== undefined && next !== root;
      current = next, next = parents.get(next)
    )
      parents.set(current, root);
    return root;
  };
  return {
    of,
    join: (first, second) => {
      const [kept, joined] = [of(first), of(second)];
      if (kept !== joined) parents.set(joined, kept);
    },
  };
}
