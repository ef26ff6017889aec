"""Tuning rules as hard as learners: a grid for each rule, halved on more and more training days.

All candidates of a rule run the same few days; the best share of them runs more, and so on. A candidate comes before
another if it keeps the limit on the dropped share and the other does not; then by value.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ccenv.kpis.dropped_share import share_column
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from experiments.jobs.workers import Workers
from experiments.study.evaluation import VALUE, Pair, Rule, finite, rule_days


@dataclass(frozen=True)
class Halving:
    """How long candidates have to prove themselves.

    Attributes:
        rungs: Training days of each round, increasing.
        keep: Share of the candidates that goes on to the next round.
    """

    rungs: tuple[int, ...]
    keep: float

    def __post_init__(self) -> None:
        if not self.rungs or list(self.rungs) != sorted(set(self.rungs)) or self.rungs[0] < 2:
            raise ValueError(f"rungs = {list(self.rungs)}: must increase and start at 2 days or more")
        if not 0.0 < self.keep < 1.0:
            raise ValueError(f"keep = {self.keep}: must lie between 0 and 1")

    def survivors(self, n: int) -> int:
        """How many of n candidates go on."""
        return max(1, math.ceil(self.keep * n))


@dataclass(frozen=True)
class Tried:
    """A candidate and what it was worth in the last round that it reached.

    Attributes:
        pair: The rules.
        days: Training days of that round.
        value: Reward per day.
        dropped_share: By the campaigns' definition, None without connects.
        dropped_low: Lower end of its 95 % interval.
        dropped_high: Upper end.
    """

    pair: Pair
    days: int
    value: float
    dropped_share: float | None
    dropped_low: float | None
    dropped_high: float | None


def candidates(grids: Mapping[str, Mapping[str, Sequence[Any]]]) -> dict[str, list[Rule]]:
    """All combinations of the parameter values of each rule."""
    return {
        name: [Rule(name, dict(zip(grid, values, strict=True))) for values in itertools.product(*grid.values())]
        for name, grid in grids.items()
    }


def tune(
    scenario: Scenario,
    families: Mapping[str, Sequence[Pair]],
    halving: Halving,
    limit: float | None,
    workers: Workers,
    label: str,
) -> dict[str, list[Tried]]:
    """Try the candidates of each family.

    Args:
        scenario: The centre.
        families: Candidates by name of the rule that varies; each family has its own rounds.
        halving: Rounds.
        limit: Largest dropped share allowed, None for no limit.
        workers: Where the days are run.
        label: What the progress bar says.

    Returns:
        For each family what was tried: those that lasted longest first, the best of a round before the others.
    """
    left = {name: list(pairs) for name, pairs in families.items()}
    out: dict[str, list[Tried]] = {name: [] for name in families}
    for days in halving.rungs:
        last = days == halving.rungs[-1]
        tasks = [(scenario, pair, days) for pairs in left.values() for pair in pairs]
        results = iter(workers.map(_try, tasks, f"{label}, {days} training days"))
        for name, pairs in left.items():
            ranked = sorted([next(results) for _ in pairs], key=lambda tried: rank(tried, limit))
            n_kept = len(ranked) if last else halving.survivors(len(ranked))
            left[name] = [tried.pair for tried in ranked[:n_kept]]
            out[name] = (ranked if last else ranked[n_kept:]) + out[name]
    return out


def _try(scenario: Scenario, pair: Pair, days: int) -> Tried:
    """One candidate on the first training days; runs in a worker."""
    table = rule_days(scenario, pair, seeds("training", days))
    summary = table.summary()
    return Tried(pair, days, summary[VALUE].value, *map(finite, summary[share_column(scenario, table)]))


def rank(tried: Tried, limit: float | None) -> tuple[bool, float]:
    """Sort key: those that may be within the limit first, by value; then the others by how little they drop.

    A candidate is set back when even the lower end of its interval is above the limit.
    """
    if limit is not None and tried.dropped_low is not None and tried.dropped_low > limit:
        return True, tried.dropped_low
    return False, -tried.value


def best(tried: Mapping[str, Sequence[Tried]], limit: float | None) -> Tried:
    """The best candidate over all families."""
    return min((family[0] for family in tried.values()), key=lambda each: rank(each, limit))
