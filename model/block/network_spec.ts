import type { BlockSpec } from '../../common/block_spec';
import { convBlockLayers } from './conv_block';
import { headLayers, type HeadSpec } from './head_spec';
import { segmentInput, type Layer } from './layer';
import { stemLayers, type StemSpec } from './stem_spec';
import { transformerBlockLayers } from './transformer_block';

/** A classifier as data: an image of 3 channels, stem, blocks, head. */
export interface NetworkSpec {
  readonly name: string;
  /** Height and width of the image. */
  readonly imageSize: readonly [number, number];
  readonly classes: number;
  readonly stem: StemSpec;
  readonly blocks: readonly BlockSpec[];
  readonly head: HeadSpec;
}

/** A part of a network between two tensors. */
export interface Segment {
  /** `stem`, `block1` and so on, `head`: prefix of its tensors' names. */
  readonly name: string;
  readonly layers: readonly Layer[];
  /** The layer whose output leaves the segment. */
  readonly output: string;
  /** The input comes out of an activation. */
  readonly rectifiedInput: boolean;
}

export function segmentsOf(network: NetworkSpec): readonly Segment[] {
  const last = network.blocks.at(-1);
  return [
    stemSegment(network.stem),
    ...network.blocks.map((block, index) => blockSegment(block, index)),
    headSegment(network, last?.kind === 'conv' && last.cell === 'bottleneck'),
  ];
}

export function stemSegment(stem: StemSpec): Segment {
  return segment('stem', stemLayers(stem).layers, false);
}

export function blockSegment(block: BlockSpec, index: number): Segment {
  const name = `block${index + 1}`;
  if (block.kind === 'transformer')
    return segment(name, transformerBlockLayers(block).layers, false);
  return segment(name, convBlockLayers(block).layers, block.rectifiedInput);
}

export function headSegment(
  { head, classes }: Pick<NetworkSpec, 'head' | 'classes'>,
  rectifiedInput: boolean,
): Segment {
  return segment('head', headLayers(head, classes).layers, rectifiedInput);
}

function segment(name: string, layers: readonly Layer[], rectifiedInput: boolean): Segment {
  return { name, layers, output: layers.at(-1)?.name ?? segmentInput, rectifiedInput };
}
