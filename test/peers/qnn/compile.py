"""Compiles QDQ ONNX models with Qualcomm's compiler, without CPU fallback.

Usage: compile.py SOC_MODEL MODEL.onnx. Prints one JSON line: {"accepted": true} or {"accepted": false, "refusals": [...]}.
Each model is compiled in a child process: the log goes to its stderr, and a compiler may crash.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

DEADLINE_S = 600
# A refused node is logged as: REASON : Operators of type `Erf` are not supported by QNN EP. Erf node `name` will not be assigned.
REASON = re.compile(r"REASON : ([^\n]{0,300})")
MOST_REASONS = 12


def compile_here(soc_model, path):
    import onnxruntime as ort
    import onnxruntime_qnn as qnn

    ort.set_default_logger_severity(0)
    ort.register_execution_provider_library(qnn.get_ep_name(), qnn.get_library_path())
    devices = [device for device in ort.get_ep_devices() if device.ep_name == "QNNExecutionProvider"]
    options = ort.SessionOptions()
    options.log_severity_level = 0
    options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    with tempfile.TemporaryDirectory() as folder:
        context = os.path.join(folder, "context.onnx")
        options.add_session_config_entry("ep.context_enable", "1")
        options.add_session_config_entry("ep.context_file_path", context)
        options.add_provider_for_devices(
            devices,
            {"backend_path": qnn.get_qnn_htp_path(), "soc_model": soc_model, "htp_graph_finalization_optimization_mode": "3"},
        )
        ort.InferenceSession(path, options)
        if not os.path.exists(context):
            raise SystemExit("the compiler left no context")


def main(soc_model, path):
    # The compiler writes noise to both streams even on success; the exit status tells.
    try:
        child = subprocess.run(
            [sys.executable, __file__, "--child", soc_model, path], capture_output=True, text=True, errors="replace", timeout=DEADLINE_S
        )
    except subprocess.TimeoutExpired:
        print(json.dumps({"accepted": False, "refusals": [f"no answer within {DEADLINE_S} s"]}))
        return
    refusals = sorted(set(REASON.findall(child.stderr + child.stdout)))[:MOST_REASONS]
    if child.returncode != 0 and not refusals:
        refusals = [(child.stderr.strip().splitlines() or [f"exit status {child.returncode}"])[-1][:300]]
    print(json.dumps({"accepted": child.returncode == 0, "refusals": [] if child.returncode == 0 else refusals}))


if __name__ == "__main__":
    if sys.argv[1] == "--child":
        compile_here(sys.argv[2], sys.argv[3])
    else:
        main(sys.argv[1], sys.argv[2])
