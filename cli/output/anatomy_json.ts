import type { DeclaredTensor } from '../../model/onnx/graph';
import type { Anatomy } from '../../model/reference/anatomy';
import type { CutTensor } from '../../model/reference/cut_tensor';
import type { ReferencePart } from '../../model/reference/extract';
import type { OnnxFile } from '../input/onnx_file';
import { operatorCounts, strideOver } from './anatomy';

interface Inspected {
  readonly file: OnnxFile;
  readonly anatomy: Anatomy;
  readonly parts: readonly ReferencePart[];
  /** Why there is no split. */
  readonly problem: string | null;
}

/** All that `farm reference inspect` found, for programs. */
export function anatomyToJson({ file, anatomy, parts, problem }: Inspected): object {
  const { profile, stages, candidates, cuts } = anatomy;
  const edge = ({ name, elementType, shape }: DeclaredTensor): unknown => ({
    name,
    elementType,
    shape,
  });
  return {
    file: file.path,
    opset: file.opset,
    sizeBytes: file.sizeBytes,
    inputs: profile.graph.inputs.map(edge),
    outputs: profile.graph.outputs.map(edge),
    ...profile.total,
    peakActivationBytes: profile.peakActivationBytes,
    operatorCounts: Object.fromEntries(operatorCounts(profile)),
    nodes: profile.nodes.map(({ node, ...work }) => ({
      name: node.name,
      operator: node.kind,
      outputs: node.outputs.map((output) => ({
        name: output,
        shape: profile.types.get(output)?.shape ?? null,
      })),
      ...work,
    })),
    stages: stages.map((stage) => stage.cuts.map((cut) => cut.tensor)),
    candidates: candidates.map(cutToJson),
    otherCuts: cuts.filter((cut) => !candidates.includes(cut)).map(cutToJson),
    split: parts.map(({ name, from, to, total }) => ({
      name,
      from: from?.tensor ?? null,
      to: to?.tensor ?? null,
      stride: strideOver(from, to),
      ...total,
    })),
    problem,
  };
}

function cutToJson({ tensor, shape, stride, macsBefore, parametersBefore }: CutTensor): unknown {
  return { tensor, shape, stride, macsBefore, parametersBefore };
}
