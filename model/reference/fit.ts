import type { Task } from '../../common/training/reference';
import { inferLayerShapes } from '../block/layer_shape';
import { blockSegment } from '../block/network_spec';
import type { NetworkSpace } from '../space/network_space';

interface CutReference {
  /** As ONNX says them, from the end of the stem to the beginning of the head. */
  readonly cutShapes: readonly (readonly number[])[];
  /** Of the network. */
  readonly outputShape: readonly number[];
  readonly task: Task;
}

/** What keeps the blocks of a space from standing in the reference's place, in one line that names the field; undefined where nothing does. */
export function referenceFit(space: NetworkSpace, reference: CutReference): string | undefined {
  const choices = space.blockChoices?.();
  if (choices === undefined)
    return `field space: networks of ${space.name} are no blocks in a row; choose a space of blocks`;
  const blocks = reference.cutShapes.length - 1;
  if (choices.length !== blocks)
    return `field cuts: they leave ${blocks} blocks, and space ${space.name} has ${choices.length}; change one of them`;
  return misplacedBlock(space, reference) ?? misfittingHead(reference);
}

function misplacedBlock(space: NetworkSpace, { cutShapes }: CutReference): string | undefined {
  for (const [index, options] of (space.blockChoices?.() ?? []).entries()) {
    const [option] = options;
    const [input, wanted] = [cutShapes[index] ?? [], cutShapes[index + 1] ?? []];
    if (option === undefined) continue;
    const { spec } = option;
    const channels = spec.kind === 'conv' ? spec.inputChannels : spec.tokenWidth;
    if (channelsOf(input) !== channels)
      return `field cuts: cut ${index + 1} has shape ${input.join('x')}, and block ${index + 1} of space ${space.name} takes ${channels} channels; change the space's channels or the cut`;
    const { layers, output } = blockSegment(spec, index);
    const given = inferLayerShapes(layers, input).get(output) ?? [];
    if (given.join() !== wanted.join())
      return `field cuts: cut ${index + 2} has shape ${wanted.join('x')}, and block ${index + 1} of space ${space.name} gives ${given.join('x')}; change the space's channels and strides, or the cut`;
  }
  return undefined;
}

/** Images are 1xCxHxW, tokens TxC or 1xTxC. */
function channelsOf(shape: readonly number[]): number | undefined {
  return shape.length === 4 ? shape[1] : shape.at(-1);
}

function misfittingHead({ outputShape, task }: CutReference): string | undefined {
  const [classes, expected] =
    task.kind === 'classification' ? [outputShape.at(-1), 2] : [outputShape[1], 4];
  return outputShape.length === expected && classes === task.classes
    ? undefined
    : `field task.classes: ${task.classes} for ${task.kind}, and the network's output has shape ${outputShape.join('x')}; give as many classes as it has, and labels that match them`;
}
