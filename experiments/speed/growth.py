"""Time of an event as the centre grows: advisors and queues together, at the same load."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccenv.scenarios import Scenario, load_scenario
from experiments.speed.clock import figure, interleaved, scaled
from experiments.speed.kernel import Kernel

TEAM = 20  # advisors in a group; each queue has one group
TEAMS = (1, 2, 5, 10, 25, 50)
PER_CAMPAIGN = 5  # one of so many groups dials
KINDS = ("inbound", "blended")
# queues, groups and advisors of a centre of ordinary size and of one that fills the largest size class
WIDE = {"base": (5, 2, 100), "last": (500, 125, 10_000)}
QUEUES_OF_A_GROUP = 8
LOAD, TALK_S, WRAP_UP_S = 0.9, 240.0, 60.0
EVENTS = 200_000  # in a turn, approximately
EVENTS_OF_A_CONTACT = 3.0
ROWS = 2


def measure(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Time centres of all sizes.

    Args:
        inputs: `rounds`, `share`, and optionally `teams` (default `TEAMS`).

    Returns:
        `figures`, and `sizes`: `kind`, `advisors`, `queues`, `pairs`, `size_class`, `ns` of an event.
    """
    teams = inputs.get("teams", TEAMS)
    centres = {(kind, n): grown(n, kind, inputs["share"]) for kind in KINDS for n in teams}
    kernels = {f"{kind} {n}": Kernel(centre, ROWS) for (kind, n), centre in centres.items()}
    clocked = interleaved({name: kernel.turn for name, kernel in kernels.items()}, inputs["rounds"])
    ns = {place: 1e9 * clocked[f"{place[0]} {place[1]}"].per("events") for place in centres}
    base, last = (5, 50) if {5, 50} <= set(teams) else (teams[0], teams[-1])
    figures = {f"{kind}_growth": figure(ns[kind, last] / ns[kind, base]) for kind in KINDS}
    figures |= {
        f"{kind}_ns_{name}": figure(ns[kind, n]) for kind in KINDS for name, n in (("base", base), ("last", last))
    }
    figures |= _wide_growth(inputs)
    return {"figures": figures, "sizes": [_row(*place, centre, ns[place]) for place, centre in centres.items()]}


def _wide_growth(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Compare an event of the widest centre, if `wide` is among the inputs, with one of an ordinary centre."""
    if not inputs.get("wide", True):
        return {}
    kernels = {name: Kernel(wide(*sizes, inputs["share"]), ROWS) for name, sizes in WIDE.items()}
    clocked = interleaved({name: kernel.turn for name, kernel in kernels.items()}, inputs["rounds"])
    ns = {name: 1e9 * each.per("events") for name, each in clocked.items()}
    return {"wide_growth": figure(ns["last"] / ns["base"])} | {f"wide_ns_{name}": figure(ns[name]) for name in ns}


def _row(kind: str, teams: int, centre: Scenario, ns: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "advisors": teams * TEAM,
        "queues": teams,
        "pairs": len(centre.pairs),
        "size_class": centre.size.name,
        "ns": figure(ns),
    }


def wide(n_queues: int, n_groups: int, n_advisors: int, share: float = 1.0) -> Scenario:
    """A centre whose groups each serve up to `QUEUES_OF_A_GROUP` queues, half of them shared with the next group.

    Args:
        n_queues: Number of queues, spread evenly over the groups.
        n_groups: Number of groups.
        n_advisors: Number of advisors, spread evenly over the groups.
        share: Share of the usual length of a run.
    """
    rate_per_hour = LOAD * n_advisors / n_queues * 3600.0 / (TALK_S + WRAP_UP_S)
    own = [range(g * n_queues // n_groups, (g + 1) * n_queues // n_groups) for g in range(n_groups)]
    served = [[*own[g], *own[(g + 1) % n_groups]][:QUEUES_OF_A_GROUP] for g in range(n_groups)]
    groups = {
        f"group_{g}": {
            "skills": list(dict.fromkeys(f"queue_{q}" for q in served[g])),
            "staffing": (g + 1) * n_advisors // n_groups - g * n_advisors // n_groups,
        }
        for g in range(n_groups)
    }
    queues = {f"queue_{q}": _queue(rate_per_hour) for q in range(n_queues)}
    return _steady(queues, groups, {}, rate_per_hour * n_queues, share)


def grown(teams: int, kind: str, share: float = 1.0) -> Scenario:
    """A centre of `teams` groups of 20 advisors. Each has its own queue and also takes contacts of the next queue.

    Args:
        teams: Number of groups and of queues.
        kind: `inbound`, or `blended`: every fifth group also dials its own list repeatedly.
        share: Share of the usual length of a run.
    """
    rate_per_hour = LOAD * TEAM * 3600.0 / (TALK_S + WRAP_UP_S)
    groups: dict[str, Any] = {
        f"team_{k}": {"skills": list(dict.fromkeys([f"queue_{k}", f"queue_{(k + 1) % teams}"])), "staffing": TEAM}
        for k in range(teams)
    }
    campaigns: dict[str, Any] = {}
    if kind == "blended":
        for k in range(0, teams, PER_CAMPAIGN):
            groups[f"team_{k}"]["skills"].append(f"list_{k}")
            campaigns[f"list_{k}"] = _campaign()
    queues = {f"queue_{k}": _queue(rate_per_hour) for k in range(teams)}
    return _steady(queues, groups, campaigns, rate_per_hour * teams, share)


def _queue(rate_per_hour: float) -> dict[str, Any]:
    return {
        "arrivals_per_hour": rate_per_hour,
        "handle_s": TALK_S,
        "patience_s": 120.0,
        "wrap_up_s": {"dist": "exponential", "mean_s": WRAP_UP_S},
    }


def _steady(
    queues: dict[str, Any], groups: dict[str, Any], campaigns: dict[str, Any], rate_per_hour: float, share: float
) -> Scenario:
    """A steady centre, run for about `EVENTS` events in a turn; `rate_per_hour` of all queues together."""
    horizon_s = scaled(EVENTS, share) / (ROWS * rate_per_hour * EVENTS_OF_A_CONTACT / 3600.0)
    return load_scenario(
        {
            "name": "grown",
            "description": "made by experiments.speed",
            "clock": {"kind": "steady", "warm_up_s": 0.1 * horizon_s, "horizon_s": horizon_s, "review_s": 0.0},
            "queues": queues,
            "groups": groups,
            "campaigns": campaigns,
            "rules": {"routing": {"name": "fifo"}, "pacing": {"name": "progressive_unreserved"}},
            "sources": {"*": "made up to grow"},
        }
    )


def _campaign() -> dict[str, Any]:
    return {
        "p_answer": 0.3,
        "ring_s": 20.0,
        "handle_s": 120.0,
        "wrap_up_s": 30.0,
        "drop_after_s": {"dist": "constant", "value_s": 2.0},
        "max_lines": 30,
        "leads": 2_000,
        "retries": {"max_attempts": 5, "no_answer": {"dist": "exponential", "mean_s": 1800.0}},
    }
