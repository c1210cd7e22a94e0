import { readFile, stat } from 'node:fs/promises';
import { InvalidArgumentError, Option } from 'commander';
import { largestArtifactBytes } from '../../common/artifact';
import { BadInputError } from '../../common/bad_input';
import { systemErrorCode } from '../../common/system_error';
import { canonicalize } from '../../model/canonical/canonicalize';
import type { Graph } from '../../model/onnx/graph';
import { readOnnx } from '../../model/onnx/read';

export type InputShapes = ReadonlyMap<string, readonly number[]>;

/** An ONNX file as the farm works with it. */
export interface OnnxFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** As the file says it. */
  readonly opset: number;
  /** In canonical form. */
  readonly graph: Graph;
}

/** Reads a model and brings it into canonical form. @throws BadInputError that names the file and what is wrong with it */
export async function readOnnxFile(path: string, inputShapes: InputShapes | ((graph: Graph) => InputShapes)): Promise<OnnxFile> {
  const bytes = await readModelBytes(path);
  const read = readOnnx(bytes);
  if (!read.ok) throw new BadInputError(`${path}: ${read.error}`);
  const graph = canonicalize(read.value, { inputShapes: typeof inputShapes === 'function' ? inputShapes(read.value) : inputShapes });
  if (!graph.ok) throw new BadInputError(`${path}: ${graph.error}`);
  return { path, sizeBytes: bytes.length, opset: read.value.opset, graph: graph.value };
}

async function readModelBytes(path: string): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new BadInputError(`${path}: ${found.isDirectory() ? 'is a folder' : 'is no file'}; give the path of an ONNX model`);
    if (found.size > largestArtifactBytes) throw new BadInputError(`${path}: ${String(found.size)} bytes is over the limit of ${String(largestArtifactBytes)}`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof BadInputError) throw error;
    throw new BadInputError(`${path}: cannot be read (${systemErrorCode(error)}); give the path of an ONNX model`);
  }
}

/** `--input x=1x3x224x224`, once for each input whose shape is to be fixed. */
export function inputShapeOption(): Option {
  return new Option('--input <name=shape>', 'fix the shape of an input, e.g. x=1x3x224x224; may be given for several inputs').argParser(addInputShape);
}

function addInputShape(text: string, known: InputShapes = new Map()): InputShapes {
  const [, name, shape] = /^(.+)=(\d+(?:x\d+)*)$/.exec(text) ?? [];
  if (name === undefined || shape === undefined) throw new InvalidArgumentError('expected NAME=SIZExSIZE…, for example x=1x3x224x224');
  if (known.has(name)) throw new InvalidArgumentError(`input ${name} is given twice`);
  return new Map([...known, [name, shape.split('x').map(Number)]]);
}
