"""Start of a fresh process: the import, and the first step from a warm cache."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.speed.child import ask
from experiments.speed.clock import exactly, figure

SCENARIO = "bank_blended"
IMPORT = """
import json, time
started = time.process_time()
import ccenv
print(json.dumps(time.process_time() - started))
"""
FIRST_STEP = """
import json, sys, time
import gymnasium, ccenv
env = gymnasium.make("ccenv/Blended-v0", scenario={scenario!r})
obs, info = env.reset(seed=1)
env.step(int(info["action_mask"].argmax()))
print(json.dumps(time.process_time()))
"""


def measure(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """CPU time of fresh processes by their own clocks.

    The time of the first step includes the start of the interpreter; the time of the import does not.

    Args:
        inputs: `rounds`, and optionally `scenario` (default: the bank).
    """
    first_step = FIRST_STEP.format(scenario=inputs.get("scenario", SCENARIO))
    ask(first_step)  # fills the cache if it is empty
    with tempfile.TemporaryDirectory() as empty:
        imports = [ask(IMPORT, cache=Path(empty)).result for _ in range(inputs["rounds"])]
        compiled = sum(path.is_file() for path in Path(empty).rglob("*"))
    steps = [ask(first_step).result for _ in range(inputs["rounds"])]
    return {
        "figures": {
            "import_s": figure(imports),
            "files_compiled": exactly(compiled),
            "first_step_s": figure(steps),
        }
    }
