"""Run with core and the extra `serve` installed: one decision through the loader, without a learning library."""

from importlib.util import find_spec

from ccenv.serving import load_bundle

EXTRAS = ["hydra", "matplotlib", "omegaconf", "scipy", "stable_baselines3", "torch"]

installed = [name for name in EXTRAS if find_spec(name) is not None]
assert not installed, f"core with serve brought {installed}"
assert callable(load_bundle)
print("core+serve: the loader imports")
