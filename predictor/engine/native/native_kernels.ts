import {
  backend,
  engine,
  mul,
  registerGradient,
  registerKernel,
  tensor1d,
  type NamedTensorMap,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { composedKernels, type Kernels, type QuantizedRange } from '../kernels';
import type { NativeBackend, OperationAttribute } from './native_backend';

const batchNormName = 'FusedBatchNormTraining';
const batchNormGradientName = 'FusedBatchNormTrainingGradient';
const relu6Name = 'FusedRelu6';
const relu6GradientName = 'FusedRelu6Gradient';
const fakeQuantizationName = 'FusedFakeQuantization';
const fakeQuantizationGradientName = 'FusedFakeQuantizationGradient';
/** Outputs of FusedBatchNormV3: y, mean, variance, and three reserves for the gradient. */
const batchNormOutputs = 6;
/** Outputs of FusedBatchNormGradV3: gradients of x, scale and shift, and two that are empty. */
const batchNormGradientOutputs = 5;

/** libtensorflow's fused kernels. Call once in a process, with TensorFlow's backend loaded. */
export function nativeKernels(): Kernels {
  registerBatchNorm();
  registerRelu6();
  registerFakeQuantization();
  return { ...composedKernels, batchNormTraining, relu6: fusedRelu6, fakeQuantize };
}

const batchNormTraining: Kernels['batchNormTraining'] = (x, { scale, shift }, epsilon) => {
  const [y, mean, unbiased] = engine().runKernel<[Tensor4D, Tensor1D, Tensor1D]>(
    batchNormName,
    { x, scale, shift },
    { epsilon },
  );
  const count = x.size / scale.size;
  // TensorFlow multiplies by count / max(1, count − 1).
  return { y, mean, variance: mul(unbiased, Math.max(1, count - 1) / count) };
};

function fusedRelu6<T extends Tensor>(x: T): T {
  return engine().runKernel<T>(relu6Name, { x });
}

function fakeQuantize<T extends Tensor>(x: T, range: QuantizedRange): T {
  return engine().runKernel<T>(fakeQuantizationName, { x }, { ...range });
}

function registerFakeQuantization(): void {
  registerKernel({
    kernelName: fakeQuantizationName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) => {
      const native = nativeBackend();
      const { x } = inputs as NamedTensorMap;
      const attributes = rangeAttributes(native, attrs);
      return native.executeSingleOutput('FakeQuantWithMinMaxArgs', attributes, [present(x)]);
    },
  });
  registerKernel({
    kernelName: fakeQuantizationGradientName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) => {
      const native = nativeBackend();
      const { dy, x } = inputs as NamedTensorMap;
      return native.executeSingleOutput(
        'FakeQuantWithMinMaxArgsGradient',
        rangeAttributes(native, attrs),
        [present(dy), present(x)],
      );
    },
  });
  registerGradient({
    kernelName: fakeQuantizationName,
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attrs) => ({
      x: () =>
        engine().runKernel(
          fakeQuantizationGradientName,
          { dy: dy as Tensor, x: present(x) },
          attrs,
        ),
    }),
  });
}

function rangeAttributes({ binding }: NativeBackend, attrs: unknown): OperationAttribute[] {
  const { min, max } = attrs as QuantizedRange;
  return [
    { name: 'min', type: binding.TF_ATTR_FLOAT, value: min },
    { name: 'max', type: binding.TF_ATTR_FLOAT, value: max },
  ];
}

function registerRelu6(): void {
  registerKernel({
    kernelName: relu6Name,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs }) => {
      const native = nativeBackend();
      const { x } = inputs as NamedTensorMap;
      return native.executeSingleOutput('Relu6', [typeT(native)], [present(x)]);
    },
  });
  registerKernel({
    kernelName: relu6GradientName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs }) => {
      const native = nativeBackend();
      const { dy, y } = inputs as NamedTensorMap;
      return native.executeSingleOutput('Relu6Grad', [typeT(native)], [present(dy), present(y)]);
    },
  });
  registerGradient({
    kernelName: relu6Name,
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({
      x: () => engine().runKernel(relu6GradientName, { dy: dy as Tensor, y: present(y) }),
    }),
  });
}

function registerBatchNorm(): void {
  registerKernel({
    kernelName: batchNormName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) => {
      const { x, scale, shift } = inputs as NamedTensorMap;
      const native = nativeBackend();
      const attributes: OperationAttribute[] = [
        ...batchNormAttributes(native, (attrs as { epsilon: number }).epsilon),
        { name: 'exponential_avg_factor', type: native.binding.TF_ATTR_FLOAT, value: 1 },
      ];
      const none = tensor1d([], 'float32');
      const operands = [present(x), present(scale), present(shift), none, none];
      const made = native.executeMultipleOutputs(
        'FusedBatchNormV3',
        attributes,
        operands,
        batchNormOutputs,
      );
      none.dispose();
      return made;
    },
  });
  registerKernel({
    kernelName: batchNormGradientName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs }) => {
      const { dy, x, scale, first, second, third } = inputs as NamedTensorMap;
      const native = nativeBackend();
      return native.executeMultipleOutputs(
        'FusedBatchNormGradV3',
        batchNormAttributes(native, (attrs as { epsilon: number }).epsilon),
        [dy, x, scale, first, second, third].map(present),
        batchNormGradientOutputs,
      );
    },
  });
  registerGradient({
    kernelName: batchNormName,
    inputsToSave: ['x', 'scale'],
    outputsToSave: [false, false, false, true, true, true],
    gradFunc: (dys, saved, attrs) => {
      const [x, scale, first, second, third] = saved;
      const dy = (dys as Tensor[])[0];
      const inputs = { dy, x, scale, first, second, third } as NamedTensorMap;
      const gradients = engine().runKernel<Tensor[]>(batchNormGradientName, inputs, attrs);
      return {
        x: () => present(gradients[0]),
        scale: () => present(gradients[1]),
        shift: () => present(gradients[2]),
      };
    },
  });
}

function batchNormAttributes(native: NativeBackend, epsilon: number): OperationAttribute[] {
  const { TF_ATTR_TYPE, TF_ATTR_FLOAT, TF_ATTR_STRING, TF_ATTR_BOOL, TF_FLOAT } = native.binding;
  return [
    typeT(native),
    { name: 'U', type: TF_ATTR_TYPE, value: TF_FLOAT },
    { name: 'epsilon', type: TF_ATTR_FLOAT, value: epsilon },
    { name: 'data_format', type: TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: TF_ATTR_BOOL, value: true },
  ];
}

function typeT({ binding }: NativeBackend): OperationAttribute {
  return { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
}

function nativeBackend(): NativeBackend {
  return backend() as unknown as NativeBackend;
}

function present(tensor: Tensor | undefined): Tensor {
  if (tensor === undefined) throw new Error('a kernel of batch normalization lacks an operand');
  return tensor;
}
