import path from 'node:path';
import { BadInputError } from '../../common/bad_input';
import type { DataSource, Reference } from '../../common/training/reference';
import type { Graph } from '../../model/onnx/graph';
import { writeOnnx } from '../../model/onnx/write';
import { anatomyOf, type Anatomy } from '../../model/reference/anatomy';
import type { CutTensor } from '../../model/reference/cut_tensor';
import { resolveCuts, type CutChoice } from '../../model/reference/cuts';
import { cutsFileSchema } from '../../model/reference/cuts_file';
import { networkFit, referenceFit } from '../../model/reference/fit';
import {
  referenceDocumentSchema,
  type ReferenceDocument,
} from '../../model/reference/reference_document';
import { shippedSpaceNames, shippedSpaceText } from '../../model/space/load_space';
import { parseSpaceDocument } from '../../model/space/space_document';
import { readYamlFile, readYamlText } from '../../platform/config/yaml_file';
import { digestOfData } from '../../predictor/data/data_files';
import { openData } from '../../predictor/data/open_data';
import type { FarmClient } from '../link/farm_client';
import { readCanonicalOnnx, type OnnxFile } from './onnx_file';
import { readLabels } from './label_file';

/** A reference's network as its document describes it, checked. */
export interface ReferenceNetwork {
  readonly document: ReferenceDocument;
  readonly onnx: OnnxFile;
  readonly anatomy: Anatomy;
  /** In execution order. */
  readonly cuts: readonly CutTensor[];
  /** Names of the classes, where the document has them. */
  readonly labels: readonly string[] | undefined;
  /** With an absolute path, and a digest of the files that lie there. */
  readonly data: DataSource;
}

/** The same with the space for its blocks. */
interface ReferenceFile extends ReferenceNetwork {
  /** The space's YAML. */
  readonly space: string;
  /** In canonical form. */
  readonly model: Uint8Array;
}

/** @throws BadInputError with one line: a field, a cut that does not match, a space that does not fit, data that is not there */
export async function readReferenceFile(file: string): Promise<ReferenceFile> {
  const network = await readReferenceNetwork(file);
  const { document, onnx, cuts } = network;
  const space = spaceText(document.space, path.dirname(file));
  const misfit = referenceFit(parseSpaceDocument(space, document.space), {
    cuts,
    task: document.task,
  });
  if (misfit !== undefined) throw new BadInputError(`${file}: ${misfit}`);
  return { ...network, space, model: writeOnnx(onnx.graph, onnx.metadata) };
}

/** Whatever its space is. @throws BadInputError with one line */
export async function readReferenceNetwork(file: string): Promise<ReferenceNetwork> {
  const document = readYamlFile(file, referenceDocumentSchema);
  const folder = path.dirname(file);
  const modelPath = path.resolve(folder, document.model);
  const onnx = await readCanonicalOnnx(modelPath, new Map(Object.entries(document.input)));
  const anatomy = anatomyOf(onnx.graph);
  if (!anatomy.ok) throw new BadInputError(`${modelPath}: ${anatomy.error}`);
  const cuts = resolveCuts(cutChoice(document.cuts, folder), anatomy.value);
  if (!cuts.ok) throw new BadInputError(`${file}: field cuts: ${cuts.error}`);
  const misfit = networkFit(shapesOf(onnx.graph), {
    task: document.task,
    size: document.sample.size,
  });
  if (misfit !== undefined) throw new BadInputError(`${file}: ${misfit}`);
  const { task } = document;
  const labels =
    document.labels === undefined
      ? undefined
      : readLabels(document.labels, { file, classes: task.classes });
  const data = await dataSource(document.data, folder);
  const { classNames } = await openData(data, task, document.sample);
  if (labels !== undefined && isReordered(labels, classNames))
    throw new BadInputError(
      `${file}: field labels: has the names of the class folders in another order; a head's classes are the folders in the order of their names (${classNames.slice(0, 3).join(', ')} …): rename the folders`,
    );
  return { document, onnx, anatomy: anatomy.value, cuts: cuts.value, labels, data };
}

function isReordered(labels: readonly string[], classNames: readonly string[]): boolean {
  return (
    labels.join('\n') !== classNames.join('\n') &&
    [...labels].sort().join('\n') === [...classNames].sort().join('\n')
  );
}

export function shapesOf({ inputs, outputs }: Graph): {
  readonly input: readonly number[];
  readonly output: readonly number[];
} {
  const shapeOf = (tensors: Graph['inputs']): readonly number[] =>
    tensors.length === 1 ? (tensors[0]?.shape?.map(Number) ?? []) : [];
  return { input: shapeOf(inputs), output: shapeOf(outputs) };
}

function cutChoice(cuts: ReferenceDocument['cuts'], folder: string): CutChoice {
  if (typeof cuts !== 'string') return { kind: 'list', tensors: cuts };
  if (cuts === 'auto') return { kind: 'auto' };
  const { cuts: listed } = readYamlFile(path.resolve(folder, cuts), cutsFileSchema);
  return { kind: 'list', tensors: listed.map(({ tensor }) => tensor) };
}

function spaceText(space: string, folder: string): string {
  return shippedSpaceNames().includes(space)
    ? shippedSpaceText(space)
    : readYamlText(path.resolve(folder, space));
}

async function dataSource(data: ReferenceDocument['data'], folder: string): Promise<DataSource> {
  if (data.kind === 'generated') return data;
  const place = { ...data, path: path.resolve(folder, data.path) };
  return { ...place, digest: await digestOfData(place) };
}

/** Uploads the model and registers the reference; the same again changes nothing. */
export async function registerReferenceFile(
  farm: FarmClient,
  { document, model, cuts, data }: ReferenceFile,
): Promise<Reference> {
  const { digest } = await farm.uploadBytes(Buffer.from(model), 'onnx');
  const { name, task, sample } = document;
  const reference: Reference = {
    name,
    model: digest,
    cuts: cuts.map(({ tensor }) => tensor),
    task,
    sample,
    data,
  };
  await farm.registerReference(reference);
  return reference;
}
