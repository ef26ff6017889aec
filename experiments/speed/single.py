"""One environment through `gymnasium.make`: the time that Python adds to the kernel call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium
import numpy as np

from ccenv.batch import Batch
from ccenv.loops.batch import DISABLED
from ccenv.scenarios import load_scenario
from experiments.speed.clock import Counts, figure, interleaved, scaled
from experiments.speed.policy import NumpyPolicy

SCENARIO = "bank_blended"
STEPS = 10_000  # in a turn; a day has more
SEED = 1


def measure(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Time the environment, the batch of one row and the bare kernel, on the same actions of the same day.

    Args:
        inputs: `rounds` and `share`.
    """
    env: Any = gymnasium.make("ccenv/Blended-v0", scenario=SCENARIO)
    batch = Batch(load_scenario(SCENARIO), 1, on_illegal="rules", autoreset="disabled")
    actions = _recorded(batch, scaled(STEPS, inputs["share"]))
    clocked = interleaved(
        {
            "env": lambda _: _steps(env, actions),
            "batch": lambda _: _batch_steps(batch, actions),
            "kernel": lambda _: _kernel_calls(batch, actions),
        },
        inputs["rounds"],
    )
    us = {name: 1e6 * each.per("steps") for name, each in clocked.items()}
    figures = {"python_us": figure(us["env"] - us["kernel"]), "batch_us": figure(us["batch"] - us["kernel"])}
    figures |= {f"{name}_step_us": figure(us[name]) for name in ("env", "kernel")}
    return {"figures": figures}


def _recorded(batch: Batch, steps: int) -> list[int]:
    """Actions of the policy from the opening on."""
    policy = NumpyPolicy(batch.scenario)
    actions: list[int] = []
    batch.reset([SEED])
    while len(actions) < steps and not batch.terminated[0]:
        chosen, _ = policy.act(batch.obs, batch.mask, None, batch.u, batch.starts)
        actions.append(int(chosen[0]))
        batch.step(chosen)
    return actions


def _steps(env: Any, actions: list[int]) -> Counts:
    env.reset(seed=SEED)
    for action in actions:
        env.step(action)
    return {"steps": float(len(actions))}


def _batch_steps(batch: Batch, actions: list[int]) -> Counts:
    batch.reset([SEED])
    for chosen in np.array(actions)[:, None]:
        batch.step(chosen)
    return {"steps": float(len(actions))}


def _kernel_calls(batch: Batch, actions: list[int]) -> Counts:
    """Call the compiled function directly, with its arguments prepared."""
    call, chosen = batch.engine.prepared_step(DISABLED, refuses=False), np.zeros(1, np.int64)
    batch.reset([SEED])
    for action in actions:
        chosen[0] = action
        call(chosen)
    return {"steps": float(len(actions))}
