"""Run with core alone installed: simulator, semi-Markov returns and descriptions work, and no extra is installed.

The command `ccenv` is there, and names the extra that it needs.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np

import ccenv
from ccenv.integrations.semi_markov import TimeScales, advantages

EXTRAS = [
    "hydra",
    "matplotlib",
    "omegaconf",
    "onnxruntime",
    "scipy",
    "rich",
    "stable_baselines3",
    "starlette",
    "torch",
    "typer",
]
SEEDS = range(2)

installed = [name for name in EXTRAS if find_spec(name) is not None]
assert not installed, f"core alone brought {installed}"
assert "site-packages" in Path(ccenv.__file__).parts, f"not the wheel: {ccenv.__file__}"

table = ccenv.simulate("tiny", seeds=SEEDS)
assert len(table) == len(SEEDS), f"{len(table)} rows for {len(SEEDS)} seeds"
ones = np.ones((3, 1))
never = np.zeros((3, 1), bool)
gained = advantages(ones, ones, ones, ones, never, TimeScales(horizon_s=10.0, credit_s=10.0))
assert gained[0, 0] > gained[2, 0] > 0.0, f"advantages {gained.ravel()}"
assert "tier3" in ccenv.describe("technical_support").html()
command = subprocess.run([Path(sys.executable).parent / "ccenv", "list", "rules"], capture_output=True, text=True)
assert (command.returncode, command.stdout) == (1, ""), command
assert command.stderr.endswith('pip install "ccenv[cli]"\n'), command.stderr
print(f"core alone: simulate gave {len(table)} rows")
