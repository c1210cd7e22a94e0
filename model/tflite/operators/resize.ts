import { intAttribute, stringAttribute } from '../../onnx/graph';
import {
  blockOptions,
  gatherOptions,
  resizeOptions,
  type Coordinates,
} from '../file/builtin_options';
import { channelsLast, storedShape } from '../lowering/layout';
import type { Lowering } from '../lowering/lowering';
import type { Operand, Step } from '../lowering/quantized_steps';
import { Unsupported } from '../lowering/unsupported';
import { encodedOutput, inputOf, outputOf, type Lower } from './family';
import { floatOf, quantizedResult } from './float_island';

export const resizeFamily: Readonly<Record<string, Lower>> = {
  Resize: resize,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};

function resize(step: Step, to: Lowering): void {
  const [input, output] = [inputOf(step, 0), outputOf(step)];
  const moved = [0, 1].some((axis) => input.shape[axis] !== output.shape[axis]);
  if (moved || input.shape.length !== 4)
    throw new Unsupported(step.node, 'it resizes more than height and width of images');
  const { kind, coordinates } = resizeKind(step);
  const result = encodedOutput(to, { output, layout: channelsLast, like: input });
  const inputs = [to.read(input, channelsLast), to.list(output.shape.slice(2))];
  to.emit({
    kind,
    inputs,
    outputs: [result.index],
    options: resizeOptions(kind, coordinates),
    needs: {
      halfPixels:
        coordinates.halfPixelCenters ||
        (coordinates.alignCorners && kind === 'RESIZE_NEAREST_NEIGHBOR'),
    },
  });
  result.requantize();
}

function resizeKind({ node, inputs, outputs }: Step): {
  readonly kind: 'RESIZE_BILINEAR' | 'RESIZE_NEAREST_NEIGHBOR';
  readonly coordinates: Coordinates;
} {
  const mode = stringAttribute(node, 'mode', 'nearest');
  const transformation = stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel');
  const rounding = stringAttribute(node, 'nearest_mode', 'round_prefer_floor');
  const [from, onto] = [inputs[0]?.shape ?? [], outputs[0]?.shape ?? []];
  const wholeUpscale = [2, 3].every((axis) =>
    Number.isInteger((onto[axis] ?? 0) / (from[axis] ?? 1)),
  );
  const coordinates = {
    alignCorners: transformation === 'align_corners',
    halfPixelCenters: transformation.endsWith('half_pixel'),
  };
  const known = ['align_corners', 'half_pixel', 'pytorch_half_pixel', 'asymmetric'].includes(
    transformation,
  );
  if (known && mode === 'linear') return { kind: 'RESIZE_BILINEAR', coordinates };
  // Growing by a whole factor repeats pixels, whatever way positions in between round; otherwise only these agree with TFLite.
  const repeats =
    wholeUpscale &&
    !coordinates.alignCorners &&
    (rounding === 'floor' || coordinates.halfPixelCenters);
  if (known && mode === 'nearest' && repeats)
    return {
      kind: 'RESIZE_NEAREST_NEIGHBOR',
      coordinates: { alignCorners: false, halfPixelCenters: false },
    };
  if (mode === 'nearest' && transformation === 'asymmetric' && rounding === 'floor')
    return { kind: 'RESIZE_NEAREST_NEIGHBOR', coordinates };
  throw new Unsupported(
    node,
    `mode ${mode}, ${transformation}, ${rounding} has no equal in TFLite; resize bilinearly or by a whole factor`,
  );
}

/** DCR is TFLite's order of channels; CRD's are put in that order first. */
function depthToSpace(step: Step, to: Lowering): void {
  const [input, output] = [inputOf(step, 0), outputOf(step)];
  const block = intAttribute(step.node, 'blocksize', 1);
  let source = to.read(input, channelsLast);
  if (stringAttribute(step.node, 'mode', 'DCR') === 'CRD') {
    const depth = output.shape[1] ?? 1;
    const order = Array.from(
      { length: depth * block * block },
      (_, index) => (index % depth) * block * block + Math.floor(index / depth),
    );
    const ordered = to.between({
      ...to.tensor(source),
      name: `${input.name}/ordered`,
      shape: storedShape(input.shape, channelsLast),
    });
    to.emit({
      kind: 'GATHER',
      inputs: [source, to.list(order)],
      outputs: [ordered],
      options: gatherOptions(3),
    });
    source = ordered;
  }
  moveBlocks(to, { kind: 'DEPTH_TO_SPACE', input, output, source, block });
}

function spaceToDepth(step: Step, to: Lowering): void {
  const [input, output] = [inputOf(step, 0), outputOf(step)];
  const block = intAttribute(step.node, 'blocksize', 1);
  moveBlocks(to, {
    kind: 'SPACE_TO_DEPTH',
    input,
    output,
    source: to.read(input, channelsLast),
    block,
  });
}

interface BlockMove {
  readonly kind: 'DEPTH_TO_SPACE' | 'SPACE_TO_DEPTH';
  readonly input: Operand;
  readonly output: Operand;
  readonly source: number;
  readonly block: number;
}

/** There is no kernel of 16 bits. */
function moveBlocks(to: Lowering, { kind, input, output, source, block }: BlockMove): void {
  const options = blockOptions(kind, block);
  if (output.elementType === 'uint16') {
    const float = floatOf(to, source, input.name);
    const result = quantizedResult(to, output, channelsLast);
    to.emit({ kind, inputs: [float], outputs: [result.float], options });
    result.quantize();
    return;
  }
  const result = encodedOutput(to, { output, layout: channelsLast, like: input });
  to.emit({ kind, inputs: [source], outputs: [result.index], options });
  result.requantize();
}
