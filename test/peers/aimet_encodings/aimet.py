"""AIMET's side of the comparison: reads networks, inputs and encodings from a folder, writes its own beside them."""
import json
import logging
import os
import sys
import warnings

os.environ.setdefault("TQDM_DISABLE", "1")
warnings.filterwarnings("ignore")
logging.disable(logging.INFO)

import numpy as np  # noqa: E402
import onnx  # noqa: E402
from aimet_onnx.cross_layer_equalization import equalize_model  # noqa: E402
from aimet_onnx.quantsim import QuantizationSimModel, load_encodings_to_sim  # noqa: E402


def simulation(path, activation_type):
    return QuantizationSimModel(onnx.load(path), param_type="int8", activation_type=activation_type, quant_scheme="min_max")


def run(sim, feeds, path):
    np.concatenate([sim.session.run(None, feed)[0].ravel() for feed in feeds]).astype(np.float32).tofile(path)


def compare(folder, network):
    base = os.path.join(folder, network["name"])
    samples = np.fromfile(f"{base}.samples", dtype=np.float32).reshape(-1, *network["shape"])
    feeds = [{network["input"]: sample} for sample in samples]
    own = simulation(f"{base}.onnx", network["activations"])
    own.compute_encodings(feeds)
    for version in ("0.6.1", "1.0.0", "2.0.0"):
        own.export(folder, f"{network['name']}.aimet-{version}", export_model=False, encoding_version=version)
    run(own, feeds, f"{base}.aimet.outputs")
    for version in ("0.6.1", "1.0.0"):
        loaded = simulation(f"{base}.onnx", network["activations"])
        load_encodings_to_sim(loaded, f"{base}.ours-{version}.encodings", strict=False)
        loaded.export(folder, f"{network['name']}.reloaded-{version}", export_model=False, encoding_version=version)
        run(loaded, feeds, f"{base}.reloaded-{version}.outputs")
    equalized = onnx.load(f"{base}.onnx")
    equalize_model(equalized)
    onnx.save(equalized, f"{base}.equalized.onnx")


if __name__ == "__main__":
    for spec in json.load(open(os.path.join(sys.argv[1], "networks.json"))):
        compare(sys.argv[1], spec)
