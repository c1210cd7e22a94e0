import type { NetworkTask } from '../../common/training/training_task';
import type { Graph } from '../../model/onnx/graph';
import type { ReferenceParts } from '../../model/reference/reference_parts';
import {
  assembledParts,
  blockName,
  headName,
  stemName,
  type PlacedBlock,
} from '../assembly/assembled_network';
import { exportedGraph } from '../assembly/exported_graph';
import { redrawn } from '../assembly/redrawn';
import type { NetworkPart } from '../engine/engine';
import type { Checkpoint } from './checkpoint';

/** The network as its task begins it, or as a checkpoint left it. */
export function partsOf(
  { fromScratch, recipe }: Pick<NetworkTask, 'fromScratch' | 'recipe'>,
  parts: ReferenceParts,
  {
    kept,
    blocks,
  }: { readonly kept: Checkpoint | undefined; readonly blocks: readonly PlacedBlock[] },
): readonly NetworkPart[] {
  const end = (graph: Graph, name: string): Graph => {
    const weights = kept?.weights.get(name);
    const begun = fromScratch ? redrawn(graph, recipe.seed) : graph;
    return weights === undefined ? begun : exportedGraph(begun, weights);
  };
  return assembledParts(
    { ...parts, stem: end(parts.stem, stemName), head: end(parts.head, headName) },
    blocks.map((block, index) => ({
      ...block,
      weights: kept?.weights.get(blockName(index)) ?? block.weights,
    })),
    recipe.seed,
  );
}
