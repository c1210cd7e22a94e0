"""Runs TFLite models in the official LiteRT.

Reads JSON lines {"model": PATH, "inputs": [PATH, ...], "outputs": [PATH, ...]} with float32 files of one sample each and
writes the first output of each sample. Answers each line with {"ok": true} or {"error": TEXT}.
"""
import json
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter


def run(job):
    interpreter = Interpreter(model_path=job["model"], num_threads=1)
    interpreter.allocate_tensors()
    entry, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    for source, target in zip(job["inputs"], job["outputs"]):
        interpreter.set_tensor(entry["index"], np.fromfile(source, np.float32).reshape(entry["shape"]))
        interpreter.invoke()
        interpreter.get_tensor(result["index"]).astype(np.float32).tofile(target)


for line in sys.stdin:
    try:
        run(json.loads(line))
        print(json.dumps({"ok": True}), flush=True)
    except Exception as error:  # the caller names the model
        print(json.dumps({"error": str(error)[:500]}), flush=True)
