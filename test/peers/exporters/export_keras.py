"""Writes small Keras networks by tf2onnx, whose images are NHWC: python export_keras.py FOLDER."""
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import numpy as np
import onnx
import tensorflow as tf
import tf2onnx
from tensorflow.keras import layers as L

SIZE = (32, 32, 3)


def norm(x):
    return L.BatchNormalization(beta_initializer='random_normal', gamma_initializer=tf.keras.initializers.RandomUniform(0.5, 1.5), moving_mean_initializer='random_normal',
                                moving_variance_initializer=tf.keras.initializers.RandomUniform(0.5, 2.0))(x)


def hard_sigmoid(x):
    return L.ReLU(6.0)(x + 3.0) * (1.0 / 6.0)


def mobilenet():
    x = image = L.Input(SIZE)
    x = L.ZeroPadding2D(((0, 1), (0, 1)))(x)
    x = L.ReLU(6.0)(norm(L.Conv2D(8, 3, strides=2, padding='valid', use_bias=False)(x)))
    x = L.ReLU(6.0)(norm(L.DepthwiseConv2D(3, padding='same', use_bias=False)(x)))
    y = norm(L.Conv2D(8, 1, padding='same', use_bias=False)(x))
    x = L.Add()([x, y])
    x = L.ReLU(6.0)(norm(L.DepthwiseConv2D(3, strides=2, padding='same', use_bias=False)(x)))
    x = L.GlobalAveragePooling2D(keepdims=True)(L.Conv2D(12, 1)(x))
    return tf.keras.Model(image, L.Softmax()(L.Reshape((10,))(L.Conv2D(10, 1)(L.Dropout(0.1)(x)))))


def mobilenet_v3():
    x = image = L.Input(SIZE)
    x = L.Rescaling(1 / 127.5, -1.0)(x)
    x = norm(L.Conv2D(8, 3, strides=2, padding='same', use_bias=False)(x))
    x = L.Multiply()([x, hard_sigmoid(x)])
    gate = L.GlobalAveragePooling2D()(x)
    gate = L.Reshape((1, 1, 8))(gate)
    gate = hard_sigmoid(L.Conv2D(8, 1)(L.ReLU()(L.Conv2D(4, 1)(gate))))
    x = L.Multiply()([x, gate])
    x = L.Activation('swish')(norm(L.SeparableConv2D(12, 5, padding='same')(x)))
    return tf.keras.Model(image, L.Dense(10, activation='softmax')(L.Flatten()(L.AveragePooling2D(4)(x))))


def segmentation():
    x = image = L.Input(SIZE)
    one = L.ReLU()(norm(L.Conv2D(6, 3, padding='same')(x)))
    two = L.LeakyReLU(0.2)(norm(L.Conv2D(8, 3, strides=2, padding='same')(one)))
    up = L.Conv2DTranspose(6, 3, strides=2, padding='same')(two)
    wide = L.UpSampling2D(2, interpolation='bilinear')(L.MaxPooling2D()(one))
    return tf.keras.Model(image, L.Conv2D(3, 1)(L.Concatenate()([one, up, wide])))


def transformer():
    x = image = L.Input(SIZE)
    x = L.Reshape((16, 16))(L.Conv2D(16, 8, strides=8)(x))
    y = L.LayerNormalization(epsilon=1e-6, beta_initializer='random_normal', gamma_initializer='random_normal')(x)
    x = x + L.MultiHeadAttention(2, 8)(y, y)
    y = L.Dense(24, activation='gelu')(L.LayerNormalization(epsilon=1e-6)(x))
    x = x + L.Dense(16)(y)
    return tf.keras.Model(image, L.Dense(10)(L.GlobalAveragePooling1D()(x)))


def main(folder):
    for name, make in {'mobilenet': mobilenet, 'mobilenet_v3': mobilenet_v3, 'segmentation': segmentation, 'transformer': transformer}.items():
        # tf2onnx has no bilinear Resize and no Einsum before opset 11.
        for opset in (9, 13, 17) if name.startswith('mobilenet') else (13, 17):
            tf.keras.utils.set_random_seed(1)
            tf.keras.backend.clear_session()
            path = os.path.join(folder, f'keras.{name}.opset{opset}.onnx')
            try:
                tf2onnx.convert.from_keras(make(), (tf.TensorSpec((None, *SIZE), tf.float32, name='image'),), opset=opset, output_path=path)
                print(name, opset, os.path.getsize(path))
            except Exception as error:
                print(name, opset, 'not exported:', str(error).strip().splitlines()[0][:150])


main(sys.argv[1])
