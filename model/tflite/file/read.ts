import { largestArtifactBytes } from '../../../common/artifact';
import { fail, ok, type Result } from '../../../common/result';
import { operatorName } from './builtin_operators';
import { FlatTable, MalformedFlatBuffer } from './flat_table';

/** Element types by code: TensorType in tensorflow/lite/schema/schema.fbs. */
const elementTypes = [
  'float32',
  'float16',
  'int32',
  'uint8',
  'int64',
  'string',
  'bool',
  'int16',
  'complex64',
  'int8',
  'float64',
  'complex128',
  'uint64',
  'resource',
  'variant',
  'uint32',
  'uint16',
  'int4',
] as const;
export type TfliteElementType = (typeof elementTypes)[number];

export function elementTypeCode(type: TfliteElementType): number {
  return elementTypes.indexOf(type);
}

export interface TfliteTensor {
  readonly name: string;
  readonly elementType: TfliteElementType;
  readonly shape: readonly number[];
  /** −1 for a dimension that the model leaves open; empty when the model does not say. */
  readonly shapeSignature: readonly number[];
  /** Its values are in the file: weights. */
  readonly constant: boolean;
}

export interface TfliteOperator {
  readonly kind: string;
  /** Indices of tensors; −1 for an omitted optional input. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** The main subgraph: what inspection and cost need. */
export interface TfliteModel {
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** A vector may list one table many times, so the file's size alone does not bound the work. */
const mostEntries = 50_000;
const supportedVersion = 3;

/** Bytes 4 to 7: https://flatbuffers.dev/schema/#file-identification-and-extension */
export function hasTfliteIdentifier(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(4, 8)).toString('latin1') === 'TFL3';
}

/** Reads a TFLite file that may come from anywhere: a checked model, or one line that says what is wrong. */
export function readTflite(bytes: Uint8Array): Result<TfliteModel, string> {
  if (bytes.length > largestArtifactBytes)
    return fail(
      `the file has ${bytes.length} bytes; models above ${largestArtifactBytes} are refused`,
    );
  if (!hasTfliteIdentifier(bytes)) return fail('not a TFLite file: the identifier TFL3 is missing');
  try {
    return checked(readModel(FlatTable.root(bytes)));
  } catch (error) {
    if (error instanceof MalformedFlatBuffer)
      return fail(`not a usable TFLite file: ${error.message}`);
    throw error;
  }
}

function readModel(model: FlatTable): TfliteModel {
  const version = model.int32Field(0, 0);
  if (version !== supportedVersion)
    throw new MalformedFlatBuffer(`schema version ${version} is not ${supportedVersion}`);
  const [main] = tables(model, 2, 'subgraphs');
  if (main === undefined) throw new MalformedFlatBuffer('it has no subgraph');
  const kinds = tables(model, 1, 'operator codes').map(operatorKind);
  const constantBuffers = tables(model, 4, 'buffers').map(
    (buffer) => buffer.byteCountField(0) > 0 || buffer.int32Field(1, 0) !== 0,
  );
  return {
    tensors: tables(main, 0, 'tensors').map((tensor) => readTensor(tensor, constantBuffers)),
    operators: tables(main, 3, 'operators').map((operator) => readOperator(operator, kinds)),
    inputs: main.int32ListField(1),
    outputs: main.int32ListField(2),
  };
}

function tables(parent: FlatTable, field: number, what: string): readonly FlatTable[] {
  const list = parent.tableListField(field, mostEntries);
  if (list === undefined) throw new MalformedFlatBuffer(`it has more than ${mostEntries} ${what}`);
  return list;
}

/** Codes above 127 came later: the old field then holds the placeholder 127 and the new one the code. */
function operatorKind(code: FlatTable): string {
  return operatorName(Math.max(code.int8Field(0, 0), code.int32Field(3, 0)), code.textField(1));
}

function readTensor(tensor: FlatTable, constantBuffers: readonly boolean[]): TfliteTensor {
  const elementType = elementTypes[tensor.int8Field(1, 0)];
  if (elementType === undefined)
    throw new MalformedFlatBuffer(`element type ${tensor.int8Field(1, 0)} is not known`);
  const constant = constantBuffers[tensor.int32Field(2, 0)];
  if (constant === undefined)
    throw new MalformedFlatBuffer('a tensor names a buffer that does not exist');
  return {
    name: tensor.textField(3),
    elementType,
    shape: tensor.int32ListField(0),
    shapeSignature: tensor.int32ListField(7),
    constant,
  };
}

function readOperator(operator: FlatTable, kinds: readonly string[]): TfliteOperator {
  const kind = kinds[operator.int32Field(0, 0)];
  if (kind === undefined)
    throw new MalformedFlatBuffer('an operator names a code that does not exist');
  return { kind, inputs: operator.int32ListField(1), outputs: operator.int32ListField(2) };
}

/** Each index names a tensor; operators stand in execution order with one maker per tensor. */
function checked(model: TfliteModel): Result<TfliteModel, string> {
  const exists = (index: number): boolean => index >= 0 && index < model.tensors.length;
  if (model.outputs.length === 0) return fail('not a usable TFLite file: it has no outputs');
  if (![...model.inputs, ...model.outputs].every(exists))
    return fail('not a usable TFLite file: an input or output is no tensor');
  const made = new Set(model.inputs);
  model.tensors.forEach((tensor, index) => tensor.constant && made.add(index));
  for (const [position, operator] of model.operators.entries()) {
    const unmade = operator.inputs.find((index) => index !== -1 && !made.has(index));
    if (unmade !== undefined)
      return fail(
        `operator ${position} (${operator.kind}) reads tensor ${unmade}, which nothing before it makes`,
      );
    if (!operator.outputs.every(exists))
      return fail(`operator ${position} (${operator.kind}) makes a tensor that does not exist`);
    for (const output of operator.outputs) made.add(output);
  }
  const missing = model.outputs.find((output) => !made.has(output));
  return missing === undefined
    ? ok(model)
    : fail(`output tensor ${missing} is made by no operator`);
}
