"""Ctrl-C ends every long call soon, and what was interrupted is not taken for finished."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2]
WITHIN_S = 30.0  # the promise is 2 s on an idle machine; this bound only tells an interrupt from a call that goes on
BEGIN = """
import numpy as np
from ccenv import Batch, CentreEnv, RulePolicy, load_scenario, simulate
simulate("tiny", seeds=[1])
quiet = load_scenario("tiny", **{"rules.pacing": {"name": "no_dial"}, "groups.blended.staffing": 1})
Batch("tiny", 1).reset([1])
print("begun", flush=True)
"""
CALLS = {
    "simulate": 'simulate("tiny", seeds=range(64), days=20_000)',
    "intervals": 'simulate("tiny", seeds=range(16), days=2_000, by="interval")',
    "reset": 'Batch("tiny", 64, days=20_000, owns="rules").reset(np.arange(64))',
    "policy": 'simulate("tiny", policy=RulePolicy(load_scenario("tiny")), seeds=range(64), days=1000)',
    "history": 'Batch(load_scenario("tiny", history={"kind": "steady", "days": 20_000}), 1)',
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CALLS)
def test_ctrl_c_is_heard(name: str) -> None:
    code = BEGIN + CALLS[name]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=FOLDER, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline() == b"begun\n", process.stderr.read()
        time.sleep(3)
        assert process.poll() is None, "the call is too short to be interrupted"
        process.send_signal(signal.SIGINT)
        sent = time.monotonic()
        try:
            process.wait(60)
        finally:
            process.kill()
        assert time.monotonic() - sent < WITHIN_S
        assert b"KeyboardInterrupt" in process.stderr.read()
