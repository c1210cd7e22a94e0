import { stat } from 'node:fs/promises';
import { InvalidArgumentError, Option } from 'commander';
import { largestArtifactBytes } from '../../common/artifact';
import { BadInputError } from '../../common/bad_input';
import { systemErrorCode } from '../../platform/files/system_error';
import { canonicalize } from '../../model/canonical/canonicalize';
import type { Graph } from '../../model/onnx/graph';
import { readOnnxFile } from '../../model/onnx/read_file';

export type InputShapes = ReadonlyMap<string, readonly number[]>;

/** An ONNX file as the farm works with it. */
export interface OnnxFile {
  readonly path: string;
  /** With the values in other files. */
  readonly sizeBytes: number;
  /** As the file says it. */
  readonly opset: number;
  /** What it says of its weights, for the files that are made from it. */
  readonly metadata: Readonly<Record<string, string>>;
  /** In canonical form. */
  readonly graph: Graph;
}

/**
 * Reads a model, with the values that lie in files beside it, and brings it into canonical form.
 * @throws BadInputError that names the file and what is wrong with it
 */
export async function readCanonicalOnnx(
  path: string,
  inputShapes: InputShapes | ((graph: Graph) => InputShapes),
): Promise<OnnxFile> {
  await requireFile(path);
  const read = await readOnnxFile(path);
  if (!read.ok) throw new BadInputError(`${path}: ${read.error}`);
  const { graph: written, sizeBytes, weights } = read.value;
  const graph = canonicalize(written, {
    inputShapes: typeof inputShapes === 'function' ? inputShapes(written) : inputShapes,
  });
  if (!graph.ok) throw new BadInputError(`${path}: ${graph.error}`);
  return {
    path,
    sizeBytes,
    opset: written.opset,
    metadata: weights === null ? {} : { weights },
    graph: graph.value,
  };
}

async function requireFile(path: string): Promise<void> {
  try {
    const found = await stat(path);
    if (!found.isFile())
      throw new BadInputError(
        `${path}: ${found.isDirectory() ? 'is a folder' : 'is no file'}; give the path of an ONNX model`,
      );
    if (found.size > largestArtifactBytes)
      throw new BadInputError(
        `${path}: ${String(found.size)} bytes is over the limit of ${String(largestArtifactBytes)}`,
      );
  } catch (error) {
    if (error instanceof BadInputError) throw error;
    throw new BadInputError(
      `${path}: cannot be read (${systemErrorCode(error)}); give the path of an ONNX model`,
    );
  }
}

/** `--input x=1x3x224x224`, once for each input whose shape is to be fixed. */
export function inputShapeOption(): Option {
  return new Option(
    '--input <name=shape>',
    'fix the shape of an input, e.g. x=1x3x224x224; may be given for several inputs',
  ).argParser(addInputShape);
}

function addInputShape(text: string, known: InputShapes = new Map()): InputShapes {
  const [, name, shape] = /^(.+)=(\d+(?:x\d+)*)$/.exec(text) ?? [];
  if (name === undefined || shape === undefined)
    throw new InvalidArgumentError('expected NAME=SIZExSIZE…, for example x=1x3x224x224');
  if (known.has(name)) throw new InvalidArgumentError(`input ${name} is given twice`);
  return new Map([...known, [name, shape.split('x').map(Number)]]);
}
