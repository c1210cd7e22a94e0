import { floatAttribute, intAttribute, stringAttribute } from '../../../../model/onnx/graph';
import type { AxisResizing, Sampling } from '../resize';
import { numbersOf, type OperatorContext } from './graph_operator';

/** How a Resize node makes rows and columns, of an image of this height and width. */
export function resizingOf(
  context: OperatorContext,
  size: readonly [number, number],
): readonly [AxisResizing, AxisResizing] {
  const scales = numbersOf(context.constant(2));
  const wanted = context.outputShape(0);
  const sampling = samplingOf(context);
  const along = (index: 0 | 1): AxisResizing => {
    const [from, to] = [size[index], wanted[index + 2] ?? 1];
    return { from, to, scale: scales[index + 2] ?? to / from, ...sampling };
  };
  return [along(0), along(1)];
}

function samplingOf({ node }: OperatorContext): Sampling {
  return {
    mode: stringAttribute(node, 'mode', 'nearest'),
    coordinates: stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel'),
    rounding: stringAttribute(node, 'nearest_mode', 'round_prefer_floor'),
    cubicCoefficient: floatAttribute(node, 'cubic_coeff_a', -0.75),
    excludesOutside: intAttribute(node, 'exclude_outside', 0) === 1,
  };
}
