import { fail, ok, type Result } from '../../common/result';
import type { Anatomy } from './anatomy';
import type { CutTensor } from './cut_tensor';
import { mostBlocks, proposeSplit } from './split';

/** Where to cut: as proposed, in a number of blocks if one is given, or at named tensors. */
export type CutChoice =
  | { readonly kind: 'auto'; readonly blocks?: number }
  | { readonly kind: 'list'; readonly tensors: readonly string[] };

/** Names that a user is reminded of. */
const remindedNames = 3;

/**
 * The cuts of a choice in execution order: the end of the stem, then the end of each block; the head begins at the last.
 * The error is one line that names the tensor and the nearest ones at which the network may be cut.
 */
export function resolveCuts(
  choice: CutChoice,
  anatomy: Anatomy,
): Result<readonly CutTensor[], string> {
  if (choice.kind === 'auto') return proposeSplit(anatomy.stages, anatomy.profile, choice.blocks);
  const { tensors } = choice;
  if (tensors.length < 2)
    return fail('give at least two cuts: the end of the stem and the beginning of the head');
  if (tensors.length > mostBlocks + 1)
    return fail(
      `${tensors.length} cuts are too many; at most ${mostBlocks + 1} make ${mostBlocks} blocks`,
    );
  const twice = tensors.find((tensor, index) => tensors.indexOf(tensor) < index);
  if (twice !== undefined) return fail(`cut '${twice}' is given twice`);
  const byName = new Map(anatomy.cuts.map((cut) => [cut.tensor, cut]));
  const found: CutTensor[] = [];
  for (const tensor of tensors) {
    const cut = byName.get(tensor);
    if (cut === undefined) return fail(`cut '${tensor}' ${whyNot(tensor, anatomy)}`);
    found.push(cut);
  }
  return ok(found.sort((one, other) => one.position - other.position));
}

function whyNot(tensor: string, anatomy: Anatomy): string {
  const { graph, nodes } = anatomy.profile;
  if (graph.inputs.some((input) => input.name === tensor))
    return 'is an input of the network; cut behind its first layers';
  if (graph.outputs.some((output) => output.name === tensor))
    return 'is an output of the network; cut before its last layers';
  if (graph.initializers.has(tensor))
    return 'is a constant; cut at a tensor that the network computes';
  const position = nodes.findIndex(({ node }) => node.outputs.includes(tensor));
  if (position === -1)
    return `is no tensor of the network${reminder('; similar names are', similarNames(tensor, anatomy.cuts))}`;
  return `does not separate the network: shortcuts lead around it${reminder('; the nearest that do are', nearest(position, anatomy.cuts))}`;
}

function reminder(words: string, names: readonly string[]): string {
  return names.length === 0
    ? '; no tensor of the network separates it'
    : `${words} ${names.map((name) => `'${name}'`).join(', ')}`;
}

/** The separating tensors just before and just behind a position. */
function nearest(position: number, cuts: readonly CutTensor[]): readonly string[] {
  const after = cuts.findIndex((cut) => cut.position > position);
  return [
    after === -1 ? cuts.at(-1) : cuts[after - 1],
    after === -1 ? undefined : cuts[after],
  ].flatMap((cut) => cut?.tensor ?? []);
}

function similarNames(tensor: string, cuts: readonly CutTensor[]): readonly string[] {
  const wanted = pairsOf(tensor);
  const scored = cuts.map((cut) => ({
    name: cut.tensor,
    score: likeness(wanted, pairsOf(cut.tensor)),
  }));
  return scored
    .sort((one, other) => other.score - one.score)
    .slice(0, remindedNames)
    .map(({ name }) => name);
}

/** Share of letter pairs that two names have in common (Dice's coefficient): cheap, and kind to a missing prefix. */
function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const shared = [...one].filter((pair) => other.has(pair)).length;
  return (2 * shared) / Math.max(1, one.size + other.size);
}

function pairsOf(name: string): ReadonlySet<string> {
  return new Set(
    Array.from({ length: Math.max(0, name.length - 1) }, (_, index) =>
      name.slice(index, index + 2).toLowerCase(),
    ),
  );
}
