import { assert } from '../../../common/assert';
import type { Tensor } from '../../onnx/graph';
import { noOptions, plainOptions } from '../file/builtin_options';
import type {
  BuiltinOptions,
  DraftOperator,
  DraftTensor,
  TensorQuantization,
  TfliteDraft,
} from '../file/draft';
import { storedConstant, storedElementType, storedZeroPoint } from './integer_storage';
import {
  plainLayout,
  sameNumbers,
  sameOrder,
  storedAxis,
  storedShape,
  withLeading,
  type Layout,
} from './layout';
import { operatorVersion, type VersionNeeds } from './operator_version';
import type { Operand } from './quantized_steps';
import { relayout } from './relayout';

interface TensorHome {
  readonly layout: Layout;
  readonly index: number;
}

/** An operator to add: indices of draft tensors; `data` is the position of its data input, 0 when not given. */
interface LoweredOperator {
  readonly kind: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options?: BuiltinOptions;
  readonly needs?: VersionNeeds;
  readonly data?: number;
}

/**
 * The TFLite model while it grows. Each ONNX tensor has a home: the draft tensor and layout in which its maker leaves it.
 * Readers ask for the layout that they need; a TRANSPOSE is added only when the values must really move, and once.
 */
export class Lowering {
  private readonly tensors: DraftTensor[] = [];
  private readonly operators: DraftOperator[] = [];
  private readonly homes = new Map<string, TensorHome>();
  private readonly known = new Map<string, number>();

  layoutOf(operand: Operand): Layout {
    return this.homes.get(operand.name)?.layout ?? plainLayout(operand.shape.length);
  }

