import { BadInputError } from '../../common/bad_input';
import type { Reference } from '../../common/training/reference';
import type { Graph } from '../onnx/graph';
import { readOnnx } from '../onnx/read';
import { anatomyOf } from './anatomy';
import { resolveCuts } from './cuts';
import { extractParts } from './extract';

/** A reference in pieces. */
export interface ReferenceParts {
  readonly whole: Graph;
  readonly stem: Graph;
  readonly blocks: readonly Graph[];
  readonly head: Graph;
  /** At each cut, as ONNX says it: of the input of the first block, then of each block's output. */
  readonly cutShapes: readonly (readonly number[])[];
}

/** @throws BadInputError for a model that cannot be read, or cuts that do not match it */
export function readReference(
  bytes: Uint8Array,
  { name, cuts }: Pick<Reference, 'name' | 'cuts'>,
): ReferenceParts {
  const whole = readOnnx(bytes);
  if (!whole.ok) throw new BadInputError(`the model of reference ${name}: ${whole.error}`);
  const anatomy = anatomyOf(whole.value);
  if (!anatomy.ok) throw new BadInputError(`the model of reference ${name}: ${anatomy.error}`);
  const resolved = resolveCuts({ kind: 'list', tensors: cuts }, anatomy.value);
  if (!resolved.ok) throw new BadInputError(`reference ${name}: ${resolved.error}`);
  const graphs = extractParts(anatomy.value.profile, resolved.value).map(({ graph }) => graph);
  const [stem, head] = [graphs[0], graphs.at(-1)];
  if (stem === undefined || head === undefined || graphs.length < 3)
    throw new BadInputError(`reference ${name}: its cuts leave no block; give at least two`);
  return {
    whole: whole.value,
    stem,
    blocks: graphs.slice(1, -1),
    head,
    cutShapes: resolved.value.map(({ shape }) => shape),
  };
}
