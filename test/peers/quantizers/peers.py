"""One tool on one model: peers.py TOOL MODEL.onnx CALIBRATION.npy HELD_OUT.npy OUTPUT. Prints a line of JSON: seconds, SQNR, encodings.

TOOL is ort-min-max, ort-percentile, ort-entropy, aimet-min_max, aimet-tf_enhanced, aimet-cle, aimet-seq_mse, or `run`, which only
runs the quantized model OUTPUT; aimet-float_weights is min_max with activations seen behind float weights, as the farm sees them. Seconds are those of quantizing, imports left out;
CPU seconds are all threads' together.
"""
import contextlib
import json
import logging
import os
import sys
import time
import warnings

os.environ.setdefault("TQDM_DISABLE", "1")
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import numpy as np  # noqa: E402
import onnx  # noqa: E402
import onnxruntime  # noqa: E402


def session(model):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def outputs(runner, name, samples):
    return [runner.run(None, {name: sample[None]})[0] for sample in samples]


def sqnr(expected, actual):
    signal = sum(float((a.astype(np.float64) ** 2).sum()) for a in expected)
    noise = sum(float(((a.astype(np.float64) - b) ** 2).sum()) for a, b in zip(expected, actual))
    return 10 * float(np.log10(signal / noise)) if noise > 0 else None


def now():
    return time.perf_counter(), time.process_time()


def since(started):
    return [end - start for start, end in zip(started, now())]


def onnxruntime_quantizer(method, path, name, calibration, output):
    from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.samples = iter(calibration)

        def get_next(self):
            sample = next(self.samples, None)
            return None if sample is None else {name: sample[None]}

    methods = {"min-max": CalibrationMethod.MinMax, "percentile": CalibrationMethod.Percentile, "entropy": CalibrationMethod.Entropy}
    started = now()
    quantize_static(path, output, Reader(), quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, calibrate_method=methods[method])
    return since(started), session(output), {}


def aimet(method, path, name, calibration):
    import aimet_onnx
    from aimet_onnx import QuantizationSimModel
    from aimet_onnx.cross_layer_equalization import equalize_model

    inputs = [{name: sample[None]} for sample in calibration]
    started = now()
    model = onnx.load(path)
    if method == "cle":
        equalize_model(model)
    scheme = "tf_enhanced" if method == "tf_enhanced" else "min_max"
    sim = QuantizationSimModel(model, param_type="int8", activation_type="int8", quant_scheme=scheme, dummy_input=inputs[0], providers=["CPUExecutionProvider"])
    if method == "seq_mse":
        aimet_onnx.apply_seq_mse(sim, inputs)
    if method == "float_weights":
        for tensor in model.graph.initializer:
            if tensor.name in sim.qc_quantize_op_dict:
                sim.qc_quantize_op_dict[tensor.name].enabled = False
    sim.compute_encodings(inputs)
    seconds = since(started)
    found = {}
    for tensor, quantizer in sim.qc_quantize_op_dict.items():
        encodings = quantizer.get_encodings() if quantizer.enabled else None
        if encodings:
            found[tensor] = {"scales": [e.delta for e in encodings], "offsets": [e.offset for e in encodings], "min": [e.min for e in encodings], "max": [e.max for e in encodings]}
    sim.session.owner = sim  # The session's custom operators point into it.
    return seconds, sim.session, found


def main():
    tool, path, calibration_path, held_out_path, output = sys.argv[1:]
    calibration, held_out = np.load(calibration_path), np.load(held_out_path)
    name = onnx.load(path).graph.input[0].name
    expected = outputs(session(path), name, held_out)
    family, _, method = tool.partition("-")
    # The tools print progress: standard output is for the line of JSON.
    with contextlib.redirect_stdout(sys.stderr):
        if family == "run":
            seconds, runner, encodings = [0, 0], session(output), {}
        elif family == "ort":
            seconds, runner, encodings = onnxruntime_quantizer(method, path, name, calibration, output)
        else:
            seconds, runner, encodings = aimet(method, path, name, calibration)
        actual = outputs(runner, name, held_out)
    print(json.dumps({"tool": tool, "seconds": seconds[0], "cpuSeconds": seconds[1], "sqnrDb": sqnr(expected, actual), "sampleSqnrsDb": [sqnr([e], [a]) for e, a in zip(expected, actual)], "encodings": encodings}))


if __name__ == "__main__":
    main()
