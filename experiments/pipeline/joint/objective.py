"""Value and dropped share of pairs of rules on days that all candidates share, and the CPU time spent on them."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ccenv.kpis.dropped_share import share_column, share_columns
from ccenv.rules.spec import MisfitError
from ccenv.scenarios import Scenario, ScenarioError
from ccenv.seeds import seeds
from experiments.pipeline.evaluation import VALUE, Pair, needs_reserves, rule_days

REPLICATE = 2**24  # training days of a replicate: no two replicates share a day


def rank_of(value: float, share: float | None, limit: float | None) -> tuple[bool, float]:
    """Return the sort key of a policy: within the limit of the dropped share by value, then the others by their share.

    Without connects (share None or nan) a policy is within the limit.
    """
    if limit is not None and share is not None and share > limit:
        return True, share
    return False, -value


@dataclass(frozen=True)
class Score:
    """A pair on some days.

    Attributes:
        pair: The rules.
        values: Reward of each day, (days,).
        share: Dropped share by the campaigns' definition; nan without connects.
    """

    pair: Pair
    values: np.ndarray
    share: float

    @property
    def value(self) -> float:
        """Mean reward of a day."""
        return float(self.values.mean())

    def rank(self, limit: float | None) -> tuple[bool, float]:
        """Return the sort key: pairs within the limit by value, then the others by their dropped share."""
        return rank_of(self.value, self.share, limit)

    def beats(self, other: Score, limit: float | None, errors: float = 0.5) -> bool:
        """Return whether this pair is better than another on the same days.

        Args:
            other: The other pair.
            limit: Largest dropped share allowed; None for no limit.
            errors: Standard errors of the paired difference by which the value must be larger.
        """
        mine, others = self.rank(limit), other.rank(limit)
        if mine[0] or others[0]:
            return mine < others
        difference = self.values - other.values
        return bool(difference.mean() > errors * difference.std(ddof=1) / math.sqrt(len(difference)))


class Objective:
    """Simulates candidates on fresh training days, common to the candidates of a comparison.

    Args:
        scenario: The centre.
        limit: Largest dropped share allowed; None for no limit.
        replicate: Number of the replicate, 0, 1, ...; each has training days of its own.
    """

    def __init__(self, scenario: Scenario, limit: float | None, replicate: int = 0) -> None:
        self.scenario = scenario
        self.limit = limit
        self.n_days = 0
        self.n_pairs = 0
        self.skipped: dict[str, str] = {}
        self._next_day = replicate * REPLICATE
        self._started = time.process_time()
        self._flagged = {scenario.reserves: scenario}

    @property
    def spent_s(self) -> float:
        """CPU time spent so far, in seconds."""
        return time.process_time() - self._started

    def window(self, n: int) -> np.ndarray:
        """Return n training days that this objective has not used."""
        self._next_day += n
        return seeds("training", n, skip=self._next_day - n)

    def score(self, pair: Pair, days: np.ndarray) -> Score | None:
        """Return the score of a pair; None if the centre cannot run it, which is noted in `skipped`."""
        try:
            flag = needs_reserves(self.scenario, pair.pacing)
            if flag not in self._flagged:
                self._flagged[flag] = self.scenario.with_reserves(bool(flag))
            table = rule_days(self._flagged[flag], pair, days, kpis=share_columns(self.scenario))
        except (MisfitError, ScenarioError) as error:
            self.skipped[pair.label] = str(error)
            return None
        self.n_days += len(days)
        self.n_pairs += 1
        share = table.summary(kpis=[column := share_column(self.scenario, table)])[column].value
        return Score(pair, np.array(table[VALUE], float), float(share))

    def scores(self, pairs: Sequence[Pair], days: np.ndarray) -> list[Score]:
        """Return the scores of the pairs that the centre can run, the best first."""
        found = [self.score(pair, days) for pair in {pair.label: pair for pair in pairs}.values()]
        return sorted((score for score in found if score is not None), key=lambda score: score.rank(self.limit))
