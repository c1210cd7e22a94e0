"""Sessions per second of TVM's RPC tracker: each job is a fresh file to a device, one trivial call, clean-up.

Prints one JSON line per setting. Everything listens on loopback.
"""
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import time

from tvm import rpc

KEY = "phone"
# Servers register one after another; with 32 of them TVM needs about half a minute.
REGISTRATION_DEADLINE_S = 120


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(module, *args):
    return subprocess.Popen(
        [sys.executable, "-m", module, *args], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def wait_until_listening(port):
    deadline = time.monotonic() + REGISTRATION_DEADLINE_S
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the tracker did not start")


def wait_until_registered(tracker, count):
    deadline = time.monotonic() + REGISTRATION_DEADLINE_S
    while time.monotonic() < deadline:
        if len(tracker.summary()["server_info"]) >= count:
            return
        time.sleep(0.05)
    raise SystemExit(f"only part of the {count} servers registered")


def client(port, size_bytes, until, waits, done):
    tracker = rpc.connect_tracker("127.0.0.1", port)
    content = os.urandom(size_bytes)
    jobs = 0
    while time.monotonic() < until:
        asked = time.monotonic()
        session = tracker.request(KEY, session_timeout=30)
        waits.put(time.monotonic() - asked)
        name = f"model-{os.getpid()}-{jobs}"
        session.upload(bytearray(jobs.to_bytes(8, "little") + content[8:]), name)
        session.get_function("tvm.rpc.server.workpath")(name)
        session.remove(name)
        del session
        jobs += 1
    done.put(jobs)


def measure(devices, size_bytes, seconds):
    port = free_port()
    processes = [start("tvm.exec.rpc_tracker", "--host", "127.0.0.1", "--port", str(port), "--port-end", str(port + 1))]
    wait_until_listening(port)
    tracker = rpc.connect_tracker("127.0.0.1", port)
    started = time.monotonic()
    for index in range(devices):
        first = 20000 + index * 10
        processes.append(
            start("tvm.exec.rpc_server", "--host", "127.0.0.1", "--port", str(first), "--port-end", str(first + 10),
                  "--tracker", f"127.0.0.1:{port}", "--key", KEY)
        )
    try:
        wait_until_registered(tracker, devices)
        registered = time.monotonic() - started
        waits, done = multiprocessing.Queue(), multiprocessing.Queue()
        began = time.monotonic()
        clients = [
            multiprocessing.Process(target=client, args=(port, size_bytes, began + seconds, waits, done)) for _ in range(devices)
        ]
        for each in clients:
            each.start()
        jobs = sum(done.get(timeout=seconds + 60) for _ in clients)
        elapsed = time.monotonic() - began
        times = sorted(waits.get() for _ in range(jobs))
        for each in clients:
            each.join(10)
        quantile = lambda q: times[min(len(times) - 1, int(q * len(times)))] * 1000 if times else None
        return {"tool": "tvm", "devices": devices, "sizeBytes": size_bytes, "jobs": jobs, "jobsPerSecond": jobs / elapsed,
                "waitMsP50": quantile(0.5), "waitMsP99": quantile(0.99), "registeredS": registered}
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(10)


if __name__ == "__main__":
    seconds = float(sys.argv[1])
    for size_bytes in (256 * 1024, 4 * 1024 * 1024):
        for devices in (1, 8, 32):
            print(json.dumps(measure(devices, size_bytes, seconds)), flush=True)
