import * as tf from '@tensorflow/tfjs-core';
import { assert, unreachable } from '../../../common/assert';
import { batchNormEpsilon } from '../../../model/block/batch_norm';
import { inputsOf, segmentInput, type ConvLayer, type Layer } from '../../../model/block/layer';
import { inferLayerShapes, type Shape } from '../../../model/block/layer_shape';
import type { LayersPart } from '../engine';
import { activate, normalizeLayer } from './activation';
import { convolve, outputChannelAxis } from './convolution';
import { layerParameters } from './layer_parameters';
import { multiplyLast } from './multiply_last';
import { maximize } from './pooling';
import type { ForwardPass, ReadPart } from './parameter';

/** The trainable reading of a list of layers, beside the exporting one in `model/block/lower.ts`. */
export function readLayers(part: LayersPart): ReadPart {
  const shapes = inferLayerShapes(part.layers, part.inputShape);
  return {
    name: part.name,
    parameters: part.layers.flatMap((layer) => layerParameters(layer, shapes, part)),
    forward: (input, pass) => {
      const made = new Map<string, tf.Tensor>([[segmentInput, input]]);
      for (const layer of part.layers) {
        const [first, second = first] = inputsOf(layer).map((name) => made.get(name));
        assert(first !== undefined && second !== undefined, `${layer.name} reads an earlier layer`);
        made.set(layer.name, runLayer(layer, { first, second, shapes }, pass));
      }
      const output = made.get(part.output);
      assert(output !== undefined, 'the output is one of the layers');
      return output;
    },
  };
}

interface LayerInputs {
  readonly first: tf.Tensor;
  readonly second: tf.Tensor;
  readonly shapes: ReadonlyMap<string, Shape>;
}

function runLayer(
  layer: Layer,
  { first, second, shapes }: LayerInputs,
  pass: ForwardPass,
): tf.Tensor {
  const read = (role: string): tf.Tensor => pass.read(`${layer.name}.${role}`);
  switch (layer.kind) {
    case 'conv':
      return runConv(layer, first, pass);
    case 'dense':
      return tf.add(
        multiplyLast(
          pass.quantizedActivation(layer.name, first),
          pass.quantizedWeight(read('weight'), 1),
        ),
        read('bias'),
      );
    case 'batchNorm':
      return runBatchNorm(layer.name, first, pass);
    case 'layerNorm':
      return normalizeLayer(first, {
        scale: read('weight'),
        shift: read('bias'),
        epsilon: layer.epsilon,
      });
    case 'activation':
      return activate(layer.function, first, pass.kernels);
    case 'maxPool':
      return maximize(first as tf.Tensor4D, {
        window: [layer.kernel, layer.kernel],
        stride: [layer.stride, layer.stride],
        padding: onAllSides(layer.padding),
      });
    case 'globalPool':
      return tf.mean(first, [1, 2], true);
    case 'flatten':
      return tf.reshape(first, [first.shape[0], -1]);
    case 'add':
      return tf.add(first, second);
    case 'scale':
      return tf.mul(first, second);
    case 'multiply':
      return tf.mul(first, layer.factor);
    case 'matMul':
      return tf.matMul(first, second);
    case 'softmax':
      return tf.softmax(first);
    case 'classToken':
      return prependToken(first, read('weight'));
    case 'positions':
      return tf.add(first, read('weight'));
    case 'firstToken':
      return tf.squeeze(tf.slice(first, [0, 0, 0], [-1, 1, -1]), [1]);
    case 'tokens':
    case 'splitHeads':
    case 'mergeHeads':
      return arrange(layer, first, shapes.get(layer.name) ?? []);
    default:
      return unreachable(layer);
  }
}

function runConv(layer: ConvLayer, image: tf.Tensor, pass: ForwardPass): tf.Tensor {
  const { kernel, stride, padding, groups, name, bias } = layer;
  const whole = pass.read(`${name}.weight`);
  const weight = pass.quantizedWeight(whole, outputChannelAxis(whole, groups));
  const convolved = convolve(
    pass.quantizedActivation(name, image) as tf.Tensor4D,
    weight as tf.Tensor4D,
    {
      kernel: [kernel, kernel],
      stride: [stride, stride],
      dilation: [1, 1],
      padding: onAllSides(padding),
      groups,
    },
  );
  return bias ? tf.add(convolved, pass.read(`${name}.bias`)) : convolved;
}

function onAllSides(padding: number): readonly [number, number, number, number] {
  return [padding, padding, padding, padding];
}

function runBatchNorm(name: string, x: tf.Tensor, pass: ForwardPass): tf.Tensor {
  const vector = (role: string): tf.Tensor1D => pass.read(`${name}.${role}`) as tf.Tensor1D;
  const [image, affine] = [x as tf.Tensor4D, { scale: vector('scale'), shift: vector('shift') }];
  if (!pass.usesBatchStatistics)
    return pass.kernels.batchNormEvaluation(
      image,
      affine,
      { mean: vector('mean'), variance: vector('variance') },
      batchNormEpsilon,
    );
  const { y, mean, variance } = pass.kernels.batchNormTraining(image, affine, batchNormEpsilon);
  pass.collect(name, mean, variance);
  return y;
}

function prependToken(tokens: tf.Tensor, token: tf.Tensor): tf.Tensor {
  const [batch = 1, , width = 1] = tokens.shape;
  return tf.concat([tf.tile(tf.reshape(token, [1, 1, width]), [batch, 1, 1]), tokens], 1);
}

function arrange(
  layer: Extract<Layer, { readonly kind: 'tokens' | 'splitHeads' | 'mergeHeads' }>,
  x: tf.Tensor,
  shape: Shape,
): tf.Tensor {
  const [batch = 1] = x.shape;
  switch (layer.kind) {
    case 'tokens':
      // An image lies pixel by pixel here, which is token by token.
      return tf.reshape(x, [batch, ...shape]);
    case 'splitHeads': {
      const [, tokens = 1, width = 1] = x.shape;
      const split = tf.reshape(x, [batch, tokens, layer.heads, width / layer.heads]);
      return tf.transpose(split, layer.transposed ? [0, 2, 3, 1] : [0, 2, 1, 3]);
    }
    case 'mergeHeads':
      return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch, ...shape]);
  }
}
