import type { BlockSpec } from '../../common/block_spec';
import { blockSegment } from '../../model/block/network_spec';
import type { Graph } from '../../model/onnx/graph';
import { assembleTrained } from '../../model/reference/assemble';
import type { ReferenceParts } from '../../model/reference/reference_parts';
import type { NamedValues, NetworkPart } from '../engine/engine';
import { exportedGraph } from './exported_graph';

/** A block as it stands in an assembled network. */
export interface PlacedBlock {
  readonly spec: BlockSpec;
  /** Drawn where there are none. */
  readonly weights: NamedValues | undefined;
}

export const stemName = 'stem';
export const headName = 'head';

export function blockName(index: number): string {
  return `block${index + 1}`;
}

/** One block as a part that can be trained. `index` counts from 0. */
export function blockPart(
  { spec, weights }: PlacedBlock,
  index: number,
  { inputShape, seed }: { readonly inputShape: readonly number[]; readonly seed: number },
): NetworkPart {
  const { layers, output } = blockSegment(spec, index);
  return { kind: 'layers', name: blockName(index), layers, output, inputShape, weights, seed };
}

/** The reference's stem and head around other blocks. */
export function assembledParts(
  { stem, head, cutShapes }: ReferenceParts,
  blocks: readonly PlacedBlock[],
  seed: number,
): readonly NetworkPart[] {
  return [
    { kind: 'graph', name: stemName, graph: stem },
    ...blocks.map((block, index) =>
      blockPart(block, index, { inputShape: cutShapes[index] ?? [], seed }),
    ),
    { kind: 'graph', name: headName, graph: head },
  ];
}

/** The float network of trained weights, in canonical form. */
export function assembledGraph(
  name: string,
  { stem, head, cutShapes }: ReferenceParts,
  {
    specs,
    weightsOf,
  }: {
    readonly specs: readonly BlockSpec[];
    readonly weightsOf: (part: string) => NamedValues;
  },
): Graph {
  return assembleTrained(
    name,
    {
      stem: exportedGraph(stem, weightsOf(stemName)),
      head: exportedGraph(head, weightsOf(headName)),
      cutShapes,
    },
    specs.map((spec, index) => ({ spec, weights: weightsOf(blockName(index)) })),
  );
}
