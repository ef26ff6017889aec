"""Run with core and the extra `serve` installed: a bundle is written from a graph, and decides in a running service.

No learning library is installed.
"""

import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ccenv.serving import load_bundle, snapshot_values, write_bundle
from ccenv.spaces.observation import snapshot_dtype

EXTRAS = ["hydra", "matplotlib", "omegaconf", "onnx", "scipy", "stable_baselines3", "torch"]
GOLDEN = Path(__file__).parent.parent / "serving" / "golden_bundle"
START_S = 300  # the first start compiles

installed = [name for name in EXTRAS if find_spec(name) is not None]
assert not installed, f"core with serve brought {installed}"

golden = load_bundle(GOLDEN)
scenario = golden.scenario
work = tempfile.TemporaryDirectory()
bundle = write_bundle(
    Path(work.name) / "bundle",
    GOLDEN / "policy.onnx",
    scenario,
    provenance={"source_digest": "none", "seeds": "training", "steps": 0},
    reserves=golden.reserves,
    decision=golden.decision,
    routing=golden.routing,
    pacing=golden.pacing,
    days=2,
)
assert load_bundle(bundle).manifest.golden == golden.manifest.golden, "the same graph gives other golden vectors"
snapshot = snapshot_values(scenario, np.zeros((), snapshot_dtype(scenario)))
snapshot["queue_length"]["support"] = snapshot["idle"]["blended"] = 1
body = json.dumps({"snapshot": snapshot, "u": 0.9, "state": None}).encode()  # no memory yet: it is the opening

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
options = ["--port", str(port), "--deadline-ms", "10000"]
service = subprocess.Popen([sys.executable, "-I", "-m", "ccenv.serving", str(bundle), *options])
try:
    until = time.monotonic() + START_S
    while True:
        try:
            answer = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/decide", body, timeout=30))
            break
        except urllib.error.HTTPError as error:
            raise AssertionError(f"the service refused: {error.read()!r}") from error
        except urllib.error.URLError as error:
            assert service.poll() is None, f"the service ended with {service.returncode}"
            assert time.monotonic() < until, f"no answer after {START_S} s: {error}"
            time.sleep(0.2)
finally:
    service.terminate()
    service.wait(30)
    work.cleanup()
assert answer["action"] == "assign:support>blended" and not answer["fallback"], answer
print(f"core+serve: the service decided {answer['action']}")
