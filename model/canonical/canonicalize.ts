import { ok, type Result } from '../../common/result';
import { builtOpset } from '../onnx/graph_builder';
import type { Graph, Node } from '../onnx/graph';
import { fixInputShapes } from './fix_input_shapes';
import { foldBatchNormPass } from './passes/fold_batch_norm';
import type { Pass } from './rewriting/pass';
import { einsumToMatMul } from './passes/einsum_to_matmul';
import { explicitResize } from './passes/explicit_resize';
import { explicitWindows } from './passes/explicit_windows';
import { constantBytes, constantLimitBytes, requireFolded } from './constant_budget';
import { foldConstantsWithin } from './passes/fold_constants';
import { mergeAffine } from './passes/merge_affine';
import { mergeDense } from './passes/merge_dense';
import { mergeMoves } from './passes/merge_moves';
import { mergePadding } from './passes/merge_padding';
import { nameActivations } from './passes/name_activations';
import { nameGlobalPools } from './passes/name_global_pools';
import { nameLayerNorm } from './passes/name_layer_norm';
import { normalizeArithmetic } from './passes/normalize_arithmetic';
import { removeNoops } from './passes/remove_noops';
import { sinkTransposes } from './passes/sink_transposes';
import { raiseOpset, requireKnownOpset } from './raise/raise_opset';
import { withoutDead } from './rewriting/rewrite';
import { requireFinite, requireFullPrecision, requireSupported } from './supported';
import { viewOf, type GraphView } from './rewriting/view';

/** In this order, after the folding of constants; what one pass uncovers another finds in the next round. */
const passes: readonly Pass[] = [
  removeNoops,
  explicitWindows,
  explicitResize,
  einsumToMatMul,
  normalizeArithmetic,
  nameActivations,
  nameLayerNorm,
  sinkTransposes,
  nameGlobalPools,
  mergeMoves,
  mergePadding,
  mergeDense,
  foldBatchNormPass,
  mergeAffine,
];

/** Real exports settle after three or four rounds; a graph that has not after this many stays correct, only less tidy. */
const mostRounds = 16;

interface CanonicalizeOptions {
  /** Fixes the shapes of inputs, by name; an input that is not named keeps its own. */
  readonly inputShapes?: ReadonlyMap<string, readonly number[]>;
}

/**
 * Brings a network as an exporter wrote it into the one form that the rest of the farm reads: opset 21, fixed shapes,
 * constants as initializers, patterns named (docs/references.md lists all). It computes the same to 1e-5. The error is one
 * line: a dynamic shape, an operator that is not supported (with its node and the way out), weights that are not finite.
 */
export function canonicalize(
  graph: Graph,
  options: CanonicalizeOptions = {},
): Result<Graph, string> {
  const live = withoutDead(graph);
  for (const check of [requireKnownOpset(live), requireSupported(live, false), requireFinite(live)])
    if (!check.ok) return check;
  const fixed = fixInputShapes(live, options.inputShapes ?? new Map());
  if (!fixed.ok) return fixed;
  const raised = raiseOpset(fixed.value);
  if (!raised.ok) return raised;
  const settled = settle(raised.value, constantLimitBytes(live));
  if (!settled.ok) return settled;
  for (const check of [
    requireFolded(settled.value, constantBytes(live)),
    requireSupported(settled.value.graph, true),
    requireFullPrecision(settled.value.types),
  ])
    if (!check.ok) return check;
  return ok(declared(settled.value));
}

/** Runs the passes until none of them changes the graph. */
function settle(graph: Graph, limitBytes: number): Result<GraphView, string> {
  const all = [foldConstantsWithin(limitBytes), ...passes];
  let view = viewOf(graph);
  for (let round = 0; round < mostRounds && view.ok; round += 1) {
    const before = view.value.graph;
    for (const pass of all) {
      if (!view.ok) return view;
      const next = pass(view.value);
      if (next !== view.value.graph) view = viewOf(next);
    }
    if (view.ok && view.value.graph === before) break;
  }
  return view;
}

/** Outputs say their fixed shapes; what the exporter said of other tensors is no longer needed. */
function declared({ graph, types }: GraphView): Graph {
  const outputs = graph.outputs.map((output) => ({
    ...output,
    shape: types.get(output.name)?.shape ?? output.shape,
  }));
  return {
    ...graph,
    nodes: distinctlyNamed(graph.nodes),
    opset: builtOpset,
    outputs,
    declared: new Map(),
  };
}

/** Reports and caches name layers by node; exporters may leave names out or give one twice. */
function distinctlyNamed(nodes: readonly Node[]): readonly Node[] {
  const taken = new Set<string>();
  // Where the search for a free name goes on: thousands of nodes may have one name.
  const attempts = new Map<string, number>();
  return nodes.map((node) => {
    let { name } = node;
    while (taken.has(name)) {
      const attempt = attempts.get(node.name) ?? 2;
      attempts.set(node.name, attempt + 1);
      name = `${node.name}.${attempt}`;
    }
    taken.add(name);
    return name === node.name ? node : { ...node, name };
  });
}
