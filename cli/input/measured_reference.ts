import { BadInputError } from '../../common/bad_input';
import type { DataSource, Task } from '../../common/training/reference';
import type { SampleForm } from '../../common/training/sample_form';
import type { Graph } from '../../model/onnx/graph';
import { networkFit } from '../../model/reference/fit';
import { dataKindOf, digestOfData } from '../../predictor/data/data_files';
import type { OnnxFile } from './onnx_file';
import { shapesOf, type ReferenceNetwork } from './reference_file';
import { preparationOf, type SampleOptions } from './sample_options';

/** What a network is to be measured on. */
export interface MeasuredFile {
  readonly graph: Graph;
  readonly task: Task;
  readonly form: SampleForm;
  readonly data: DataSource;
  readonly labels: readonly string[] | undefined;
}

/** Where the user has not said how much validates. */
const usualSplit = { validationShare: 0.1, splitSeed: 1 };

/** A reference on its own data, or on other data of the same task. */
export async function measuredOf(
  { document, onnx, labels, data }: ReferenceNetwork,
  otherData: string | undefined,
): Promise<MeasuredFile> {
  return {
    graph: onnx.graph,
    task: document.task,
    form: document.sample,
    data: otherData === undefined ? data : await dataAt(otherData),
    labels,
  };
}

/** A network of which only its file is known: its shapes say what it does. @throws BadInputError for one that answers no images */
export async function measuredOnData(
  { path, graph }: OnnxFile,
  data: string,
  options: SampleOptions,
): Promise<MeasuredFile> {
  const { input, output } = shapesOf(graph);
  const [, , height = 0, width = 0] = input;
  const task: Task = {
    kind: output.length === 4 ? 'segmentation' : 'classification',
    classes: (output.length === 4 ? output[1] : output.at(-1)) ?? 0,
  };
  const form: SampleForm = { ...preparationOf(options), size: [height, width] };
  const misfit = networkFit({ input, output }, { task, size: form.size });
  if (misfit !== undefined)
    throw new BadInputError(
      `${path}: takes ${input.join('x') || 'several inputs'} and gives ${output.join('x') || 'several outputs'}; --data measures networks from 1x3xHxW to 1xCLASSES, or to 1xCLASSESxHxW`,
    );
  return { graph, task, form, data: await dataAt(data), labels: undefined };
}

async function dataAt(place: string): Promise<DataSource> {
  const kind = await dataKindOf(place);
  return { kind, path: place, digest: await digestOfData({ kind, path: place }), ...usualSplit };
}
