import type { CutTensor } from './cut_tensor';
import { positionsOf, sameLayout } from './layout';
import type { Profile } from './profile';

/** Where tensors keep one size: the ends of a stage's units, the last of which is the end of the stage. */
export interface ReferenceStage {
  readonly cuts: readonly CutTensor[];
}

/** More separators than any layer has between its beginning and its end. */
const longestPeriod = 16;
/** An inverted residual has up to three tensors of its inner width: expanded, convolved, and gated. */
const mostExpanded = 3;

/** The stages of a network's candidates: those with places in the image or sequence, or all of a network that has none. */
export function stagesOf(
  candidates: readonly CutTensor[],
  profile: Profile,
): readonly ReferenceStage[] {
  const placed = candidates.filter(({ layout }) => positionsOf(layout) > 1);
  const narrow = withoutExpanded(placed.length > 0 ? placed : candidates);
  const runs: CutTensor[][] = [];
  for (const cut of narrow) {
    const run = runs.at(-1);
    if (run?.[0] !== undefined && sameLayout(run[0].layout, cut.layout)) run.push(cut);
    else runs.push([cut]);
  }
  return runs.map((run) => ({ cuts: unitEnds(run, profile) }));
}

/** Leaves out the tensors inside an inverted residual that has no shortcut: wider than what goes in and what comes out. */
function withoutExpanded(cuts: readonly CutTensor[]): readonly CutTensor[] {
  const kept: CutTensor[] = [];
  for (let index = 0; index < cuts.length; index += 1) {
    const cut = cuts[index];
    if (cut === undefined) break;
    const run = expandedRun(kept.at(-1), cuts.slice(index, index + mostExpanded + 1));
    if (run > 0) index += run - 1;
    else kept.push(cut);
  }
  return kept;
}

/** How many tensors from the first on are wider than the one before and the one behind them; 0 when there is no such run. */
function expandedRun(before: CutTensor | undefined, [...ahead]: readonly CutTensor[]): number {
  if (before === undefined) return 0;
  let narrowest = Infinity;
  for (let length = 0; length < ahead.length; length += 1) {
    const channels = ahead[length]?.layout.channels ?? 0;
    if (length > 0 && channels < narrowest) return length;
    if (channels <= before.layout.channels) return 0;
    narrowest = Math.min(narrowest, channels);
  }
  return 0;
}

/** A transformer's layer ends twice, behind the attention and behind the MLP. Where what lies between repeats itself, one cut of each period stays. */
function unitEnds(run: readonly CutTensor[], { nodes }: Profile): readonly CutTensor[] {
  const signatures = run.slice(1).map((cut, index) =>
    nodes
      .slice((run[index]?.position ?? 0) + 1, cut.position + 1)
      .map(({ node }) => node.kind)
      .join(' '),
  );
  for (let period = 1; period <= Math.min(longestPeriod, signatures.length / 2); period += 1) {
    if (signatures.length % period !== 0) continue;
    // What follows the last layer may begin with a normalization that belongs to no layer.
    if (
      signatures.every(
        (signature, index) =>
          index < period || signature.startsWith(signatures[index - period] ?? ''),
      )
    )
      return run.filter((_, index) => index % period === 0);
  }
  return run;
}
