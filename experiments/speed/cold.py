"""Compilation of a size class with an empty cache, once."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ccenv.sim.state.sizes import SIZES
from experiments.speed.child import ask
from experiments.speed.clock import exactly
from experiments.speed.settings import Settings

SCENARIO = "tiny"
SAYS = "ccenv: compiling run_rows of the simulator"
FIRST_STEP = """
import json, time
import ccenv
batch = ccenv.Batch(ccenv.load_scenario({scenario!r}, size_class={size!r}), 1)
started = time.process_time()
batch.reset([1])
batch.step(batch.mask.argmax(axis=1))
print(json.dumps(time.process_time() - started))
"""


def inputs(settings: Settings) -> Sequence[dict[str, Any]]:
    """One cell for each size class; none if the settings exclude cold compilation."""
    return [{"size": size} for size in SIZES] if settings.cold else []


def measure(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """CPU time of the first step with an empty cache, and whether the process reports that it compiles.

    Args:
        inputs: `size`, a size class.
    """
    size = inputs["size"]
    with tempfile.TemporaryDirectory() as empty:
        seconds, errors = ask(FIRST_STEP.format(scenario=SCENARIO, size=size), cache=Path(empty))
        kept = sum(path.stat().st_size for path in Path(empty).rglob("*") if path.is_file())
    silent = SAYS not in errors
    return {
        "figures": {
            f"compile_{size}_s": exactly(seconds),
            f"silent_{size}": exactly(silent),
            f"cache_{size}_mb": exactly(kept / 1e6),
        }
    }
