/** What the coordinator still waits for before it can work. */
interface ReadinessChecks {
  /** A step of the start; the returned function says that it is done. */
  step(missing: string): () => void;
  /** Something that may come and go as long as the program lives. */
  watch(missing: string, isThere: () => boolean): void;
  missing(): readonly string[];
}

export function createReadiness(): ReadinessChecks {
  const steps = new Set<string>();
  const watched: { readonly missing: string; readonly isThere: () => boolean }[] = [];
  return {
    step: (missing) => {
      steps.add(missing);
      return () => void steps.delete(missing);
    },
    watch: (missing, isThere) => void watched.push({ missing, isThere }),
    missing: () => [
      ...steps,
      ...watched.filter(({ isThere }) => !isThere()).map(({ missing }) => missing),
    ],
  };
}
