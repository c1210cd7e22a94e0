import type { ArtifactDigest } from '../../common/artifact';
import type { Graph } from '../../model/onnx/graph';

/** Graphs that the next stage will ask for, so that it need not read what was written a moment ago. */
export class RecentGraphs {
  readonly #most: number;
  readonly #graphs = new Map<ArtifactDigest, Graph>();

  constructor(most: number) {
    this.#most = most;
  }

  get(digest: ArtifactDigest): Graph | undefined {
    return this.#graphs.get(digest);
  }

  keep(digest: ArtifactDigest, graph: Graph): void {
    this.#graphs.delete(digest);
    this.#graphs.set(digest, graph);
    const oldest = this.#graphs.keys().next();
    if (this.#graphs.size > this.#most && oldest.done !== true) this.#graphs.delete(oldest.value);
  }
}
