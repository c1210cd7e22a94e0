"""Tiny networks of the usual kinds, written as their authors write them, with seeded weights. Input 1x3x32x32 unless said."""
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models.convnext import CNBlockConfig, ConvNeXt
from torchvision.models.vision_transformer import VisionTransformer
from torchvision.ops import FeaturePyramidNetwork, SqueezeExcitation


def conv_norm(inputs, outputs, kernel=3, stride=1, groups=1, activation=nn.ReLU6):
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, *([activation()] if activation else []))


class Inverted(nn.Module):
    def __init__(self, inputs, outputs, stride, activation=nn.ReLU6, gate=None):
        super().__init__()
        hidden = inputs * 2
        squeeze = [SqueezeExcitation(hidden, 4, activation=nn.ReLU, scale_activation=gate)] if gate else []
        self.layers = nn.Sequential(conv_norm(inputs, hidden, 1, activation=activation), conv_norm(hidden, hidden, 3, stride, hidden, activation),
                                    *squeeze, conv_norm(hidden, outputs, 1, activation=None))
        self.skips = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.layers(x) if self.skips else self.layers(x)


class Classifier(nn.Module):
    def __init__(self, features, channels, activation=nn.ReLU):
        super().__init__()
        self.features = features
        self.classifier = nn.Sequential(nn.Linear(channels, 12), activation(), nn.Dropout(0.2), nn.Linear(12, 10))

    def forward(self, x):
        x = F.adaptive_avg_pool2d(self.features(x), 1)
        return self.classifier(torch.flatten(x, 1))


def mobilenet_v2():
    return Classifier(nn.Sequential(conv_norm(3, 8, 3, 2), Inverted(8, 8, 1), Inverted(8, 12, 2), conv_norm(12, 24, 1)), 24)


def mobilenet_v3():
    h = nn.Hardswish
    return Classifier(nn.Sequential(conv_norm(3, 8, 3, 2, activation=h), Inverted(8, 8, 1, h, nn.Hardsigmoid), Inverted(8, 12, 2, h, nn.Hardsigmoid), conv_norm(12, 24, 1, activation=h)), 24, h)


def efficientnet():
    s = nn.SiLU
    return Classifier(nn.Sequential(conv_norm(3, 8, 3, 2, activation=s), Inverted(8, 8, 1, s, nn.Sigmoid), Inverted(8, 12, 2, s, nn.Sigmoid), conv_norm(12, 24, 1, activation=s)), 24)


