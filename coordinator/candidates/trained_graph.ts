import { readFile } from 'node:fs/promises';
import { assert } from '../../common/assert';
import { BadInputError } from '../../common/bad_input';
import { parametersOf } from '../../model/cost/parameters';
import { elementCount, type Graph } from '../../model/onnx/graph';
import { assembleTrained } from '../../model/reference/assemble';
import { readReference } from '../../model/reference/reference_parts';
import { createSpace } from '../../model/space/create_space';
import { documentOf } from '../../model/space/load_space';
import { spaceNameOf } from '../../model/space/space_reference';
import { readWeights } from '../../model/weights/weights_file';
import type { TrainedNetwork } from './candidate_preparation';
import type { NetworkRequest } from './stage';
import type { TrainedFiles } from './worker_request';

/** The reference's stem and head around the network's trained blocks. @throws BadInputError for files that do not fit the network */
export async function trainedGraph(
  { space: reference, architecture }: Pick<NetworkRequest, 'space' | 'architecture'>,
  { reference: name, cuts }: TrainedNetwork,
  files: TrainedFiles,
): Promise<{ readonly graph: Graph; readonly parameters: number }> {
  const parts = readReference(await readFile(files.model), { name, cuts });
  const space = createSpace(documentOf(reference), spaceNameOf(reference));
  const choices = space.blocksOf?.(architecture) ?? [];
  assert(choices.length === files.weights.length, 'each block of the network is trained');
  const blocks = await Promise.all(
    choices.map(async ({ spec, text }, index) => {
      const weights = readWeights(await readFile(files.weights[index] ?? ''));
      if (!weights.ok)
        throw new BadInputError(`the weights of block ${index + 1} (${text}): ${weights.error}`);
      return { spec, weights: weights.value };
    }),
  );
  const graph = assembleTrained(architecture, parts, blocks);
  return { graph, parameters: parametersIn(graph) };
}

/** As trained, less what folded batch normalizations merged. */
function parametersIn(graph: Graph): number {
  const names = new Set(graph.nodes.flatMap((node) => parametersOf(graph, node)));
  return [...names].reduce((sum, name) => {
    const tensor = graph.initializers.get(name);
    return sum + (tensor === undefined ? 0 : elementCount(tensor.shape));
  }, 0);
}