  /** The draft tensor that holds an operand in the layout, whose rank may be higher: dimensions of size 1 are then put before. */
  read(operand: Operand, layout: Layout): number {
    const key = `${operand.name} ${layout.join(',')}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const extra = layout.length - operand.shape.length;
    const shape = [...Array<number>(extra).fill(1), ...operand.shape];
    const index =
      operand.constant === undefined
        ? this.moved(operand, shape, layout)
        : this.constantOperand(operand, { shape, layout, extra });
    this.known.set(key, index);
    return index;
  }

  /** Declares an operator's output and where it stands. */
  make(operand: Operand, layout: Layout): number {
    const index = this.add(draftTensor(operand, layout));
    this.homes.set(operand.name, { layout, index });
    return index;
  }

  /** Says that an operand has the same values as a draft tensor. */
  alias(operand: Operand, layout: Layout, index: number): void {
    this.homes.set(operand.name, { layout, index });
  }

  /** A tensor between two operators that the ONNX graph does not have; the shape is as stored. */
  between(tensor: Pick<DraftTensor, 'name' | 'elementType' | 'shape' | 'quantization'>): number {
    return this.add({ ...tensor, shapeSignature: [], constant: false });
  }

  constant(
    tensor: Pick<DraftTensor, 'name' | 'elementType' | 'shape' | 'quantization'>,
    data: Uint8Array,
  ): number {
    return this.add({ ...tensor, shapeSignature: [], constant: true, data });
  }

  /** A list of int32, which many operators take as an input. */
  list(values: readonly number[]): number {
    return this.shared(`int32 ${values.join(',')}`, () =>
      this.constant(
        {
          name: `list_${values.join('_').slice(0, 40)}`,
          elementType: 'int32',
          shape: [values.length],
        },
        bytesOf(Int32Array.from(values)),
      ),
    );
  }

  scalar(value: number): number {
    return this.shared(`scalar ${value}`, () =>
      this.constant(
        { name: `scalar_${value}`, elementType: 'int32', shape: [] },
        bytesOf(Int32Array.of(value)),
      ),
    );
  }

  float(value: number): number {
    return this.shared(`float ${value}`, () =>
      this.constant(
        { name: `float_${value}`, elementType: 'float32', shape: [] },
        bytesOf(Float32Array.of(value)),
      ),
    );
  }

  tensor(index: number): DraftTensor {
    const tensor = this.tensors[index];
    assert(tensor !== undefined, 'operators name draft tensors that exist');
    return tensor;
  }

  emit({
    kind,
    inputs,
    outputs,
    options = noOptions,
    needs = {},
    data = 0,
  }: LoweredOperator): void {
    const present = inputs.filter((index) => index >= 0).map((index) => this.tensor(index));
    const version = operatorVersion(
      kind,
      {
        inputs: present,
        data: this.tensor(inputs[data] ?? -1),
        output: this.tensor(outputs[0] ?? -1),
      },
      needs,
    );
    this.operators.push({ kind, version, inputs, outputs, options });
  }

  finish(name: string, inputs: readonly number[], outputs: readonly number[]): TfliteDraft {
    return { name, tensors: this.tensors, operators: this.operators, inputs, outputs };
  }

  private moved(operand: Operand, shape: readonly number[], layout: Layout): number {
    const home = this.homes.get(operand.name);
    assert(home !== undefined, `tensor ${operand.name} is made before it is read`);
    const from = withLeading(home.layout, shape.length - operand.shape.length);
    const wanted = storedShape(shape, layout);
    if (sameOrder(shape, from, layout)) return this.reshaped(home.index, wanted);
    const source = this.tensor(this.reshaped(home.index, storedShape(shape, from)));
    const output = this.between({
      ...source,
      name: `${operand.name}/${layout.join('')}`,
      shape: wanted,
    });
    this.emit({
      kind: 'TRANSPOSE',
      inputs: [
        this.tensors.indexOf(source),
        this.list(layout.map((dimension) => from.indexOf(dimension))),
      ],
      outputs: [output],
      options: plainOptions.TRANSPOSE,
    });
    return output;
  }

  /** The same values under another shape. */
  reshaped(index: number, shape: readonly number[]): number {
    const source = this.tensor(index);
    if (sameNumbers(source.shape, shape)) return index;
    const output = this.between({ ...source, name: `${source.name}/${shape.join('x')}`, shape });
    this.emit({
      kind: 'RESHAPE',
      inputs: [index, this.list(shape)],
      outputs: [output],
      options: plainOptions.RESHAPE,
    });
    return output;
  }

  private constantOperand(
    operand: Operand,
    {
      shape,
      layout,
      extra,
    }: { readonly shape: readonly number[]; readonly layout: Layout; readonly extra: number },
  ): number {
    const quantization =
      operand.quantization === undefined
        ? undefined
        : { ...operand.quantization, axis: operand.quantization.axis + extra };
    return this.constant(
      draftTensor({ ...operand, shape, quantization }, layout),
      constantBytes(operand.constant, shape, layout),
    );
  }

  private shared(key: string, make: () => number): number {
    const known = this.known.get(key) ?? make();
    this.known.set(key, known);
    return known;
  }

  private add(tensor: DraftTensor): number {
    this.tensors.push(tensor);
    return this.tensors.length - 1;
  }
}

/** How an operand stands in the file. */
export function draftTensor(operand: Operand, layout: Layout): DraftTensor {
  const { name, shape } = operand;
  return {
    name,
    elementType: storedElementType(operand),
    shape: storedShape(shape, layout),
    shapeSignature: [],
    constant: operand.constant !== undefined,
    quantization: storedQuantization(operand, layout),
  };
}

function storedQuantization(operand: Operand, layout: Layout): TensorQuantization | undefined {
  const { quantization } = operand;
  if (quantization === undefined) return undefined;
  const axis = quantization.scales.length === 1 ? 0 : storedAxis(layout, quantization.axis);
  return { scales: quantization.scales, zeroPoint: storedZeroPoint(operand), axis };
}

function constantBytes(
  constant: Tensor | undefined,
  shape: readonly number[],
  layout: Layout,
): Uint8Array {
  assert(constant !== undefined, 'the operand is constant');
  return bytesOf(relayout(storedConstant(constant), shape, layout));
}

export function bytesOf(
  data: Int8Array | Int16Array | Int32Array | Float32Array | Uint8Array | BigInt64Array,
): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
