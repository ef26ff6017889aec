"""Short forms for event logs that are derived by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ccenv.scenarios import load_scenario
from ccenv.sim import codes
from tests.oracle.decisions import Action, Choose
from tests.oracle.simulator import Result, Simulator

KINDS = ("fresh", "redial", "repeat", "lead")


def line(t: float, code: str, number: int, kind: str = "-", at: str = "-", detail: int = 0) -> str:
    """One row: time, code, number, kind, `group.advisor`, detail."""
    return f"{t:.6f} {code} {number} {kind} {at} {detail}"


def lines(log: np.ndarray) -> list[str]:
    """A log in the form of `line`."""
    return [
        line(
            row["t"],
            codes.LOG_CODES[row["code"]],
            row["number"],
            "-" if row["kind"] == codes.NIL else KINDS[row["kind"]],
            "-" if row["group"] == codes.NIL else f"{row['group']}.{row['advisor']}",
            row["detail"],
        )
        for row in log
    ]


def first_of(*kinds: int) -> Choose:
    """The policy that takes the first legal action of these kinds, else holds."""

    def choose(number: int, u: float, legal: list[int], catalogue: Sequence[Action]) -> int:
        return next((i for i in legal if catalogue[i].kind in kinds), 0)

    return choose


def run(scenario: dict[str, Any], seed: int, choose: Choose, *, days: int = 1, order: str = "entry") -> Result:
    """Run a mapping."""
    data = {"name": "by-hand", "description": "derived by hand", **scenario}
    return Simulator(load_scenario(data).centre, seed, choose, days=days, order=order).run()


def constant(value_s: float) -> dict[str, Any]:
    """A constant law."""
    return {"law": "constant", "value_s": value_s}
