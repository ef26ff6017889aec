"""Decisions per second against the number of environments: the native batch, and loops over single environments.

All of them return observation, mask and reward, and all run the same NumPy policy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from sb3_contrib.common.maskable.utils import get_action_masks
from stable_baselines3.common.vec_env import DummyVecEnv

from ccenv.batch import Batch
from ccenv.scenarios import load_scenario
from ccenv.vector import CentreVectorEnv
from experiments.speed.clock import Candidate, Counts, Figure, figure, interleaved, scaled
from experiments.speed.policy import NumpyPolicy

SCENARIO = "bank_blended"
SIZES = {
    "batch": (1, 4, 16, 64, 256, 1024),
    "vector": (1, 4, 16, 64, 256, 1024),
    "sync": (1, 4, 16, 64),
    "dummy": (1, 4, 16, 64),
}
COMPARED = 64
DECISIONS = {"batch": 65_536, "vector": 65_536, "sync": 8_192, "dummy": 8_192}  # in a turn
BEFORE = 1_500  # decisions of each row before the measurement, to reach the busy part of the day

Ready = Callable[[int], Counts]  # takes a number of steps in all rows


def measure(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Time all kinds, for one number of environments after the other.

    Args:
        inputs: `rounds`, `share`, and optionally `sizes` (default `SIZES`) and `compared` (default `COMPARED`).

    Returns:
        `figures`, and `throughput`: `kind`, `n` and `decisions_per_s`.
    """
    sizes: Mapping[str, tuple[int, ...]] = inputs.get("sizes", SIZES)
    before = scaled(BEFORE, inputs["share"])
    found: dict[tuple[str, int], Figure] = {}
    ratios: dict[str, Figure] = {}
    for n in sorted({n for listed in sizes.values() for n in listed}):
        ready = {kind: KINDS[kind](n, before) for kind in sizes if n in sizes[kind]}
        turns = {kind: max(1, scaled(DECISIONS[kind], inputs["share"]) // n) for kind in ready}
        candidates = {kind: _turn(steps, turns[kind]) for kind, steps in ready.items()}
        clocked = interleaved(candidates, inputs["rounds"])
        rates = {kind: 1.0 / each.per("decisions") for kind, each in clocked.items()}
        found |= {(kind, n): figure(rate) for kind, rate in rates.items()}
        if n == inputs.get("compared", COMPARED):
            ratios = {f"over_{kind}": figure(rates["batch"] / rate) for kind, rate in rates.items() if kind != "batch"}
            ratios |= {f"{kind}_per_s": figure(rate) for kind, rate in rates.items()}
    throughput = [{"kind": kind, "n": n, "decisions_per_s": each} for (kind, n), each in found.items()]
    return {"figures": ratios, "throughput": throughput}


def _turn(steps: Ready, number: int) -> Candidate:
    return lambda _: steps(number)


def _batch(n: int, before: int) -> Ready:
    batch = Batch(load_scenario(SCENARIO), n, autoreset="same_step")
    policy = NumpyPolicy(batch.scenario)
    batch.reset(np.arange(n))

    def steps(number: int) -> Counts:
        for _ in range(number):
            actions, _ = policy.act(batch.obs, batch.mask, None, batch.u, batch.starts)
            batch.step(actions)
        return {"decisions": float(number * n)}

    steps(before)
    return steps


def _gymnasium(env: Any, n: int, policy: NumpyPolicy, before: int) -> Ready:
    """Steps of a Gymnasium vector environment; each call continues where the last one ended."""
    obs, info = env.reset(seed=0)
    last = [obs, info["action_mask"]]
    nothing = np.zeros(n)

    def steps(number: int) -> Counts:
        for _ in range(number):
            actions, _ = policy.act(last[0], last[1].astype(np.bool_), None, nothing, nothing)
            last[0], _, _, _, info = env.step(actions)
            last[1] = info["action_mask"]
        return {"decisions": float(number * n)}

    steps(before)
    return steps


def _vector(n: int, before: int) -> Ready:
    env = CentreVectorEnv(n, scenario=SCENARIO, autoreset_mode=AutoresetMode.SAME_STEP)
    return _gymnasium(env, n, NumpyPolicy(env.scenario), before)


def _made() -> Any:
    return gymnasium.make("ccenv/Blended-v0", scenario=SCENARIO)


def _sync(n: int, before: int) -> Ready:
    env = SyncVectorEnv([_made] * n, autoreset_mode=AutoresetMode.SAME_STEP)
    return _gymnasium(env, n, NumpyPolicy(load_scenario(SCENARIO)), before)


def _dummy(n: int, before: int) -> Ready:
    """Steps of SB3's loop over environments, with masks fetched as sb3-contrib does."""
    env, policy, nothing = DummyVecEnv([_made] * n), NumpyPolicy(load_scenario(SCENARIO)), np.zeros(n)
    env.seed(0)
    last: list[Any] = [env.reset()]

    def steps(number: int) -> Counts:
        for _ in range(number):
            actions, _ = policy.act(last[0], get_action_masks(env), None, nothing, nothing)
            last[0], _, _, _ = env.step(actions)
        return {"decisions": float(number * n)}

    steps(before)
    return steps


KINDS: dict[str, Callable[[int, int], Ready]] = {"batch": _batch, "vector": _vector, "sync": _sync, "dummy": _dummy}
