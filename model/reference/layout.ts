import type { Graph, TensorType } from '../onnx/graph';

/** What the dimensions of an activation mean. Batch is not kept. */
export type ActivationLayout =
  | {
      readonly kind: 'image';
      readonly channels: number;
      readonly height: number;
      readonly width: number;
    }
  | { readonly kind: 'tokens'; readonly channels: number; readonly count: number }
  | { readonly kind: 'vector'; readonly channels: number };

/** The size of the network's image input, which strides are counted against. */
export interface ImageSize {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
}

/** Colour, depth and a mask: more channels than that an image input does not have. */
const mostImageChannels = 4;
/** Class and distillation tokens stand beside those of the image (ViT has one, DeiT distilled two, with registers five). */
const mostExtraTokens = 5;

/** Of the first input with four dimensions, NCHW or NHWC; null when there is none. */
export function inputImage(graph: Graph, types: ReadonlyMap<string, TensorType>): ImageSize | null {
  for (const { name } of graph.inputs) {
    const [batch, first, second, third, ...rest] = types.get(name)?.shape ?? [];
    if (
      batch === undefined ||
      first === undefined ||
      second === undefined ||
      third === undefined ||
      rest.length > 0
    )
      continue;
    return third <= mostImageChannels && first > mostImageChannels
      ? { batch, height: first, width: second }
      : { batch, height: second, width: third };
  }
  return null;
}

/** Four dimensions are NCHW, as ONNX's operators take them, unless only NHWC keeps the image's proportions; three are tokens, and so are two of which the first is not the batch. */
export function layoutOf(shape: readonly number[], image: ImageSize | null): ActivationLayout {
  const [first = 1, a = 1, b = 1, c = 1] = shape;
  const batch = image?.batch ?? 1;
  if (shape.length === 4)
    return isChannelsLast(shape, image)
      ? { kind: 'image', channels: c, height: a, width: b }
      : { kind: 'image', channels: a, height: b, width: c };
  if (shape.length === 3) return { kind: 'tokens', count: a, channels: b };
  if (shape.length === 2 && first > batch)
    return { kind: 'tokens', count: first / batch, channels: a };
  return { kind: 'vector', channels: shape.slice(1).reduce((product, size) => product * size, 1) };
}

function isChannelsLast(
  [, a = 1, b = 1, c = 1]: readonly number[],
  image: ImageSize | null,
): boolean {
  if (image === null) return false;
  // Sizes are rounded up or down at each halving, so proportions hold to about a pixel.
  const fits = (height: number, width: number): boolean =>
    Math.abs(width - (height * image.width) / image.height) <= 1;
  return !fits(b, c) && fits(a, b);
}

/** Values that stand side by side in the image or the sequence. */
export function positionsOf(layout: ActivationLayout): number {
  switch (layout.kind) {
    case 'image':
      return layout.height * layout.width;
    case 'tokens':
      return layout.count;
    case 'vector':
      return 1;
  }
}

/** How many input pixels one step spans, in each direction; null where the tensor has no places or the input is no image. */
export function strideOf(layout: ActivationLayout, image: ImageSize | null): number | null {
  if (image === null || positionsOf(layout) <= 1) return null;
  const pixels = image.height * image.width;
  if (layout.kind === 'image') return rounded(Math.sqrt(pixels / positionsOf(layout)));
  for (let extra = 0; extra <= mostExtraTokens; extra += 1) {
    const stride = Math.sqrt(pixels / (positionsOf(layout) - extra));
    if (Number.isInteger(stride)) return stride;
  }
  return null;
}

/** Sizes that do not divide evenly (299 to 149) are meant as whole strides. */
function rounded(stride: number): number {
  return stride >= 1 ? Math.round(stride) : Number(stride.toPrecision(2));
}

export function sameLayout(one: ActivationLayout, other: ActivationLayout): boolean {
  return one.kind === other.kind && samePlaces(one, other);
}

/** An image and the tokens that it was flattened to have the same places. */
export function samePlaces(one: ActivationLayout, other: ActivationLayout): boolean {
  return one.channels === other.channels && positionsOf(one) === positionsOf(other);
}
