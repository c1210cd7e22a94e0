import { BadInputError } from '../../../common/bad_input';
import { sizeBytes, type Graph } from '../../onnx/graph';
import { inferShapes } from '../../onnx/shapes/shape_inference';

/** All tensors of the float and of the quantized network, which are compared side by side. */
const copies = 2;
/** Of a machine's memory, so that something is left for everything else. */
const share = 0.75;

/** A small file can ask for any number of large tensors. @throws BadInputError before memory is taken that the machine does not have */
export function requireMemory(graph: Graph, memoryBytes: number): void {
  const types = inferShapes(graph);
  if (!types.ok) return;
  const tensors = [...types.value].filter(([name]) => !graph.initializers.has(name));
  const needed = copies * tensors.reduce((total, [, type]) => total + sizeBytes(type), 0);
  if (needed <= share * memoryBytes) return;
  const gigabytes = (bytes: number): string => (bytes / 1e9).toPrecision(3);
  throw new BadInputError(
    `its tensors take ${gigabytes(needed)} GB while the float and the quantized network are compared; this machine has ${gigabytes(memoryBytes)} GB: fix a smaller input (--input), or cut the network`,
  );
}
