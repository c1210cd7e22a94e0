import type { DeclaredTensor, TensorType } from '../../model/onnx/graph';
import type { Anatomy } from '../../model/reference/anatomy';
import type { CutTensor } from '../../model/reference/cut_tensor';
import type { ReferencePart } from '../../model/reference/extract';
import type { Profile } from '../../model/reference/profile';
import type { OnnxFile } from '../input/onnx_file';
import { formatTable, type TableCell } from './table';

const mebibyte = 1024 * 1024;

/** `153 operators, 300.77 M MACs, 3.49 M parameters (13.3 MiB), activations up to 4.6 MiB at once`. */
export function describeTotal({ total, peakActivationBytes }: Profile): string {
  return `${String(total.operators)} operators, ${millions(total.macs)} M MACs, ${millions(total.parameters)} M parameters (${shownBytes(total.parameterBytes)}), activations up to ${shownBytes(peakActivationBytes)} at once`;
}

/** The file, its network in canonical form, its inputs and outputs, and how many operators of each kind it has. */
export function describeModel({ path, sizeBytes, opset }: OnnxFile, profile: Profile): string {
  const edge =
    (role: string) =>
    ({ name }: DeclaredTensor): readonly TableCell[] => [
      role,
      name,
      shownType(profile.types.get(name)),
    ];
  const edges = [
    ...profile.graph.inputs.map(edge('input')),
    ...profile.graph.outputs.map(edge('output')),
  ];
  return [
    `${path}: opset ${String(opset)}, ${shownBytes(sizeBytes)}; in canonical form ${describeTotal(profile)}`,
    formatTable(['', 'TENSOR', 'TYPE'], edges).split('\n').slice(1).join('\n'),
    `operators: ${operatorCounts(profile)
      .map(([kind, count]) => `${String(count)} ${kind}`)
      .join(', ')}`,
  ].join('\n');
}

export function operatorCounts({
  nodes,
}: Profile): readonly (readonly [kind: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const { node } of nodes) counts.set(node.kind, (counts.get(node.kind) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one);
}

export function describeNodes({ nodes, types }: Profile): string {
  const rows = nodes.map(
    ({ node, macs, parameters, parameterBytes, activationBytes }): readonly TableCell[] => [
      node.name,
      node.kind,
      shownShape(types.get(node.outputs[0] ?? '')?.shape ?? []),
      inMillions(macs),
      inThousands(parameters),
      inKibibytes(parameterBytes),
      inKibibytes(activationBytes),
    ],
  );
  return formatTable(
    ['NODE', 'OPERATOR', 'OUTPUT', 'MACS M', 'PARAMS K', 'PARAMS KIB', 'OUTPUT KIB'],
    rows,
  );
}

/** Runs of candidates of one size; a stage's work is what leads from the end of the one before to its own. */
export function describeStages({ stages, profile }: Anatomy): string {
  const rows = stages.map(({ cuts }, index): readonly TableCell[] => {
    const [last, before] = [cuts.at(-1), stages[index - 1]?.cuts.at(-1)];
    const macs = (last?.macsBefore ?? 0) - (before?.macsBefore ?? 0);
    const parameters = (last?.parametersBefore ?? 0) - (before?.parametersBefore ?? 0);
    return [
      { value: index + 1, decimals: 0 },
      inStride(last),
      shownShape(last?.shape ?? []),
      { value: cuts.length, decimals: 0 },
      inMillions(macs),
      share(macs, profile),
      inThousands(parameters),
      last?.tensor ?? '',
    ];
  });
  return formatTable(
    ['STAGE', 'STRIDE', 'SHAPE', 'UNITS', 'MACS M', 'SHARE %', 'PARAMS K', 'ENDS AT'],
    rows,
  );
}

/** `chosen`: the cuts of the split, in order. */
export function describeCandidates(
  { candidates, profile }: Anatomy,
  chosen: readonly CutTensor[],
): string {
  const roleOf = ({ tensor }: CutTensor): string => {
    const index = chosen.findIndex((cut) => cut.tensor === tensor);
    return index === -1 ? '' : index === 0 ? 'end of stem' : `end of block${String(index)}`;
  };
  const rows = candidates.map((cut): readonly TableCell[] => [
    cut.tensor,
    shownShape(cut.shape),
    inStride(cut),
    inMillions(cut.macsBefore),
    share(cut.macsBefore, profile),
    inThousands(cut.parametersBefore),
    roleOf(cut),
  ]);
  return formatTable(
    ['CANDIDATE CUT', 'SHAPE', 'STRIDE', 'MACS M BEFORE', '% BEFORE', 'PARAMS K BEFORE', 'SPLIT'],
    rows,
  );
}

export function describeParts(parts: readonly ReferencePart[], profile: Profile): string {
  const rows = parts.map(({ name, graph, from, to, total }): readonly TableCell[] => [
    name,
    shownShape(profile.types.get(graph.inputs[0]?.name ?? '')?.shape ?? []),
    shownShape(profile.types.get(graph.outputs[0]?.name ?? '')?.shape ?? []),
    { value: strideOver(from, to), decimals: 0 },
    { value: total.operators, decimals: 0 },
    inMillions(total.macs),
    share(total.macs, profile),
    inThousands(total.parameters),
    from?.tensor ?? graph.inputs[0]?.name ?? '',
    to?.tensor ?? graph.outputs[0]?.name ?? '',
  ]);
  return formatTable(
    [
      'PART',
      'TAKES',
      'GIVES',
      'STRIDE',
      'OPERATORS',
      'MACS M',
      'SHARE %',
      'PARAMS K',
      'FROM',
      'TO',
    ],
    rows,
  );
}

/** Of one part, against what it takes; null for the head and where there is no image. */
export function strideOver(from: CutTensor | null, to: CutTensor | null): number | null {
  if (to?.stride === null || to === null) return null;
  return from === null ? to.stride : from.stride === null ? null : to.stride / from.stride;
}

function inStride(cut: CutTensor | undefined): TableCell {
  const stride = cut?.stride ?? null;
  return { value: stride, decimals: stride !== null && !Number.isInteger(stride) ? 2 : 0 };
}

function share(macs: number, { total }: Profile): TableCell {
  return { value: total.macs === 0 ? null : (100 * macs) / total.macs, decimals: 1 };
}

const inMillions = (value: number): TableCell => ({ value: value / 1e6, decimals: 2 });
const inThousands = (value: number): TableCell => ({ value: value / 1e3, decimals: 1 });
const inKibibytes = (value: number): TableCell => ({ value: value / 1024, decimals: 1 });
const millions = (value: number): string => (value / 1e6).toFixed(2);
const shownBytes = (bytes: number): string =>
  bytes < mebibyte ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / mebibyte).toFixed(1)} MiB`;

function shownShape(shape: readonly number[]): string {
  return shape.join('x');
}

function shownType(type: TensorType | undefined): string {
  return type === undefined ? '' : `${shownShape(type.shape)} ${type.elementType}`;
}
