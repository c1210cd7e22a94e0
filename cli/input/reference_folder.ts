import path from 'node:path';
import { BadInputError } from '../../common/bad_input';
import { readYamlFile } from '../../platform/config/yaml_file';
import type { DeclaredTensor, Graph } from '../../model/onnx/graph';
import {
  cutsFileSchema,
  partPlaces,
  type FileCut,
  type PartPlace,
} from '../../model/reference/cuts_file';
import { sameType, shownType, stitchParts, type StitchedPart } from '../../model/reference/stitch';
import { readCanonicalOnnx, type InputShapes } from './onnx_file';

/** Joins the parts in a folder with a cuts.yaml. @throws BadInputError that names the file which does not fit and what it must take or give */
export async function stitchFolder(folder: string): Promise<Graph> {
  const cuts = readYamlFile(path.join(folder, 'cuts.yaml'), cutsFileSchema);
  const parts: StitchedPart[] = [];
  for (const place of partPlaces(cuts))
    parts.push({
      name: place.name,
      graph: await readPart(path.join(folder, `${place.name}.onnx`), place),
    });
  const stitched = stitchParts(cuts.network, parts);
  if (!stitched.ok) throw new BadInputError(`${folder}: ${stitched.error}`);
  return stitched.value;
}

async function readPart(file: string, { takes, gives }: PartPlace): Promise<Graph> {
  const { graph } = await readCanonicalOnnx(file, (read) =>
    takes === null ? new Map() : openShapes(read, takes),
  );
  const problem =
    (takes === null ? undefined : misfit('take', graph.inputs, takes)) ??
    (gives === null ? undefined : misfit('give', graph.outputs, gives));
  if (problem !== undefined) throw new BadInputError(`${file}: ${problem}`);
  return graph;
}

/** A replacement exported with a dynamic batch or size is fixed to what it will be given. */
function openShapes({ inputs }: Graph, takes: FileCut): InputShapes {
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) return new Map();
  const fits =
    input.shape === null ||
    (input.shape.length === takes.shape.length &&
      input.shape.every((size, axis) => typeof size === 'string' || size === takes.shape[axis]));
  return fits ? new Map([[input.name, takes.shape]]) : new Map();
}

function misfit(
  verb: 'take' | 'give',
  found: readonly DeclaredTensor[],
  cut: FileCut,
): string | undefined {
  const expected: DeclaredTensor = {
    name: cut.tensor,
    elementType: cut.elementType,
    shape: cut.shape,
  };
  const must = `must ${verb} ${shownType(expected)} (tensor '${cut.tensor}' of the network)`;
  const [only, ...more] = found;
  if (only === undefined || more.length > 0)
    return `${verb}s ${String(found.length)} tensors, but ${must}`;
  return sameType(only, expected) ? undefined : `${verb}s ${shownType(only)}, but ${must}`;
}
