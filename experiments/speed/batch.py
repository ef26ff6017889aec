"""Native batch under a NumPy policy, and the same rule in the kernel: the cost of leaving the kernel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ccenv.batch import Batch
from ccenv.scenarios import Scenario, load_scenario
from experiments.speed.clock import WARM_UP, Counts, figure, interleaved, scaled
from experiments.speed.kernel import Kernel
from experiments.speed.policy import NumpyPolicy, rules_of

SCENARIO = "bank_blended"
ROWS = 64
STEPS = 14_000  # in a turn: about a day of each row


class Native:
    """Rows stepped by a policy; each continues with its next day automatically."""

    def __init__(self, scenario: Scenario, rows: int) -> None:
        self.batch = Batch(scenario, rows, on_illegal="raise", autoreset="same_step", **rules_of(scenario))
        self.policy = NumpyPolicy(self.batch.scenario)
        self.n_obs = self.batch.n_obs

    def run(self, steps: int, first_seed: int) -> Counts:
        """Take `steps` decisions in each row, starting at the opening."""
        batch, policy = self.batch, self.policy
        batch.reset(first_seed + np.arange(batch.n))
        for _ in range(steps):
            actions, _ = policy.act(batch.obs, batch.mask, None, batch.u, batch.starts)
            batch.step(actions)
        return {"decisions": float(steps * batch.n)}

    def decide(self, steps: int) -> Counts:
        """Run the policy alone, `steps` times on the current observations."""
        batch, policy = self.batch, self.policy
        for _ in range(steps):
            policy.act(batch.obs, batch.mask, None, batch.u, batch.starts)
        return {"decisions": float(steps * batch.n)}


def measure(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Time the rule in the kernel, the batch under the policy, and the policy alone.

    Args:
        inputs: `rounds` and `share`.
    """
    scenario, steps = load_scenario(SCENARIO), scaled(STEPS, inputs["share"])
    kernel = Kernel(scenario, ROWS, **rules_of(scenario))
    native = Native(scenario, ROWS)
    clocked = interleaved(
        {
            "kernel": kernel.turn,
            "native": lambda number: native.run(steps, (number - WARM_UP) * ROWS),
            "policy": lambda _: native.decide(steps),
        },
        inputs["rounds"],
    )
    ns = {name: 1e9 * each.per("decisions") for name, each in clocked.items()}
    figures = {
        "over_kernel": figure(ns["native"] / (ns["kernel"] + ns["policy"])),
        "decisions_per_s": figure(1e9 / ns["native"]),
        **{f"{name}_ns": figure(values) for name, values in ns.items()},
    }
    return {"figures": figures, "shape": {"observation": native.n_obs, "actions": native.batch.n_actions}}
