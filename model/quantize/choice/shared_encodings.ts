import type { Graph } from '../../onnx/graph';
import { encodedWidth, type Range } from '../encoding/encoding';
import { createDisjointSets } from '../placement/disjoint_sets';
import {
  interpolates,
  jointOf,
  onlyMoves,
  type EncodingGroups,
  type Joint,
} from '../placement/encoding_groups';
import { clampOf } from '../../onnx/clamp';
import { fusedTensors } from '../placement/fusion';

/**
 * A group takes a wider encoding for a reader's sake, where others read it too, if it becomes coarser by no more than this: 0.8 dB,
 * and a conversion, which would round a second time, is saved.
 */
export const mostWidening = 1.1;

/** Groups of tensors, and what of them is known from a calibration. */
interface MeasuredGroups {
  readonly groups: EncodingGroups;
  /** By the group's name. */
  readonly hulls: ReadonlyMap<string, Range>;
}

export interface SharedEncodings {
  /** Equal for the tensors that have one encoding: those of a group, and groups that a concatenation has joined. */
  readonly of: (tensor: string) => string;
  readonly hull: (tensor: string) => Range;
  /** Whether an operator fixes it. */
  readonly isFixed: (tensor: string) => boolean;
}

/** What a set of joined groups may become. */
interface Demand {
  readonly hull: Range;
  /** How wide its range may be at most. */
  readonly width: number;
  /** Where fused activations clamp: the ends of the encoding do that, so it must not reach further. */
  readonly clamp: Range | undefined;
}

/**
 * Lets concatenations and their operands share an encoding where that makes none of them notably coarser. An operand that nobody else reads
 * would be rounded to the output's encoding anyway. One with other readers keeps its own, and is converted for the concatenation; so
 * is one whose range reaches beyond the output's (a slice of something larger), what an activation clamped, among values beyond the
 * clamp, and what its operator fixes.
 */
export function shareEncodings(graph: Graph, { groups, hulls }: MeasuredGroups): SharedEncodings {
  const joints = graph.nodes.flatMap((node) => jointOf(graph, node) ?? []);
  const demands = demandsOf(
    graph,
    { groups, hulls: new Map([...hulls, ...heldHulls({ groups, hulls }, joints)]) },
    joints,
  );
  const shared = createDisjointSets();
  const join = (output: string, operand: string): void => {
    const [kept, joined] = [shared.of(groups.of(output)), shared.of(groups.of(operand))];
    const [first, second] = [demands.get(kept), demands.get(joined)];
    if (
      kept === joined ||
      first === undefined ||
      second === undefined ||
      isFixed(kept) ||
      isFixed(joined)
    )
      return;
    const merged = mergedDemand(first, second);
    if (!suits(merged)) return;
    shared.join(kept, joined);
    demands.set(kept, merged);
  };
  const isFixed = (group: string): boolean => groups.fixed(group) !== undefined;
  for (const { output, operands } of joints) for (const operand of operands) join(output, operand);
  const of = (tensor: string): string => shared.of(groups.of(tensor));
  return {
    of,
    hull: (tensor) => demands.get(of(tensor))?.hull ?? { min: 0, max: 0 },
    isFixed: (tensor) => isFixed(of(tensor)),
  };
}

function mergedDemand(first: Demand, second: Demand): Demand {
  const clamps = [first.clamp, second.clamp].filter((clamp) => clamp !== undefined);
  const clamp = clamps.reduce<Range | undefined>(
    (known, each) =>
      known === undefined
        ? each
        : { min: Math.max(known.min, each.min), max: Math.min(known.max, each.max) },
    undefined,
  );
  return {
    hull: hullOf(first.hull, second.hull),
    width: Math.min(first.width, second.width),
    clamp,
  };
}

function suits({ hull, width, clamp }: Demand): boolean {
  return (
    encodedWidth(hull) <= width &&
    (clamp === undefined || (hull.min >= clamp.min && hull.max <= clamp.max))
  );
}

export function hullOf(first: Range, second: Range): Range {
  return { min: Math.min(first.min, second.min), max: Math.max(first.max, second.max) };
}

/** Those of concatenations: they hold nothing that none of their operands holds, also where a search for ranges says so. By group. */
function heldHulls(
  { groups, hulls }: MeasuredGroups,
  joints: readonly Joint[],
): readonly (readonly [string, Range])[] {
  return joints
    .filter(({ holdsOperands }) => holdsOperands)
    .flatMap(({ output, operands }) => {
      const own = hulls.get(groups.of(output));
      const held = operands.map(
        (tensor) => hulls.get(groups.of(tensor)) ?? { min: -Infinity, max: Infinity },
      );
      if (own === undefined || held.length === 0) return [];
      const all = held.reduce(hullOf);
      return [
        [
          groups.of(output),
          { min: Math.max(own.min, all.min), max: Math.min(own.max, all.max) },
        ] as const,
      ];
    });
}

/** By group. */
function demandsOf(
  graph: Graph,
  { groups, hulls }: MeasuredGroups,
  joints: readonly Joint[],
): Map<string, Demand> {
  const clamps = clampsOf(graph, groups);
  const onlyJoint = onlyJoints(graph, groups, joints);
  const demands = new Map<string, Demand>();
  const add = (group: string): void => {
    const hull = hulls.get(group);
    if (hull === undefined || demands.has(group)) return;
    // From the end, so what the only reader makes has been looked at.
    const behind = demands.get(groups.of(onlyJoint.get(group)?.output ?? ''))?.width;
    demands.set(group, {
      hull,
      width: Math.max(behind ?? 0, encodedWidth(hull) * mostWidening),
      clamp: clamps.get(group),
    });
  };
  for (const { output, operands } of joints.toReversed())
    for (const tensor of [output, ...operands]) add(groups.of(tensor));
  for (const group of hulls.keys()) add(group);
  return demands;
}

/** The joint that alone reads the tensors of a group, by group. What interpolates within the group reads it too: it would round once more. */
function onlyJoints(
  graph: Graph,
  groups: EncodingGroups,
  joints: readonly Joint[],
): ReadonlyMap<string, Joint> {
  const byOutput = new Map(joints.map((joint) => [joint.output, joint]));
  const readers = new Map<string, Joint | null>();
  const read = (tensor: string, by: Joint | null): void => {
    const group = groups.of(tensor);
    readers.set(group, readers.has(group) && readers.get(group) !== by ? null : by);
  };
  for (const { name } of graph.outputs) read(name, null);
  for (const node of graph.nodes) {
    const joint = byOutput.get(node.outputs[0] ?? '') ?? null;
    const moved = onlyMoves(graph, node) ? groups.of(node.outputs[0] ?? '') : null;
    for (const input of node.inputs)
      if (groups.of(input) !== moved || interpolates(node)) read(input, joint);
  }
  return new Map(
    [...readers].flatMap(([group, joint]) => (joint === null ? [] : [[group, joint] as const])),
  );
}

/** What fused activations let through, by the group of their output. */
function clampsOf(graph: Graph, groups: EncodingGroups): ReadonlyMap<string, Range> {
  const fused = fusedTensors(graph);
  return new Map(
    graph.nodes.flatMap((node) => {
      const clamp = fused.has(node.inputs[0] ?? '') ? clampOf(graph, node) : undefined;
      return clamp === undefined ? [] : [[groups.of(node.outputs[0] ?? ''), clamp] as const];
    }),
  );
}
