import { ownValue } from '../../../common/own_value';
import type { TableCell } from '../../../cli/output/table';
import type { AimetEncoding } from '../../../model/quantize/aimet/aimet_encoding';
import type { Graph } from '../../../model/onnx/graph';
import { number } from '../../bench/report';

export interface PeerEncoding {
  readonly scales: readonly number[];
  readonly offsets: readonly number[];
}

type Ours = ReadonlyMap<string, AimetEncoding>;
type Theirs = Readonly<Record<string, PeerEncoding>>;

const tolerance = 1e-6;
/** AIMET uses -128 where a channel's extreme is negative: its scale is then 127/128 of ours, which keeps to -127 as TFLite's specification does. */
const wholeStep = 128 / 127 - 1;
/** AIMET's offset of symmetric activations. */
const symmetricOffset = -128;

/** Scales in both, how many differ, how many of these by 128/127, the largest other difference, and tensors with other offsets. */
export function summary(ours: Ours, theirs: Theirs): readonly TableCell[] {
  let [both, off, explained, largest, offsets] = [0, 0, 0, 0, 0];
  for (const [name, encoding] of ours) {
    const other = ownValue(theirs, name);
    if (other?.scales.length !== encoding.scales.length) continue;
    encoding.scales.forEach((scale, index) => {
      const relative = relativeDifference(scale, other.scales[index]);
      both += 1;
      if (relative > tolerance) off += 1;
      if (Math.abs(relative - wholeStep) < tolerance) explained += 1;
      else largest = Math.max(largest, relative);
    });
    if (encoding.offsets.some((offset, index) => offset !== other.offsets[index])) offsets += 1;
  }
  return [number(both), number(off), number(explained), number(largest, 9), number(offsets)];
}

/** The activations that differ, each with its reason. `equalConditions` are ours calibrated with AIMET's kernels. */
export function differingActivations(
  graph: Graph,
  theirs: Theirs,
  { ours, equalConditions }: { readonly ours: Ours; readonly equalConditions: Ours },
): readonly (readonly TableCell[])[] {
  const makers = new Map(
    graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node.kind] as const)),
  );
  return [...ours].flatMap(([tensor, mine]) => {
    const other = ownValue(theirs, tensor);
    if (other === undefined || isEqual(mine, other)) return [];
    const equal = equalConditions.get(tensor);
    const reason =
      equal !== undefined && isEqual(equal, other)
        ? "sums in another order: equal with AIMET's kernels"
        : other.offsets[0] === symmetricOffset
          ? 'AIMET keeps the second operand of a MatMul symmetric'
          : 'not explained';
    return [
      [
        tensor,
        makers.get(tensor) ?? '',
        shown(mine),
        shown(other),
        relativeDifference(mine.scales[0] ?? NaN, other.scales[0]).toExponential(1),
        reason,
      ],
    ];
  });
}

function isEqual(first: PeerEncoding, second: PeerEncoding): boolean {
  return (
    first.scales.length === second.scales.length &&
    first.scales.every(
      (scale, index) => relativeDifference(scale, second.scales[index]) <= tolerance,
    ) &&
    first.offsets.every((offset, index) => offset === second.offsets[index])
  );
}

function relativeDifference(scale: number, other: number | undefined): number {
  return Math.abs(scale / (other ?? NaN) - 1);
}

function shown({ scales, offsets }: PeerEncoding): string {
  return `${(scales[0] ?? NaN).toExponential(6)} ${String(offsets[0])}`;
}
