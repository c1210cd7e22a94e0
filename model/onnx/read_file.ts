import { open, realpath, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { onnx } from 'onnx-proto';
import { largestArtifactBytes } from '../../common/artifact';
import { fail, ok, type Result } from '../../common/result';
import { systemErrorCode } from '../../platform/files/system_error';
import type { Graph } from './graph';
import { plain, quote } from './quote';
import { decodeModel, graphOf } from './read';

/** A model and the bytes that it takes, values in other files included. */
interface ReadModel {
  readonly graph: Graph;
  readonly sizeBytes: number;
  /** What the file says of its weights ("drawn, seed 1"), on one line; null where it says nothing. */
  readonly weights: string | null;
}

/** What is wrong with the files; one line, for the user. Thrown inside this file only. */
class UnreadableFiles extends Error {}

/**
 * Reads an ONNX model and the files beside it that hold its values ("external data"), 2 GB together at most. Those must
 * lie in the model's folder. The error is one line: what is missing, out of bounds, or too large.
 */
export async function readOnnxFile(file: string): Promise<Result<ReadModel, string>> {
  try {
    const bytes = await readPart(file, {
      offset: 0,
      length: undefined,
      left: largestArtifactBytes,
    });
    const model = decodeModel(bytes);
    if (!model.ok) return model;
    const left = await loadExternalData(model.value, {
      folder: path.dirname(file),
      left: largestArtifactBytes - bytes.length,
    });
    const graph = graphOf(model.value);
    return graph.ok
      ? ok({
          graph: graph.value,
          sizeBytes: largestArtifactBytes - left,
          weights: weightsOf(model.value),
        })
      : graph;
  } catch (error) {
    if (error instanceof UnreadableFiles) return fail(error.message);
    throw error;
  }
}

function weightsOf(model: onnx.ModelProto): string | null {
  const text = plain(model.metadataProps.find(({ key }) => key === 'weights')?.value ?? '').trim();
  return text === '' ? null : text;
}

/** Returns how many bytes are still allowed. */
async function loadExternalData(
  model: onnx.ModelProto,
  from: { readonly folder: string; readonly left: number },
): Promise<number> {
  let { left } = from;
  for (const tensor of externalTensors(model)) {
    const place = placeOf(tensor);
    if (!place.ok)
      throw new UnreadableFiles(`initializer ${quote(tensor.name ?? '')}: ${place.error}`);
    const file = path.join(from.folder, place.value.location);
    await requireInside(file, from.folder);
    tensor.rawData = await readPart(file, { ...place.value, left });
    left -= tensor.rawData.length;
    tensor.dataLocation = onnx.TensorProto.DataLocation.DEFAULT;
    tensor.externalData = [];
  }
  return left;
}

function externalTensors(model: onnx.ModelProto): readonly onnx.ITensorProto[] {
  const constants = (model.graph?.node ?? [])
    .flatMap((node) => node.attribute ?? [])
    .flatMap((attribute) =>
      attribute.t === null || attribute.t === undefined ? [] : [attribute.t],
    );
  return [...(model.graph?.initializer ?? []), ...constants].filter(
    (tensor) => (tensor.externalData?.length ?? 0) > 0,
  );
}

interface DataLocation {
  readonly location: string;
  readonly offset: number;
  /** Undefined is all that follows. */
  readonly length: number | undefined;
}

/** https://github.com/onnx/onnx/blob/main/docs/ExternalData.md */
function placeOf(tensor: onnx.ITensorProto): Result<DataLocation, string> {
  const entry = (key: string): string | undefined =>
    tensor.externalData?.find((one) => one.key === key)?.value ?? undefined;
  const location = entry('location') ?? '';
  const parts = location.split(/[/\\]/);
  if (
    location === '' ||
    path.isAbsolute(location) ||
    path.win32.isAbsolute(location) ||
    parts.includes('..') ||
    location.includes('\0')
  ) {
    return fail(`its values are in ${quote(location)}; expected a file in the model's folder`);
  }
  const [offset, length] = ['offset', 'length'].map((key) => wholeNumber(entry(key)));
  if (offset === null || length === null) return fail('its offset or length is not a whole number');
  return ok({ location, offset: offset ?? 0, length });
}

/** Null for what is no whole number. */
function wholeNumber(text: string | undefined): number | undefined | null {
  if (text === undefined) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** Also behind symbolic links. */
async function requireInside(file: string, folder: string): Promise<void> {
  const [target, root] = await Promise.all([
    translated(file, realpath(file)),
    translated(folder, realpath(folder)),
  ]);
  if (!target.startsWith(root.endsWith(path.sep) ? root : root + path.sep))
    throw new UnreadableFiles(`${quote(file)} leads out of the model's folder`);
}

async function readPart(
  file: string,
  part: { readonly offset: number; readonly length: number | undefined; readonly left: number },
): Promise<Uint8Array> {
  const status = await translated(file, stat(file));
  if (!status.isFile()) throw new UnreadableFiles(`${quote(file)} is not a file`);
  const length = part.length ?? status.size - part.offset;
  if (length < 0 || part.offset + length > status.size)
    throw new UnreadableFiles(
      `${quote(file)} has ${status.size} bytes; the model expects values from byte ${part.offset} ${part.length === undefined ? 'on' : `to ${part.offset + part.length}`}`,
    );
  if (length > part.left)
    throw new UnreadableFiles(
      `the model has more than ${largestArtifactBytes} bytes; larger ones are refused`,
    );
  const handle = await translated(file, open(file, 'r'));
  try {
    return await readFully(handle, file, { offset: part.offset, length });
  } finally {
    await handle.close();
  }
}

async function readFully(
  handle: FileHandle,
  file: string,
  part: { readonly offset: number; readonly length: number },
): Promise<Uint8Array> {
  const bytes = new Uint8Array(part.length);
  for (let done = 0; done < part.length;) {
    const { bytesRead } = await translated(
      file,
      handle.read(bytes, done, part.length - done, part.offset + done),
    );
    if (bytesRead === 0)
      throw new UnreadableFiles(`${quote(file)} became shorter while it was read`);
    done += bytesRead;
  }
  return bytes;
}

/** What the system says of a file, as one line. */
async function translated<Value>(file: string, work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    const code = systemErrorCode(error);
    throw new UnreadableFiles(
      code === 'ENOENT'
        ? `${quote(file)} is missing; it must lie beside the model`
        : `${quote(file)} cannot be read (${code})`,
    );
  }
}
