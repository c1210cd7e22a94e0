import { intsAttribute, stringAttribute, type Node } from '../../graph';
import { at, ShapeProblem, type NodeTypes } from './rule';

const paddings: ReadonlySet<string> = new Set(['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID']);

/** No window of a network that runs on a phone is longer; a global pool's is as long as its image. */
const largestWindow = 65_536;

interface WindowAttributes {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Before each axis, then behind each. */
  readonly pads: readonly number[];
  /** output_padding. */
  readonly extra: readonly number[];
  /** output_shape, if it is given. */
  readonly wanted: readonly number[] | undefined;
}

/** What a window does along each axis, checked: as many numbers as there are axes, none that means nothing. */
export function perAxis(node: Node, axes: number): WindowAttributes {
  const padding = stringAttribute(node, 'auto_pad', 'NOTSET');
  if (!paddings.has(padding))
    throw new ShapeProblem(`auto_pad ${padding.slice(0, 20)} is not one of ONNX's`);
  const list = (
    name: string,
    length: number,
    { absent, least }: { readonly absent: number; readonly least: number },
  ): readonly number[] => {
    const given = intsAttribute(node, name);
    if (given !== undefined && given.length !== length)
      throw new ShapeProblem(
        `${name} ${shown(given)} has ${given.length} number(s) where ${axes} dimension(s) take ${length}`,
      );
    const wrong = given?.find((value) => !Number.isSafeInteger(value) || value < least);
    if (wrong !== undefined)
      throw new ShapeProblem(`${name} ${shown(given ?? [])} has ${wrong}, which is below ${least}`);
    return given ?? Array<number>(length).fill(absent);
  };
  const positive = { absent: 1, least: 1 };
  const natural = { absent: 0, least: 0 };
  const wanted = intsAttribute(node, 'output_shape');
  if (wanted !== undefined && wanted.length !== axes && wanted.length !== axes + 2)
    throw new ShapeProblem(
      `output_shape ${shown(wanted)} has ${wanted.length} number(s) where ${axes} dimension(s) take ${axes}`,
    );
  return {
    strides: list('strides', axes, positive),
    dilations: list('dilations', axes, positive),
    pads: list('pads', 2 * axes, natural),
    extra: list('output_padding', axes, natural),
    wanted: wanted?.slice(wanted.length - axes),
  };
}

/** A kernel_shape that says otherwise than the weights is a mistake that every runtime refuses. */
export function requireKernel(node: Node, weight: readonly number[]): void {
  const given = intsAttribute(node, 'kernel_shape');
  const actual = weight.slice(2);
  if (
    given !== undefined &&
    (given.length !== actual.length || given.some((size, axis) => size !== actual[axis]))
  ) {
    throw new ShapeProblem(
      `kernel_shape ${shown(given)} contradicts the weights ${weight.join('x')}; the file is broken: export the network anew`,
    );
  }
}

/** The window of a pool. */
export function windowKernel(node: Node, image: readonly number[]): readonly number[] {
  const kernel = intsAttribute(node, 'kernel_shape');
  if (kernel?.length !== image.length - 2)
    throw new ShapeProblem(
      `kernel_shape ${shown(kernel ?? [])} does not fit input ${image.join('x')}`,
    );
  const wrong = kernel.find((size) => !(size >= 1 && size <= largestWindow));
  if (wrong !== undefined)
    throw new ShapeProblem(
      `kernel_shape ${shown(kernel)} has ${wrong}; expected 1 to ${largestWindow}`,
    );
  const pads = intsAttribute(node, 'pads') ?? [];
  const dilations = intsAttribute(node, 'dilations') ?? [];
  const beyond = pads.find(
    (size, index) =>
      size >= at(kernel, index % kernel.length) * (dilations[index % kernel.length] ?? 1),
  );
  if (beyond !== undefined)
    throw new ShapeProblem(
      `pads ${shown(pads)} of ${beyond} are not smaller than the window ${kernel.join('x')}`,
    );
  return kernel;
}

/** Input `index`, where it is there, has one number for each channel. */
export function requireChannels(
  types: NodeTypes,
  index: number,
  { channels, what }: { readonly channels: number; readonly what: string },
): void {
  if (!types.has(index)) return;
  const { shape } = types.input(index);
  if (shape.length !== 1 || shape[0] !== channels)
    throw new ShapeProblem(
      `its ${what} has shape ${shape.join('x') || 'scalar'}; ${channels} channel(s) take ${channels}`,
    );
}

function shown(values: readonly number[]): string {
  return values.slice(0, 8).join('x') || 'nothing';
}
