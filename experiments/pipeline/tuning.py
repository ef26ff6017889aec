"""Tuning of rules by successive halving: a grid of candidates for each rule, on more and more training days.

All candidates of a rule are simulated on the same few days, the best share of them on more days, and so on. Candidates
that may be within the limit on the dropped share come first, ordered by value.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from ccenv.kpis.dropped_share import share_column, share_columns
from ccenv.run.config import why_not
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from experiments.pipeline.evaluation import VALUE, Pair, Rule, finite, rule_days

if TYPE_CHECKING:
    from experiments.jobs.workers import Workers


@dataclass(frozen=True)
class Halving:
    """Rounds of the tuning.

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
        """Return how many of n candidates go on to the next round."""
        return max(1, math.ceil(self.keep * n))


@dataclass(frozen=True)
class Tried:
    """A candidate and its figures in the last round that it reached.

    Attributes:
        pair: The rules.
        days: Training days of that round.
        value: Reward per day.
        dropped_share: Dropped share by the campaigns' definition; None without connects.
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
    """Return all combinations of the parameter values of each rule."""
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
        limit: Largest dropped share allowed; None for no limit.
        workers: Processes that simulate the days.
        label: Text of the progress bar.

    Returns:
        The candidates of each family: those of the last round first, and within a round by rank. Candidates that the
        centre cannot run are left out, with a line on the console; a family may then be missing.

    Raises:
        ValueError: If the centre can run none of the candidates.
    """
    left = _that_run(scenario, families)
    out: dict[str, list[Tried]] = {name: [] for name in left}
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


def _that_run(scenario: Scenario, families: Mapping[str, Sequence[Pair]]) -> dict[str, list[Pair]]:
    """Return the families with the candidates that the centre can run, and say why it cannot run the others."""
    left: dict[str, list[Pair]] = {}
    problems: dict[str, tuple[str, list[Pair]]] = {}
    for name, pairs in families.items():
        for pair in pairs:
            problem = why_not(scenario, **pair.as_call())
            if problem is None:
                left.setdefault(name, []).append(pair)
            else:
                problems.setdefault(name, (problem, []))[1].append(pair)
    for name, (problem, pairs) in problems.items():
        tqdm.write(f"{scenario.name}: {len(pairs)} of {len(families[name])} candidates of {name} left out: {problem}")
    if not left:
        raise ValueError(f"{scenario.name} runs none of the candidates of {', '.join(families)}")
    return left


def _try(scenario: Scenario, pair: Pair, days: int) -> Tried:
    """Simulate one candidate on the first training days; runs in a worker process."""
    table = rule_days(scenario, pair, seeds("training", days), kpis=share_columns(scenario))
    share = share_column(scenario, table)
    summary = table.summary(kpis=[VALUE, share])
    return Tried(pair, days, summary[VALUE].value, *map(finite, summary[share]))


def rank(tried: Tried, limit: float | None) -> tuple[bool, float]:
    """Sort key: candidates that may be within the limit by value, then the others by their dropped share.

    A candidate surely exceeds the limit if the lower end of its interval is above it.
    """
    if limit is not None and tried.dropped_low is not None and tried.dropped_low > limit:
        return True, tried.dropped_low
    return False, -tried.value


def best(tried: Mapping[str, Sequence[Tried]], limit: float | None) -> Tried:
    """Return the best candidate over all families."""
    return min((family[0] for family in tried.values()), key=lambda each: rank(each, limit))