class Bottleneck(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.layers = nn.Sequential(conv_norm(inputs, 8, 1, activation=nn.ReLU), conv_norm(8, 8, 3, stride, activation=nn.ReLU), conv_norm(8, outputs, 1, activation=None))
        self.shortcut = conv_norm(inputs, outputs, 1, stride, activation=None)

    def forward(self, x):
        return F.relu(self.layers(x) + self.shortcut(x))


def resnet():
    return Classifier(nn.Sequential(conv_norm(3, 8, 7, 2, activation=nn.ReLU), nn.MaxPool2d(3, 2, 1), Bottleneck(8, 16, 1), Bottleneck(16, 24, 2), nn.BatchNorm2d(24)), 24)


class Shuffle(nn.Module):
    """ShuffleNet's unit, with the channel shuffle by computed shapes."""
    def __init__(self):
        super().__init__()
        self.branch = nn.Sequential(conv_norm(6, 6, 1, activation=nn.ReLU), conv_norm(6, 6, 3, 1, 6, activation=None), conv_norm(6, 6, 1, activation=nn.ReLU))

    def forward(self, x):
        left, right = x.chunk(2, dim=1)
        x = torch.cat((left, self.branch(right)), dim=1)
        batch, channels, height, width = x.size()
        return x.view(batch, 2, channels // 2, height, width).transpose(1, 2).contiguous().view(batch, channels, height, width)


class Shuffled(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.unit, self.classifier = conv_norm(3, 12, 3, 2, activation=nn.ReLU), Shuffle(), nn.Linear(12, 10)

    def forward(self, x):
        return F.softmax(self.classifier(self.unit(self.stem(x)).mean([2, 3])), dim=1)


def vit():
    return VisionTransformer(image_size=32, patch_size=8, num_layers=2, num_heads=2, hidden_dim=16, mlp_dim=24, num_classes=10)


class TanhGelu(nn.Module):
    """A BERT-like block: tanh GELU written out, layer norm of an own making, attention by plain matrix products."""
    def __init__(self):
        super().__init__()
        self.patches, self.qkv, self.out, self.up, self.down = nn.Conv2d(3, 16, 8, 8), nn.Linear(16, 48), nn.Linear(16, 16), nn.Linear(16, 32), nn.Linear(32, 16)
        self.weight, self.bias = nn.Parameter(torch.rand(16)), nn.Parameter(torch.rand(16))

    def norm(self, x):
        mean = x.mean(-1, keepdim=True)
        centred = x - mean
        return self.weight * (centred / torch.sqrt((centred * centred).mean(-1, keepdim=True) + 1e-6)) + self.bias

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        batch, tokens, width = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(batch, tokens, 3, 2, width // 2).permute(2, 0, 3, 1, 4).unbind(0)
        attention = ((q @ k.transpose(-2, -1)) * (width // 2) ** -0.5).softmax(dim=-1)
        x = x + self.out((attention @ v).transpose(1, 2).reshape(batch, tokens, width))
        y = self.up(self.norm(x))
        y = 0.5 * y * (1.0 + torch.tanh(0.7978845608028654 * (y + 0.044715 * torch.pow(y, 3))))
        return (x + self.down(y)).mean(1)


def convnext():
    network = ConvNeXt([CNBlockConfig(8, 12, 1), CNBlockConfig(12, None, 1)], num_classes=10)
    for module in network.modules():
        if hasattr(module, 'layer_scale'):
            module.layer_scale.data.uniform_(0.5, 1.0)
    return network


class Segmentation(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two, self.three = conv_norm(3, 6, activation=nn.ReLU), conv_norm(6, 8, 3, 2, activation=nn.LeakyReLU), conv_norm(8, 8, 3, 2, activation=nn.ReLU)
        self.up = nn.Sequential(nn.ConvTranspose2d(8, 6, 2, 2), nn.BatchNorm2d(6), nn.ReLU())
        self.join, self.head = conv_norm(14, 8, activation=nn.PReLU), nn.Conv2d(14, 3, 1)

    def forward(self, x):
        one = self.one(x)
        two = self.two(one)
        three = self.join(torch.cat([self.up(self.three(two)), two], 1))
        wide = F.interpolate(three, size=one.shape[-2:], mode='bilinear', align_corners=False)
        return F.interpolate(self.head(torch.cat([wide, F.pad(one, (0, 0, 0, 0))], 1)), scale_factor=2, mode='nearest')


class Detector(nn.Module):
    """A backbone with a pyramid: three outputs."""
    def __init__(self):
        super().__init__()
        self.stem, self.one, self.two = conv_norm(3, 6, 3, 2, activation=nn.ReLU), conv_norm(6, 8, 3, 2, activation=nn.ReLU), conv_norm(8, 10, 3, 2, activation=nn.ReLU)
        self.pyramid = FeaturePyramidNetwork([6, 8, 10], 6)

    def forward(self, x):
        a = self.stem(F.pad(x, (0, 1, 0, 1)))
        b = self.one(a)
        outputs = self.pyramid({'a': a, 'b': b, 'c': self.two(b)})
        return outputs['a'], outputs['b'], outputs['c']


NETWORKS = {'mobilenet_v2': mobilenet_v2, 'mobilenet_v3': mobilenet_v3, 'efficientnet': efficientnet, 'resnet': resnet, 'shufflenet': Shuffled, 'vit': vit, 'tanh_gelu': TanhGelu,
            'convnext': convnext, 'segmentation': Segmentation, 'detector': Detector}


def build(name):
    """Batch norms get statistics of a trained kind, so that folding them is visible."""
    torch.manual_seed(1)
    network = NETWORKS[name]().eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.2)
    return network
