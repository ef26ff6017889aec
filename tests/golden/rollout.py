"""One rollout of a registered environment as plain numbers: integers exactly, other numbers to six digits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np

import ccenv

FOLDER = Path(__file__).parent
IDS = tuple(sorted(spec for spec in gymnasium.registry if spec.startswith("ccenv/")))
SCENARIOS = ("tiny", "hybrid_small", "bank_blended")
STEPS, SEED = 200, 7
EVERY = 40  # steps between observations that are stored whole
DIGITS = 6

assert ccenv.__version__  # importing ccenv registers the environments


def path_of(env_id: str, scenario: str) -> Path:
    """The committed file of a rollout."""
    return FOLDER / f"{env_id.removeprefix('ccenv/')}-{scenario}.json"


def _rounded(value: Any) -> float:
    """A number to six significant digits."""
    return float(f"{float(value):.{DIGITS}g}")


def _observed(obs: np.ndarray) -> dict[str, float]:
    """The numbers of an observation that are not 0, by place."""
    return {str(k): _rounded(obs[k]) for k in np.flatnonzero(obs).tolist()}


def _choose(space: gymnasium.Space[Any], info: dict[str, Any], rng: np.random.Generator) -> Any:
    """A legal action, all equally likely; a point of the box where actions are continuous."""
    if "action_mask" in info:
        return int(rng.choice(np.flatnonzero(info["action_mask"])))
    assert isinstance(space, gymnasium.spaces.Box)
    return rng.uniform(space.low, space.high).astype(space.dtype)


def rollout(env_id: str, scenario: str) -> dict[str, Any]:
    """Random legal play for `STEPS` steps, or to the end of the episode.

    Returns:
        `id`, `scenario`, `seed`, `steps`: one list for each step, of its action, the number of legal actions before it,
        reward, elapsed seconds, cost, weighted sum of the next observation, terminated and truncated; `observations`:
        by step, the numbers that are not 0.
    """
    env = gymnasium.make(env_id, scenario=scenario, days=1)
    rng = np.random.default_rng(SEED)
    obs, info = env.reset(seed=SEED)
    weights = np.arange(1, obs.size + 1) / obs.size
    steps: list[list[Any]] = []
    observations = {"0": _observed(obs)}
    for step in range(1, STEPS + 1):
        action = _choose(env.action_space, info, rng)
        n_legal = int(np.sum(info["action_mask"])) if "action_mask" in info else 0
        obs, reward, terminated, truncated, info = env.step(action)
        shown = action if isinstance(action, int) else [_rounded(x) for x in np.ravel(action)]
        numbers = [_rounded(x) for x in (reward, info["elapsed_s"], info["cost"], weights @ obs)]
        steps.append([shown, n_legal, *numbers, bool(terminated), bool(truncated)])
        if step % EVERY == 0:
            observations[str(step)] = _observed(obs)
        if terminated or truncated:
            break
    env.close()
    return {"id": env_id, "scenario": scenario, "seed": SEED, "steps": steps, "observations": observations}


def as_text(found: dict[str, Any]) -> str:
    """The file of a rollout: one line for each step, so that a difference shows where it begins."""
    steps = ",\n  ".join(json.dumps(step) for step in found["steps"])
    observations = ",\n  ".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in found["observations"].items())
    head = "\n".join(f" {json.dumps(key)}: {json.dumps(found[key])}," for key in ("id", "scenario", "seed"))
    return f'{{\n{head}\n "steps": [\n  {steps}\n ],\n "observations": {{\n  {observations}\n }}\n}}\n'
