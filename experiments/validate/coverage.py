"""Coverage of the intervals: how often they hold the true figure of a pool of days from which samples are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ccenv.kpis.figures import figures_of
from ccenv.kpis.kpi import ratio_of_totals
from ccenv.kpis.summary import paired_difference, summarise
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.jobs.markdown import table

POOL, PURPOSE, SCENARIO, PACING = 20_000, "evaluation", "tiny", "progressive_unreserved"
REPETITIONS, SAMPLES, SEED = 2_000, (32, 8), 1_983
LEAST, MOST = 0.93, 0.97  # bounds of the coverage of 95 % intervals; the upper one holds for ordinary KPIs
ORDINARY, RATIO, RARE, PAIRED = "ordinary", "ratio", "rare", "paired"
ROUNDING = 1e-9
KEY = "seed"


class Case(NamedTuple):
    """A figure whose interval is tried.

    Attributes:
        kind: `ordinary` (mean per day), `ratio`, `rare` or `paired`.
        column: Column of the KPI table.
        reserve: Parameter of the pacing rule.
        other: That of the rule whose figure is subtracted; None for a figure of one rule.
    """

    kind: str
    column: str
    reserve: int
    other: int | None = None


CASES = (
    *(Case(ORDINARY, column, 2) for column in ("n_answered", "wait_s", "talking_s", "n_attempts")),
    *(Case(RATIO, column, 2) for column in ("abandonment", "mean_wait_s", "served_within_T_of_offered", "occupancy")),
    *(Case(RARE, column, 2) for column in ("n_dropped", "dropped_share_run_total", "windows_above_vicidial_today")),
    *(Case(RARE, column, 1) for column in ("n_dropped", "dropped_share_run_total", "windows_above_vicidial_today")),
    *(Case(PAIRED, column, 1, 2) for column in ("abandonment", "mean_wait_s", "occupancy", "n_joined", "n_dropped")),
    Case(PAIRED, "n_dropped", 3, 2),
    Case(PAIRED, "windows_above_vicidial_today", 1, 2),
)


def measure(days: int = POOL, repetitions: int = REPETITIONS) -> dict[str, Any]:
    """Return the coverage of each case.

    Args:
        days: Days of the pool; its figures are the truth for days drawn from it with replacement.
        repetitions: Samples of each size.

    Returns:
        `days`, `repetitions`, `passed` and `rows`, one for each case: `kind`, `column`, `reserve`, `other`, `truth`,
        `coverage` (by number of days, as text) and `passed`.
    """
    columns = sorted({case.column for case in CASES})
    reserves = sorted({reserve for case in CASES for reserve in (case.reserve, case.other) if reserve is not None})
    pools = {reserve: _pool(reserve, columns, days) for reserve in reserves}
    rows = judged(CASES, pools, repetitions)
    return {"days": days, "repetitions": repetitions, "rows": rows, "passed": all(row["passed"] for row in rows)}


def judged(
    cases: Sequence[Case], pools: Mapping[int, npt.NDArray[Any]], repetitions: int, samples: Sequence[int] = SAMPLES
) -> list[dict[str, Any]]:
    """Return the rows of `measure` for the given cases and pools, by reserve."""
    truths = [_truth(case, pools) for case in cases]
    found = [covered(cases, truths, pools, n, repetitions) for n in samples]
    rows = []
    for k, (case, truth) in enumerate(zip(cases, truths, strict=True)):
        coverage = {str(n): shares[k] for n, shares in zip(samples, found, strict=True)}
        most = MOST if case.kind == ORDINARY else 1.0
        passed = all(LEAST <= share <= most for share in coverage.values())
        rows.append({**case._asdict(), "truth": truth, "coverage": coverage, "passed": passed})
    return rows


def covered(
    cases: Sequence[Case],
    truths: Sequence[float],
    pools: Mapping[int, npt.NDArray[Any]],
    n: int,
    repetitions: int,
) -> list[float]:
    """Return the share of samples of n days whose interval holds the truth, by case.

    A figure that the sample does not have, such as a ratio with denominator 0, has no interval and is left out.
    """
    rng = np.random.default_rng((SEED, n))
    size = len(next(iter(pools.values())))
    held = np.full((repetitions, len(cases)), np.nan)
    for repetition in range(repetitions):
        drawn = {reserve: pool[days] for days in [rng.integers(0, size, n)] for reserve, pool in pools.items()}
        for k, (case, truth) in enumerate(zip(cases, truths, strict=True)):
            mine = drawn[case.reserve]
            if case.other is None:
                _, low, high = summarise(mine, kpis=[case.column])[case.column]
            else:
                _, low, high = paired_difference(mine, drawn[case.other], case.column)
            if not np.isnan(low):
                slack = ROUNDING * max(abs(low), abs(high))
                held[repetition, k] = low - slack <= truth <= high + slack
    shares: list[float] = np.nanmean(held, axis=0).tolist()
    return shares


def _pool(reserve: int, columns: list[str], days: int) -> npt.NDArray[Any]:
    """Days of the scenario under a rule, without the columns of single queues, groups and campaigns."""
    found = simulate(SCENARIO, pacing=(PACING, {"reserve": reserve}), seeds=seeds(PURPOSE, days), kpis=columns)
    names = [name for name in found.dtype.names or () if ":" not in name]
    pool = np.empty(days, [(name, np.float64) for name in names])
    for name in names:
        pool[name] = found[name]
    pool[KEY] = np.arange(days)
    return pool


def _truth(case: Case, pools: Mapping[int, npt.NDArray[Any]]) -> float:
    mine = _whole(pools[case.reserve], case.column)
    return mine if case.other is None else mine - _whole(pools[case.other], case.column)


def _whole(pool: npt.NDArray[Any], column: str) -> float:
    """The figure of all days, added up from pieces, whose resampling takes little memory."""
    parts = [figure for piece in np.array_split(pool, 64) for figure in figures_of(piece, [column])]
    above, below = (sum(float(getattr(part, name).sum()) for part in parts) for name in ("above", "below"))
    return float(ratio_of_totals(above, below))


def bars(result: dict[str, Any]) -> dict[str, bool]:
    """Which bars are met: the least coverage everywhere, and the most of ordinary figures."""
    shares = [(row["kind"], share) for row in result["rows"] for share in row["coverage"].values()]
    return {
        "least": all(share >= LEAST for _, share in shares),
        "most": all(share <= MOST for kind, share in shares if kind == ORDINARY),
    }


def verdict(result: dict[str, Any]) -> str:
    """Short summary of a result."""
    shares = [share for row in result["rows"] for share in row["coverage"].values()]
    return f"95 % intervals of {len(result['rows'])} figures hold the truth in {_percent(min(shares))} of cases or more"


def section(result: dict[str, Any]) -> str:
    """Section of the page in Markdown."""
    head = ["kind", "figure", "`reserve`", "truth", *(f"{n} days" for n in SAMPLES), ""]
    rows = [
        [
            row["kind"],
            f"`{row['column']}`",
            str(row["reserve"]) if row["other"] is None else f"{row['reserve']} less {row['other']}",
            f"{row['truth']:.4g}",
            *(_percent(row["coverage"][str(n)]) for n in SAMPLES),
            "" if row["passed"] else "FAILED",
        ]
        for row in result["rows"]
    ]
    return f"""## Coverage of the intervals

Share of 95 % intervals that hold the true figure: {result["repetitions"]} samples of each size, drawn with replacement
from {result["days"]} days of `{SCENARIO}` under `{PACING}`, whose figures are the truth. Asked for:
{_percent(LEAST)} or more everywhere, and at most {_percent(MOST)} for ordinary figures. Rare events have conservative
bounds, which hold the truth more often.

{table(head, rows)}"""


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
