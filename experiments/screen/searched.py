"""The searched policy of a variant: CMA-ES over index policies from the tuned rules, chosen on validation days."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from agents.common.demonstration import demonstrate
from agents.common.warm_start import CloneSettings
from agents.search.learner import Search, SearchSettings
from ccenv.batch import Batch
from ccenv.integrations.semi_markov import TimeScales
from ccenv.kpis.dropped_share import share_column, share_columns
from ccenv.policy import RulePolicy
from ccenv.policy.in_kernel import CompiledPolicy
from ccenv.policy.index import IndexPolicy
from ccenv.policy.index_form import IndexTables
from ccenv.rewards.sums import reward_columns
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate
from experiments.pipeline.evaluation import VALUE, Pair, actions_of, finite, flag_of, with_value
from experiments.pipeline.joint.objective import rank_of

COPIES = 16  # days of the demonstration
POINTS = (0.25, 0.5, 0.75)  # shares of the CPU time at which a policy is kept, beside the first and the last
KPI = "abandonment"


@dataclass(frozen=True)
class Ran:
    """Days of rules or of a policy.

    Attributes:
        values: Reward of each day, (days,).
        dropped_share: By the campaigns' definition; None without connects.
        abandonment: Share of the contacts offered; None without contacts.
    """

    values: np.ndarray
    dropped_share: float | None
    abandonment: float | None

    @property
    def value(self) -> float:
        """Mean reward of a day."""
        return float(self.values.mean())

    def rank(self, limit: float | None) -> tuple[bool, float]:
        """Return the sort key: within the limit by value, then the others by their dropped share."""
        return rank_of(self.value, self.dropped_share, limit)


@dataclass(frozen=True)
class Acts:
    """An index policy beside the tuned rules, which decide what it does not own.

    Attributes:
        tables: The policy as numbers.
        pair: The tuned rules.
        owns: `blended`, `routing` or `pacing`.
    """

    tables: IndexTables
    pair: Pair
    owns: str = "blended"

    def policy(self, scenario: Scenario) -> IndexPolicy:
        """Return the policy of a centre, under the flag and with the kind of dials of the pacing rule."""
        actions = "all" if self.owns == "routing" else actions_of(scenario, self.pair)
        return IndexPolicy(self.tables, owns=self.owns, reserves=flag_of(scenario, self.pair), actions=actions)


@dataclass(frozen=True)
class Searched:
    """The result of a search.

    Attributes:
        acts: The policy chosen; None: no policy was better than the rules on validation days.
        generations: Number of generations.
        days: Training days simulated in them.
        start_s: CPU time of the start from the rules.
        cpu_s: CPU time, the start included; the choice comes on top.
        agreement: Share of the rules' decisions at which the start does the same.
    """

    acts: Acts | None
    generations: int
    days: int
    start_s: float
    cpu_s: float
    agreement: float


def run(scenario: Scenario, who: Pair | Acts, days: np.ndarray) -> Ran:
    """Run one episode for each seed."""
    return ran(scenario, who, days) if isinstance(who, Pair) else ran(scenario, who.pair, days, who.policy(scenario))


def ran(scenario: Scenario, pair: Pair, days: np.ndarray, policy: CompiledPolicy | None = None) -> Ran:
    """Run one episode for each seed under a pair of rules, or under a policy beside them."""
    columns = [*share_columns(scenario), KPI, *reward_columns(scenario)]
    table = with_value(scenario, simulate(scenario, policy=policy, seeds=days, kpis=columns, **pair.as_call()))
    shown = table.summary(kpis=[share_column(scenario, table), KPI])
    share, abandonment = (finite(shown[name].value) for name in (share_column(scenario, table), KPI))
    return Ran(np.array(table[VALUE], float), share, abandonment)


def search(
    scenario: Scenario, pair: Pair, *, limit: float | None, cpu_s: float, days: int, validation_days: int, seed: int = 0
) -> Searched:
    """Search a policy from a pair of rules.

    Args:
        scenario: The centre.
        pair: The tuned rules; they are among the candidates of the choice.
        limit: Largest dropped share allowed; None for no limit.
        cpu_s: CPU time, the start included.
        days: Training days of a generation.
        validation_days: Days of the choice.
        seed: Of the search; also chooses its training days.
    """
    found = climb(scenario, pair, Search, SearchSettings(days=days), cpu_s, seed)
    acts = best([Acts(tables, pair) for tables in found.kept], scenario, pair, limit, validation_days)
    return Searched(acts, found.generations, found.days, found.start_s, found.cpu_s, found.agreement)


class Climbed(NamedTuple):
    """A search from a pair of rules.

    Attributes:
        kept: Policies as numbers: the start, those at `POINTS`, and the last.
        generations, days, start_s, cpu_s, agreement: As in `Searched`.
    """

    kept: list[Any]
    generations: int
    days: int
    start_s: float
    cpu_s: float
    agreement: float


def climb(
    scenario: Scenario, pair: Pair, kind: type[Search], settings: SearchSettings, cpu_s: float, seed: int
) -> Climbed:
    """Search from a pair of rules, with the dials of its pacing rule, until the CPU time is over.

    Args:
        scenario: The centre.
        pair: The rules.
        kind: The search.
        settings: Its settings.
        cpu_s: CPU time, the start included.
        seed: Of the search; also chooses its training days.
    """
    began = time.process_time()
    call = pair.as_call()
    batch = Batch(
        scenario, COPIES, reserves=flag_of(scenario, pair), actions=actions_of(scenario, pair), autoreset="same_step",
        **call,
    )  # fmt: skip
    learner = kind(batch, TimeScales(), settings, seed)
    shown = demonstrate(batch, RulePolicy(batch.scenario, **call), seeds("training", COPIES), TimeScales())
    start = learner.warm_start(shown, CloneSettings(), seed)
    start_s = time.process_time() - began
    kept, n_days, points = [learner.actor.tables], 0, list(POINTS)
    while (done := (time.process_time() - began) / cpu_s) < 1.0 or learner.generation == 0:
        n_days += learner.iterate(min(done, 1.0)).episodes
        if points and done >= points[0]:
            kept.append(learner.actor.tables)
            points = [point for point in points if point > done]
    kept.append(learner.actor.tables)
    spent_s = time.process_time() - began
    return Climbed(kept, learner.generation, n_days, start_s, spent_s, float(start["agreement"]))


def best(found: Sequence[Acts], scenario: Scenario, pair: Pair, limit: float | None, days: int) -> Acts | None:
    """Return the best policy on validation days; None if the pair of rules is the best."""
    validation = seeds("validation", days)
    ranked = [(run(scenario, acts, validation).rank(limit), acts) for acts in found]
    rank, acts = min(ranked, key=lambda each: each[0])
    return acts if rank < run(scenario, pair, validation).rank(limit) else None
