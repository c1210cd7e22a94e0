import { assert } from '../../common/assert';
import type { BlockSpec } from '../../common/block_spec';
import { blockSegment } from '../block/network_spec';
import { trainedSegmentGraph, type TrainedWeights } from '../block/trained_segment';
import type { Graph } from '../onnx/graph';
import type { ReferenceParts } from './reference_parts';
import { stitchParts } from './stitch';

interface TrainedBlock {
  readonly spec: BlockSpec;
  readonly weights: TrainedWeights;
}

/** A reference's stem and head around trained blocks, in canonical form. The blocks fit the reference's cuts. */
export function assembleTrained(
  name: string,
  { stem, head, cutShapes }: Pick<ReferenceParts, 'stem' | 'head' | 'cutShapes'>,
  blocks: readonly TrainedBlock[],
): Graph {
  const parts = blocks.map(({ spec, weights }, index) => {
    const segment = blockSegment(spec, index);
    return {
      name: segment.name,
      graph: trainedSegmentGraph(segment, cutShapes[index] ?? [], weights),
    };
  });
  const stitched = stitchParts(name, [
    { name: 'stem', graph: stem },
    ...parts,
    { name: 'head', graph: head },
  ]);
  assert(stitched.ok, 'blocks of a space that fits the reference fit its cuts');
  return stitched.value;
}
