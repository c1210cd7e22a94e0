import path from 'node:path';
import { BadInputError } from '../../common/bad_input';
import type { DataSource, Reference } from '../../common/training/reference';
import { anatomyOf } from '../../model/reference/anatomy';
import { resolveCuts } from '../../model/reference/cuts';
import { referenceFit } from '../../model/reference/fit';
import {
  referenceDocumentSchema,
  type ReferenceDocument,
} from '../../model/reference/reference_document';
import { writeOnnx } from '../../model/onnx/write';
import { createSpaceOfYaml } from '../../model/space/create_space';
import { shippedSpaceNames, shippedSpaceText } from '../../model/space/load_space';
import { readYamlFile, readYamlText } from '../../platform/config/yaml_file';
import type { FarmClient } from '../link/farm_client';
import { readCanonicalOnnx } from './onnx_file';

/** A reference as its files say it, checked. */
export interface ReferenceFile {
  readonly document: ReferenceDocument;
  /** The space's YAML. */
  readonly space: string;
  /** In canonical form. */
  readonly model: Uint8Array;
}

/** @throws BadInputError with one line: a field, a cut that does not match, a space that does not fit */
export async function readReferenceFile(file: string): Promise<ReferenceFile> {
  const document = readYamlFile(file, referenceDocumentSchema);
  const folder = path.dirname(file);
  const modelPath = path.resolve(folder, document.model);
  const { graph } = await readCanonicalOnnx(modelPath, new Map());
  const anatomy = anatomyOf(graph);
  if (!anatomy.ok) throw new BadInputError(`${modelPath}: ${anatomy.error}`);
  const cuts = resolveCuts({ kind: 'list', tensors: document.cuts }, anatomy.value);
  if (!cuts.ok) throw new BadInputError(`${file}: field cuts: ${cuts.error}`);
  const space = spaceText(document.space, folder);
  const misfit = referenceFit(createSpaceOfYaml(space, document.space), {
    cutShapes: cuts.value.map(({ shape }) => shape),
    outputShape: graph.outputs[0]?.shape?.map(Number) ?? [],
    task: document.task,
  });
  if (misfit !== undefined) throw new BadInputError(`${file}: ${misfit}`);
  if (document.labels !== undefined && document.labels.length !== document.task.classes)
    throw new BadInputError(
      `${file}: field labels: ${document.labels.length} names for ${document.task.classes} classes; give one for each`,
    );
  return { document, space, model: writeOnnx(graph) };
}

function spaceText(space: string, folder: string): string {
  return shippedSpaceNames().includes(space)
    ? shippedSpaceText(space)
    : readYamlText(path.resolve(folder, space));
}

/** Uploads the model and registers the reference; the same again changes nothing. */
export async function registerReferenceFile(
  farm: FarmClient,
  { document, model }: ReferenceFile,
  folder: string,
): Promise<Reference> {
  const { digest } = await farm.uploadBytes(Buffer.from(model), 'onnx');
  const { name, cuts, task, sample } = document;
  const reference: Reference = {
    name,
    model: digest,
    cuts,
    task,
    sample,
    data: dataSource(document.data, folder),
  };
  await farm.registerReference(reference);
  return reference;
}

function dataSource(data: ReferenceDocument['data'], folder: string): DataSource {
  if (data.kind === 'generated') return data;
  throw new BadInputError(
    `${path.resolve(folder, data.path)}: field data: ${data.kind} cannot be read yet; give kind: generated`,
  );
}
