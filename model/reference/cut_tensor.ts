import { layoutOf, inputImage, strideOf, type ImageSize, type ActivationLayout } from './layout';
import type { Profile } from './profile';
import { findSeparators, type Separator } from './separators';

/** A tensor at which the network may be cut, with what lies before it. */
export interface CutTensor extends Separator {
  readonly shape: readonly number[];
  readonly layout: ActivationLayout;
  /** Input pixels per step; null where there are no places (after pooling) or the input is no image. */
  readonly stride: number | null;
  readonly macsBefore: number;
  readonly parametersBefore: number;
}

const nothing = { macsBefore: 0, parametersBefore: 0 };

/** All tensors that alone separate the network, in execution order. */
export function cutTensorsOf(profile: Profile): readonly CutTensor[] {
  const { graph, nodes, types } = profile;
  const image = inputImage(graph, types);
  const before = cumulated(profile);
  return findSeparators(
    graph,
    nodes.map(({ node }) => node),
  ).map((separator) => ({
    ...separator,
    ...placeOf(types.get(separator.tensor)?.shape ?? [], image),
    ...(before[separator.position] ?? nothing),
  }));
}

function placeOf(
  shape: readonly number[],
  image: ImageSize | null,
): Pick<CutTensor, 'shape' | 'layout' | 'stride'> {
  const layout = layoutOf(shape, image);
  return { shape, layout, stride: strideOf(layout, image) };
}

/** Work and weights of each node and all before it. */
function cumulated({
  nodes,
}: Profile): readonly Pick<CutTensor, 'macsBefore' | 'parametersBefore'>[] {
  let [macsBefore, parametersBefore] = [0, 0];
  return nodes.map(({ macs, parameters }) => {
    macsBefore += macs;
    parametersBefore += parameters;
    return { macsBefore, parametersBefore };
  });
}
