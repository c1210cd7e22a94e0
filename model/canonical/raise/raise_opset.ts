import { ownValue } from '../../../common/own_value';
import { fail, ok, type Result } from '../../../common/result';
import { builtOpset } from '../../onnx/graph_builder';
import type { Graph } from '../../onnx/graph';
import {
  axesToInput,
  clipBoundsToInputs,
  padsToInputs,
  sliceToInputs,
  splitSizesToInput,
} from './attributes_to_inputs';
import type { RaiseRule } from './rule';
import { resizeToNewest, upsampleToResize } from './resize';
import { flattenedSoftmax } from './softmax';
import { rewrite } from '../rewriting/rewrite';
import { viewOf } from '../rewriting/view';

/** Operators here are the same up to this one: what came after opset 21 are element types and new operators. https://github.com/onnx/onnx/blob/main/docs/Changelog.md */
const newestOpset = 24;
/** Every exporter can write it. */
const oldestAdvised = 13;

/** Each rule serves graphs below the opset in which its operator changed. */
const rules: Readonly<Record<string, { readonly below: number; readonly rule: RaiseRule }>> = {
  Slice: { below: 10, rule: sliceToInputs },
  Upsample: { below: 10, rule: upsampleToResize },
  Resize: { below: 13, rule: resizeToNewest },
  Clip: { below: 11, rule: clipBoundsToInputs },
  Pad: { below: 11, rule: padsToInputs },
  Scatter: {
    below: 11,
    rule: (node, { make }) => make.last('ScatterElements', node.inputs, node.attributes),
  },
  Softmax: { below: 13, rule: flattenedSoftmax },
  LogSoftmax: { below: 13, rule: flattenedSoftmax },
  Hardmax: { below: 13, rule: flattenedSoftmax },
  Squeeze: { below: 13, rule: axesToInput },
  Unsqueeze: { below: 13, rule: axesToInput },
  ReduceSum: { below: 13, rule: axesToInput },
  Split: { below: Infinity, rule: splitSizesToInput },
  ...Object.fromEntries(
    ['Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'SumSquare', 'LogSum', 'LogSumExp'].map((name) => [
      `Reduce${name}`,
      { below: 18, rule: axesToInput },
    ]),
  ),
};

/** Before anything else is looked at: what operators of an unknown opset mean is not known. */
export function requireKnownOpset({ opset }: Graph): Result<null, string> {
  if (opset <= newestOpset) return ok(null);
  return fail(
    `opset ${opset} is not known here, ${newestOpset} is the newest; export the network with an opset from ${oldestAdvised} to ${builtOpset}`,
  );
}

/** The same network in opset 21: attributes that became inputs, and operators whose meaning changed, written anew. */
export function raiseOpset(graph: Graph): Result<Graph, string> {
  const view = viewOf(graph);
  if (!view.ok) return view;
  const raised = rewrite(view.value, (node, make) => {
    const change = ownValue(rules, node.kind);
    return change === undefined || graph.opset >= change.below
      ? undefined
      : change.rule(node, { make, view: view.value });
  });
  return ok({ ...raised, opset: builtOpset });
}
