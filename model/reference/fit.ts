import type { Task } from '../../common/training/reference';
import { inferLayerShapes, type Shape } from '../block/layer_shape';
import { blockSegment, stemSegment } from '../block/network_spec';
import { createSpace } from '../space/create_space';
import type { SpaceDocument } from '../space/space_document';

type BlockDocument = Exclude<SpaceDocument, { readonly kind: 'cells' }>;

/** What a space must go with. */
interface FittedReference {
  /** From the end of the stem to the beginning of the head; shapes as ONNX says them. */
  readonly cuts: readonly { readonly tensor: string; readonly shape: Shape }[];
  readonly task: Task;
}

/**
 * What keeps the blocks of a space from standing in the reference's place, in one line that names the cut, what it has and what the space expects; undefined where
 * nothing does. The space's own stem and head count too: latencies and costs are of networks that have them.
 */
export function referenceFit(
  document: SpaceDocument,
  reference: FittedReference,
): string | undefined {
  if (document.kind === 'cells')
    return `field space: networks of ${document.name} are no blocks in a row; choose a space of blocks`;
  const blocks = reference.cuts.length - 1;
  if (document.blocks.length !== blocks)
    return `field cuts: they leave ${blocks} blocks, and space ${document.name} has ${document.blocks.length}; change one of them`;
  return (
    misplacedBlock(document, reference) ??
    misplacedStem(document, reference) ??
    otherClasses(document, reference)
  );
}

function misplacedBlock(document: BlockDocument, { cuts }: FittedReference): string | undefined {
  const space = createSpace(document, document.name);
  for (const [index, options] of (space.blockChoices?.() ?? []).entries()) {
    const [option] = options;
    const [input, wanted] = [cuts[index], cuts[index + 1]];
    if (option === undefined || input === undefined || wanted === undefined) continue;
    const { spec } = option;
    const channels = spec.kind === 'conv' ? spec.inputChannels : spec.tokenWidth;
    if (channelsOf(input.shape) !== channels)
      return `field cuts: '${input.tensor}' has shape ${input.shape.join('x')}, and block ${index + 1} of space ${document.name} takes ${channels} channels; change the space's channels, or cut elsewhere`;
    const { layers, output } = blockSegment(spec, index);
    const given = inferLayerShapes(layers, input.shape).get(output) ?? [];
    if (given.join() !== wanted.shape.join())
      return `field cuts: '${wanted.tensor}' has shape ${wanted.shape.join('x')}, and block ${index + 1} of space ${document.name} gives ${given.join('x')}; change the space's channels and strides, or cut elsewhere`;
  }
  return undefined;
}

/** Images are 1xCxHxW, tokens TxC or 1xTxC. */
function channelsOf(shape: Shape): number | undefined {
  return shape.length === 4 ? shape[1] : shape.at(-1);
}

function misplacedStem(
  { name, stem, imageSize }: BlockDocument,
  { cuts: [first] }: FittedReference,
): string | undefined {
  const image = typeof imageSize === 'number' ? [imageSize, imageSize] : imageSize;
  const { layers, output } = stemSegment(stem);
  const given = inferLayerShapes(layers, [1, 3, ...image]).get(output) ?? [];
  return first === undefined || given.join() === first.shape.join()
    ? undefined
    : `field cuts: '${first.tensor}' has shape ${first.shape.join('x')}, and the stem of space ${name} gives ${given.join('x')} of an image of ${image.join('x')}; change the space's imageSize or stem, or cut elsewhere`;
}

function otherClasses(
  { name, classes }: BlockDocument,
  { task }: FittedReference,
): string | undefined {
  return task.kind === 'segmentation' || task.classes === classes
    ? undefined
    : `field task.classes: ${task.classes}, and networks of space ${name} have ${classes} classes; change the space's`;
}

/** What keeps a network from the task and the samples that it is said to have, in one line that names the field. */
export function networkFit(
  shapes: { readonly input: Shape; readonly output: Shape },
  { task, size }: { readonly task: Task; readonly size: readonly [number, number] },
): string | undefined {
  const wanted = [1, 3, ...size];
  if (shapes.input.join() !== wanted.join())
    return `field sample.size: ${size.join('x')}, and the network's input has shape ${shapes.input.join('x')}; expected ${wanted.join('x')}`;
  const isImage = task.kind === 'segmentation';
  const { output } = shapes;
  const classes = isImage ? output[1] : output.at(-1);
  if (output.length !== (isImage ? 4 : 2) || classes !== task.classes)
    return `field task.classes: ${task.classes} for ${task.kind}, and the network's output has shape ${output.join('x')}; give as many classes as it has, and labels that match them`;
  return isImage && output.slice(2).join() !== size.join()
    ? `field task.kind: segmentation answers each pixel of ${size.join('x')}, and the network's output has shape ${output.join('x')}; put a resize behind it`
    : undefined;
}
