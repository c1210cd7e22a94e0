"""Writes small Paddle networks by paddle2onnx: python export_paddle.py FOLDER."""
import os
import shutil
import sys
import tempfile

import onnx
import paddle
import paddle2onnx
from paddle import nn
from paddle.nn import functional as F


def conv_norm(inputs, outputs, kernel=3, stride=1, groups=1, activation=nn.Hardswish):
    layers = [nn.Conv2D(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias_attr=False), nn.BatchNorm2D(outputs)]
    return nn.Sequential(*layers, *([activation()] if activation else []))


class Squeeze(nn.Layer):
    def __init__(self, channels):
        super().__init__()
        self.down, self.up = nn.Conv2D(channels, 4, 1), nn.Conv2D(4, channels, 1)

    def forward(self, x):
        return x * F.hardsigmoid(self.up(F.relu(self.down(F.adaptive_avg_pool2d(x, 1)))), slope=0.2, offset=0.5)


class Classifier(nn.Layer):
    """PP-LCNet's kind: depthwise separable, hard-swish, squeeze and excitation."""
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(conv_norm(3, 8, 3, 2), conv_norm(8, 8, 3, 1, 8), conv_norm(8, 12, 1), conv_norm(12, 12, 5, 2, 12), Squeeze(12), conv_norm(12, 16, 1, activation=nn.ReLU6))
        self.drop, self.head = nn.Dropout(0.2), nn.Linear(16, 10)

    def forward(self, x):
        x = F.adaptive_avg_pool2d(self.features(x), 1)
        return F.softmax(self.head(self.drop(paddle.flatten(x, 1))))


class Pyramid(nn.Layer):
    def __init__(self):
        super().__init__()
        self.one, self.two = conv_norm(3, 6, 3, 2, activation=nn.ReLU), conv_norm(6, 8, 3, 2, activation=nn.Swish)
        self.left, self.right, self.up, self.head = nn.Conv2D(6, 6, 1), nn.Conv2D(8, 6, 1), nn.Conv2DTranspose(6, 6, 2, 2), nn.Conv2D(12, 3, 1)

    def forward(self, x):
        one = self.one(x)
        two = self.right(self.two(one))
        wide = F.interpolate(two, size=[16, 16], mode='nearest') + self.left(one)
        return F.interpolate(self.head(paddle.concat([wide, self.up(two)], 1)), size=[32, 32], mode='bilinear'), two


class Transformer(nn.Layer):
    def __init__(self):
        super().__init__()
        self.patches, self.first, self.second = nn.Conv2D(3, 16, 8, 8), nn.LayerNorm(16), nn.LayerNorm(16)
        self.qkv, self.out, self.up, self.down, self.head = nn.Linear(16, 48), nn.Linear(16, 16), nn.Linear(16, 24), nn.Linear(24, 16), nn.Linear(16, 10)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose([0, 2, 1])
        q, k, v = self.qkv(self.first(x)).reshape([-1, 16, 3, 2, 8]).transpose([2, 0, 3, 1, 4]).unbind(0)
        attention = F.softmax(paddle.matmul(q, k.transpose([0, 1, 3, 2])) * 8 ** -0.5)
        x = x + self.out(paddle.matmul(attention, v).transpose([0, 2, 1, 3]).reshape([-1, 16, 16]))
        return self.head((x + self.down(F.gelu(self.up(self.second(x))))).mean(1))


def main(folder):
    for name, make in {'lcnet': Classifier, 'pyramid': Pyramid, 'transformer': Transformer}.items():
        for opset in (11, 17):
            paddle.seed(1)
            network = make()
            network.eval()
            for layer in network.sublayers():
                if isinstance(layer, nn.BatchNorm2D):
                    layer._mean.set_value(paddle.randn(layer._mean.shape) * 0.2)
                    layer._variance.set_value(paddle.rand(layer._variance.shape) + 0.5)
            path = os.path.join(folder, f'paddle.{name}.opset{opset}.onnx')
            scratch = tempfile.mkdtemp()
            try:
                batch = 1 if opset == 11 else None
                paddle.jit.save(network, f'{scratch}/net', input_spec=[paddle.static.InputSpec([batch, 3, 32, 32], 'float32', 'image')])
                program = f'{scratch}/net.json' if os.path.exists(f'{scratch}/net.json') else f'{scratch}/net.pdmodel'
                paddle2onnx.export(program, f'{scratch}/net.pdiparams', path, opset_version=opset, enable_onnx_checker=True)
                print(name, opset, os.path.getsize(path))
            except Exception as error:
                print(name, opset, 'not exported:', str(error).strip().splitlines()[0][:150])
            finally:
                shutil.rmtree(scratch)


main(sys.argv[1])
