"""Short forms for event logs that are derived by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ccenv.scenarios import load_scenario
from ccenv.sim.state import codes
from ccenv.sim.state.definitions import NAMES
from ccenv.trace import trace
from tests.oracle.compare import assert_same_counters, assert_same_log
from tests.oracle.decisions import Action, Choose, make_catalogue
from tests.oracle.simulator import Result, Simulator


def constant(value_s: float) -> dict[str, Any]:
    """A constant distribution of time."""
    return {"dist": "constant", "value_s": value_s}


NAMED = {"name": "by-hand", "description": "derived by hand", "goals_unpaid": True}
FAIRNESS = (
    "advisor_days", "group_days", "uneven_contacts", "occupancy_spread_sum", "occupancy_range_sum", "occupancy_gap_sum",
)  # fmt: skip
KINDS = {
    codes.FRESH: "fresh",
    codes.REDIAL: "redial",
    codes.REPEAT: "repeat",
    codes.LEAD: "lead",
    codes.RETURN_CALL: "return",
}


def line(t: float, code: str, number: int, kind: str = "-", at: str = "-", detail: int = 0) -> str:
    """Format a row of the log: time, code, number, kind, `group.advisor`, detail."""
    return f"{t:.6f} {code} {number} {kind} {at} {detail}"


def lines(log: np.ndarray) -> list[str]:
    """Format a log by `line`."""
    return [
        line(
            row["t"],
            codes.LOG_CODES[row["code"]],
            row["number"],
            "-" if row["kind"] == codes.NIL else KINDS[int(row["kind"])],
            "-" if row["group"] == codes.NIL else f"{row['group']}.{row['advisor']}",
            row["detail"],
        )
        for row in log
    ]


def short(t: float, code: str, who: str = "-", advisor: int = codes.NIL, detail: int = 0) -> str:
    """Format a row in the shorter form: time, code, `queue.number`, number of the advisor, detail."""
    return f"{t:.6f} {code} {who} {advisor} {detail}"


def shorts(log: np.ndarray, *names: str) -> list[str]:
    """Format the rows of these codes by `short`; without names, all rows except those of actions."""
    return [
        short(
            row["t"],
            codes.LOG_CODES[row["code"]],
            "-" if row["kind"] == codes.NIL else f"{row['index']}.{row['number']}",
            row["advisor"],
            row["detail"],
        )
        for row in log
        if (codes.LOG_CODES[row["code"]] in names if names else row["code"] != codes.LOG_ACTION)
    ]


def nonzero(counters: dict[str, float]) -> dict[str, float]:
    """The counters that are not 0, without those of fairness, which have cases of their own."""
    return {name: total for name, total in counters.items() if total and name not in FAIRNESS}


def of_leads(counters: dict[str, float]) -> dict[str, float]:
    """The counters of a campaign that are not 0, without those of dropped shares.

    The talks with the right party are left out if all talks are such.
    """
    left_out = tuple(f"{name}_" for name in NAMES) + (() if counters["wrong_party"] else ("right_party",))
    return {name: total for name, total in nonzero(counters).items() if not name.startswith(left_out)}


def day(close_s: float = 100.0, slot_s: float = 0.0, **changes: Any) -> dict[str, Any]:
    """A day clock that opens at 0 s, with one slot by default."""
    return {"open_s": 0, "close_s": close_s, "overtime_s": 50, "slot_s": slot_s or close_s, "review_s": 0, **changes}


def recorded(*times: float, **changes: Any) -> dict[str, Any]:
    """A queue whose fresh contacts come at the given times, in seconds."""
    return {"arrivals_per_hour": 0, "trace_s": list(times), "handle_s": constant(5), **changes}


def first_of(*kinds: int) -> Choose:
    """A policy that takes the first legal action of these kinds, or holds."""

    def choose(number: int, u: float, legal: list[int], catalogue: Sequence[Action]) -> int:
        return next((i for i in legal if catalogue[i].kind in kinds), 0)

    return choose


def both(scenario: dict[str, Any], seed: int, choose: Choose, *, days: int = 1) -> Result:
    """Run a mapping in the oracle and in the compiled kernel, and compare logs and counters."""
    result = run(scenario, seed, choose, days=days)
    loaded = load_scenario({**NAMED, **scenario})
    catalogue = make_catalogue(loaded.centre)
    log, counters = trace(
        loaded, lambda number, u, legal: choose(number, u, legal.tolist(), catalogue), seed=seed, days=days
    )
    assert_same_log(result.log, log)
    assert_same_counters(result.counters, {axis: rows[0] for axis, rows in counters.items()})
    return result


def dials(log: np.ndarray) -> list[tuple[float, int, int]]:
    """Time, number of the segment and number of the lead of each dial."""
    rows = log[log["code"] == codes.LOG_DIALED]
    return [(float(row["t"]), int(row["detail"]), int(row["number"])) for row in rows]


def run(scenario: dict[str, Any], seed: int, choose: Choose, *, days: int = 1, order: str = "entry") -> Result:
    """Run a mapping in the oracle."""
    return Simulator(load_scenario({**NAMED, **scenario}).centre, seed, choose, days=days, order=order).run()
