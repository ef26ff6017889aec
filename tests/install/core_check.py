"""Run with core alone installed: the simulator works, and no extra came along."""

from importlib.util import find_spec
from pathlib import Path

import ccenv

EXTRAS = ["hydra", "matplotlib", "omegaconf", "onnxruntime", "scipy", "stable_baselines3", "starlette", "torch"]
SEEDS = range(2)

installed = [name for name in EXTRAS if find_spec(name) is not None]
assert not installed, f"core alone brought {installed}"
assert "site-packages" in Path(ccenv.__file__).parts, f"not the wheel: {ccenv.__file__}"

table = ccenv.simulate("tiny", seeds=SEEDS)
assert len(table) == len(SEEDS), f"{len(table)} rows for {len(SEEDS)} seeds"
print(f"core alone: simulate gave {len(table)} rows")
