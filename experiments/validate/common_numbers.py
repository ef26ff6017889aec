"""Common random numbers: how much wider the interval of a difference is if each arm runs on days of its own."""

from __future__ import annotations

from typing import Any, NamedTuple

from ccenv.kpis import KpiTable, paired_difference
from ccenv.run.config import RuleChoice
from ccenv.seeds import seeds
from ccenv.simulation import simulate

DAYS, PURPOSE = 512, "evaluation"
SERVICE = ("abandonment", "mean_wait_s", "served_within_T_of_offered", "occupancy")
CALLING = ("n_joined", "n_sales")
ABOVE = 1.0


class Pair(NamedTuple):
    """Two arms of one scenario, each a routing and a pacing rule (None: the scenario's own), and the compared KPIs.

    `least` is the smallest allowed ratio of a KPI; for a KPI without an entry the ratio must be above 1.
    """

    scenario: str
    first: tuple[RuleChoice, RuleChoice]
    second: tuple[RuleChoice, RuleChoice]
    kpis: tuple[str, ...]
    least: tuple[tuple[str, float], ...] = ()


PAIRS = (
    Pair("bank_inbound", ("fifo", None), ("lwt", None), SERVICE),
    Pair("bank_inbound", ("lwt", None), ("longest_queue", None), SERVICE),
    Pair("bank_inbound", ("priority", None), ("random", None), SERVICE),
    # The group that dials has two advisors. With a reserve of 3 it never dials, so no outbound KPI can be compared.
    Pair(
        "bank_blended",
        (None, ("progressive", {"reserve": 1})),
        (None, ("progressive", {"reserve": 3})),
        SERVICE,
        (("abandonment", 3.0), ("mean_wait_s", 3.0)),
    ),
    Pair(
        "bank_blended",
        (None, ("progressive", {"reserve": 0})),
        (None, ("progressive", {"reserve": 1})),
        SERVICE + CALLING,
    ),
    Pair(
        "bank_blended",
        (None, ("max0", {"k": 2.0, "c": 2.0})),
        (None, ("fixed_ratio", {"ratio": 1.5, "rounding": "random"})),
        (*SERVICE, *CALLING, "dropped_share_run_total"),
    ),
    Pair("order_desk", ("priority", None), ("fifo", None), (*SERVICE, "order_value")),
    Pair("order_desk", ("lwt", None), ("random", None), (*SERVICE, "order_value")),
)


def measure(pairs: tuple[Pair, ...] = PAIRS, days: int = DAYS) -> dict[str, Any]:
    """Ratio of the widths of the independent and the paired interval, for every KPI of every pair.

    Args:
        pairs: The pairs to compare.
        days: Simulated days of each arm.

    Returns:
        `days`, `passed` and `rows`, one for each KPI of a pair: `scenario`, `first`, `second`, `kpi`, `difference`
        (second less first, value and ends of the paired interval), `ratio` (independent over paired), `least`,
        `passed`.
    """
    rows = [row for pair in pairs for row in _compared(pair, days)]
    return {"days": days, "rows": rows, "passed": all(row["passed"] for row in rows)}


def verdict(result: dict[str, Any]) -> str:
    """Short summary of a result."""
    ratios = [row["ratio"] for row in result["rows"]]
    return f"intervals of {len(ratios)} differences {min(ratios):.1f} to {max(ratios):.1f} times as narrow"


def section(result: dict[str, Any]) -> str:
    """Section of the page in Markdown."""
    head = ["scenario", "arms", "KPI", "difference, same days", "ratio of widths", "asked for", ""]
    lines = [head, ["---"] * len(head), *(_cells(row) for row in result["rows"])]
    table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    least = min(row["ratio"] for row in result["rows"])
    return f"""## Common random numbers

Width of the 95 % interval of a difference (second arm less first) with other days for the second arm, over its width
with the same days. {result["days"]} days for each arm; least ratio {least:.2f}.

{table}"""


def _compared(pair: Pair, days: int) -> list[dict[str, Any]]:
    same, others = seeds(PURPOSE, days), seeds(PURPOSE, days, skip=days)
    first, second = _run(pair, pair.first, same), _run(pair, pair.second, same)
    independent = _run(pair, pair.second, others)
    independent["seed"] = first["seed"]  # pairs day i with another day: same resampling, no common random numbers
    rows = []
    for kpi in pair.kpis:
        paired, apart = paired_difference(second, first, kpi), paired_difference(independent, first, kpi)
        ratio, least = (apart.high - apart.low) / (paired.high - paired.low), dict(pair.least).get(kpi, ABOVE)
        rows.append(
            {
                "scenario": pair.scenario,
                "first": _name(pair.first),
                "second": _name(pair.second),
                "kpi": kpi,
                "difference": list(paired),
                "ratio": float(ratio),
                "least": least,
                "passed": bool(ratio > ABOVE and ratio >= least),
            }
        )
    return rows


def _run(pair: Pair, arm: tuple[RuleChoice, RuleChoice], keys: Any) -> KpiTable:
    return simulate(pair.scenario, routing=arm[0], pacing=arm[1], seeds=keys)


def _name(arm: tuple[RuleChoice, RuleChoice]) -> str:
    """The rules of an arm that replace the scenario's own, with their parameters."""
    return ", ".join(_rule(rule) for rule in arm if rule is not None)


def _rule(rule: RuleChoice) -> str:
    if not isinstance(rule, tuple):
        return f"`{rule}`"
    given = ", ".join(f"{name} {value}" for name, value in rule[1].items())
    return f"`{rule[0]}` ({given})"


def _cells(row: dict[str, Any]) -> list[str]:
    value, low, high = row["difference"]
    asked_for = "above 1" if row["least"] == ABOVE else f"{row['least']:g}"
    return [
        row["scenario"],
        f"{row['first']}; {row['second']}",
        f"`{row['kpi']}`",
        f"{value:.4g} [{low:.4g}, {high:.4g}]",
        f"{row['ratio']:.2f}",
        asked_for,
        "" if row["passed"] else "FAILED",
    ]
