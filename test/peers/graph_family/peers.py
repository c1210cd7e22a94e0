"""ONNX Runtime's quantizer on every network of a folder: peers.py FOLDER. Prints a line of JSON: by network and tool, mean output SQNR of a sample in dB.

The folder holds NAME.onnx, NAME.calibration.npy, NAME.held_out.npy and the farm's NAME.farm-WAY.onnx. Everything is run by ONNX Runtime on
the held-out samples. `fixed` is its quantizer, told the output encodings that phones fix.
"""
import glob
import json
import logging
import os
import sys
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import numpy as np  # noqa: E402
import onnx  # noqa: E402
import onnxruntime  # noqa: E402
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static  # noqa: E402
from onnxruntime.quantization.registry import QDQRegistry, QLinearOpsRegistry  # noqa: E402
from onnxruntime.quantization.shape_inference import quant_pre_process  # noqa: E402

UNIT = {"scale": np.array(1 / 256, dtype=np.float32), "zero_point": np.array(0, dtype=np.uint8)}
FIXED = {"Sigmoid": UNIT, "HardSigmoid": UNIT, "Softmax": UNIT, "Tanh": {"scale": np.array(1 / 128, dtype=np.float32), "zero_point": np.array(128, dtype=np.uint8)}}


class Reader(CalibrationDataReader):
    def __init__(self, name, samples):
        self.samples = iter([{name: sample[None]} for sample in samples])

    def get_next(self):
        return next(self.samples, None)


def outputs(model, samples):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    runner = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    name = runner.get_inputs()[0].name
    return np.stack([runner.run(None, {name: sample[None]})[0] for sample in samples]).astype(np.float64)


def sqnr(expected, actual):
    """The mean over samples: energies of all together would be those of the one sample that leaves a calibrated range."""
    axes = tuple(range(1, expected.ndim))
    noise = ((expected - actual) ** 2).sum(axis=axes)
    return float((10 * np.log10((expected**2).sum(axis=axes) / noise)).mean()) if (noise > 0).all() else None


def onnxruntime_quantizer(path, output, calibration, fixed):
    prepared = output + ".prepared"
    quant_pre_process(path, prepared, skip_symbolic_shape=True)
    model = onnx.load(prepared)
    made = {node.output[0]: [FIXED[node.op_type]] for node in model.graph.node if node.op_type in FIXED}
    options = {"TensorQuantOverrides": made} if fixed else {}
    # By default it leaves Tanh and HardSigmoid in float, whatever reads them.
    kinds = sorted({*QDQRegistry, *QLinearOpsRegistry, *FIXED}) if fixed else None
    reader = Reader(model.graph.input[0].name, calibration)
    quantize_static(prepared, output, reader, quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, op_types_to_quantize=kinds, extra_options=options)


def main():
    folder = sys.argv[1]
    found = {}
    for held_out_path in sorted(glob.glob(os.path.join(folder, "*.held_out.npy"))):
        stem = held_out_path[: -len(".held_out.npy")]
        held_out, calibration = np.load(held_out_path), np.load(stem + ".calibration.npy")
        expected = outputs(stem + ".onnx", held_out)
        row = found[os.path.basename(stem)] = {}
        for label, fixed in (("plain", False), ("fixed", True)):
            onnxruntime_quantizer(stem + ".onnx", stem + ".ort.onnx", calibration, fixed)
            row[label] = sqnr(expected, outputs(stem + ".ort.onnx", held_out))
        for path in glob.glob(stem + ".farm-*.onnx"):
            row[path[len(stem) + 1 : -len(".onnx")]] = sqnr(expected, outputs(path, held_out))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
