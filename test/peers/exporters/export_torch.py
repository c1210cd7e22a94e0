"""Writes the small networks by both of PyTorch's exporters: python export_torch.py FOLDER [--full]. --full writes torchvision's own networks, which are large."""
import os
import sys
import warnings

import onnx
import torch
import torchvision

from small_networks import NETWORKS, build

warnings.filterwarnings('ignore')
FULL = ['mobilenet_v2', 'mobilenet_v3_large', 'efficientnet_b0', 'resnet50', 'vit_b_16', 'shufflenet_v2_x1_0', 'regnet_y_400mf', 'convnext_tiny', 'swin_t', 'densenet121', 'googlenet', 'mnasnet1_0', 'squeezenet1_1', 'maxvit_t', 'inception_v3',
        'swin_v2_t', 'efficientnet_v2_s', 'resnext50_32x4d', 'vgg11_bn', 'alexnet']


def write(network, path, opset, *, dynamo=False, dynamic=False, size=32, unfolded=False):
    image = torch.randn(2 if dynamic and dynamo else 1, 3, size, size)
    options = {'opset_version': opset, 'input_names': ['image'], 'dynamo': dynamo}
    if dynamo:
        options |= {'external_data': False, 'verbose': False, 'dynamic_shapes': ({0: torch.export.Dim('batch')},) if dynamic else None}
    else:
        options |= {'dynamic_axes': {'image': {0: 'batch'}} if dynamic else None, 'training': torch.onnx.TrainingMode.PRESERVE if unfolded else torch.onnx.TrainingMode.EVAL}
    torch.onnx.export(network, (image,), path, **options)
    slim(path)


def slim(path):
    """Without the exporter's stack traces, which are most of a small file."""
    model = onnx.load(path)
    for part in [model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.input, *model.graph.output, *model.functions, *[node for function in model.functions for node in function.node]]:
        for field in ('doc_string', 'metadata_props'):
            try:
                part.ClearField(field)
            except ValueError:
                pass
    onnx.save(model, path)


# These compute with the shapes of their inputs, so that a batch without a size shows in the file.
SHAPED = {'shufflenet', 'vit', 'tanh_gelu', 'convnext', 'segmentation', 'detector'}


def small(folder):
    for name in NETWORKS:
        for opset in (9, 11, 13, 17) if name != 'convnext' else (9, 17):
            attempt(f'{name}.opset{opset}', folder, lambda path: write(build(name), path, opset, unfolded=opset in (11, 17)))
        if name in SHAPED:
            attempt(f'{name}.dynamic17', folder, lambda path: write(build(name), path, 17, dynamic=True))
        attempt(f'{name}.dynamo18', folder, lambda path: write(build(name), path, 18, dynamo=True))
        if name in SHAPED:
            attempt(f'{name}.dynamo20-dynamic', folder, lambda path: write(build(name), path, 20, dynamo=True, dynamic=True))


class Segmented(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        return self.network(x)['out']


class Listed(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        return tuple(self.network(x).values())


def full(folder):
    models = torchvision.models
    networks = {name: lambda name=name: models.get_model(name, weights=None) for name in FULL}
    networks['deeplabv3_mobilenet_v3_large'] = lambda: Segmented(models.segmentation.deeplabv3_mobilenet_v3_large(weights=None, weights_backbone=None))
    networks['lraspp_mobilenet_v3_large'] = lambda: Segmented(models.segmentation.lraspp_mobilenet_v3_large(weights=None, weights_backbone=None))
    networks['fcn_resnet50'] = lambda: Segmented(models.segmentation.fcn_resnet50(weights=None, weights_backbone=None))
    networks['ssdlite_backbone'] = lambda: Listed(models.detection.ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None).backbone)
    networks['fasterrcnn_backbone'] = lambda: Listed(models.detection.fasterrcnn_mobilenet_v3_large_fpn(weights=None, weights_backbone=None).backbone)
    for name, make in networks.items():
        torch.manual_seed(1)
        network = make().eval()
        size = 299 if name == 'inception_v3' else 224
        attempt(f'{name}.opset11', folder, lambda path: write(network, path, 11, size=size, unfolded=True))
        attempt(f'{name}.dynamic17', folder, lambda path: write(network, path, 17, size=size, dynamic=True))
        attempt(f'{name}.dynamo18', folder, lambda path: write(network, path, 18, size=size, dynamo=True))


def attempt(name, folder, export):
    path = os.path.join(folder, f'torch.{name}.onnx')
    try:
        export(path)
        print(name, os.path.getsize(path))
    except Exception as error:  # an exporter's refusal is its own; the table of what is read says which files exist
        print(name, 'not exported:', str(error).strip().splitlines()[0][:150])


if __name__ == '__main__':
    (full if '--full' in sys.argv else small)(sys.argv[1])
