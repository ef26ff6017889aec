"""The bank's blended centre compared with the plain one: the cost of all features together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccenv.scenarios import load_scenario
from experiments.speed.clock import figure, interleaved, scaled
from experiments.speed.kernel import Kernel
from experiments.speed.peers.comparison import ADVISORS
from experiments.speed.peers.model import loaded, scenario_of

SCENARIO = "bank_blended"
DAYS, RUNS = 64, 32  # episodes in a round: of the bank, of the plain centre


def measure(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Time both centres, with the scenario's own rules in the kernel.

    Args:
        inputs: `rounds`, `share`, and optionally `advisors` of the plain centre (default 100).
    """
    share = inputs["share"]
    plain = Kernel(scenario_of(loaded(inputs.get("advisors", ADVISORS))), scaled(RUNS, share))
    bank = Kernel(load_scenario(SCENARIO), scaled(DAYS, share))
    clocked = interleaved({"plain": plain.turn, "bank": bank.turn}, inputs["rounds"])
    ns = {name: 1e9 * each.per("events") for name, each in clocked.items()}
    counts = clocked["bank"].counts
    return {
        "figures": {
            "over_plain": figure(ns["bank"] / ns["plain"]),
            "bank_ns": figure(ns["bank"]),
            "plain_ns": figure(ns["plain"]),
            "events_per_s": figure(1e9 / ns["bank"]),
            "decisions_per_event": figure(counts["decisions"] / counts["events"]),
            "day_ms": figure(1e3 * clocked["bank"].per("episodes")),
        }
    }
