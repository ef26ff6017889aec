"""Comparison of a policy in training with a rule, on validation days, within a share of the work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from agents.common.policy import TorchPolicy
from agents.common.selection import mean_difference
from ccenv.files.numbers import real, whole
from ccenv.kpis import KpiTable, paired_difference
from ccenv.kpis.dropped_share import share_column, share_columns
from ccenv.rewards.sums import episode_rewards, reward_columns
from ccenv.scenarios import Scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate

#: KPIs of the curve, beside the dropped share by the campaigns' definition.
KPIS = ("served_within_T_of_offered", "abandonment")


class Validation:
    """The learning curve against a rule: both run on the same validation days.

    A validation runs after an iteration of the learner, if the decisions of all validations with it are at most `share`
    of the decisions learned from, so the points of the curve do not depend on the clock. A decision of a validation
    takes less CPU than one of training, which also updates the networks: about half with 8 days, about as much with 2.
    `share` is therefore also a bound of the share of the CPU. The learner draws nothing from validations: it learns the
    same policies with and without them.

    The days are the first of those on which checkpoints are chosen, so the curve is as biased as that choice, and
    says nothing about unseen days.

    Args:
        scenario: The centre.
        rule: Arguments of `simulate` that make the rule, such as `routing` and `pacing`.
        days: Validation days, at least 1; an interval needs 2.
        share: Largest share of the decisions, above 0, at most 1.
        fallback: Arguments of `simulate` for the policy: rules for what it does not decide; None: the scenario's.

    Raises:
        ValueError: If an argument is not allowed.
    """

    #: Columns of `validation.csv` after the step: days; decisions of all validations so far; mean reward of a day; its
    #: paired difference to the rule's with a 95 % interval; the same for the KPIs. Undefined figures are nan.
    COLUMNS = (
        "days", "decisions", "reward", "difference", "low", "high",
        *(f"{name}{end}" for name in (*KPIS, "dropped_share")
          for end in ("", "_difference", "_low", "_high")),
    )  # fmt: skip

    def __init__(
        self,
        scenario: Scenario,
        rule: Mapping[str, Any],
        *,
        days: int = 8,
        share: float = 0.15,
        fallback: Mapping[str, Any] | None = None,
    ) -> None:
        self.scenario, self._rule, self._fallback = scenario, dict(rule), dict(fallback or {})
        self.days = whole("days", days, 1)
        self.share = real("share", share)
        if not 0.0 < self.share <= 1.0:
            raise ValueError(f"share = {share!r}; allowed: above 0, at most 1")
        self._seeds = seeds("validation", self.days)
        self._columns = [*KPIS, *share_columns(scenario)]
        self._baseline: KpiTable | None = None
        self.decisions = 0

    def go_on(self, rows: list[dict[str, float]]) -> None:
        """Go on after an interruption, with the rows kept so far."""
        self.decisions = int(rows[-1]["decisions"]) if rows else 0

    def due(self, steps: int) -> bool:
        """Return whether a validation may run after so many decisions of the training."""
        return self.decisions + self._next_decisions() <= self.share * steps

    def _next_decisions(self) -> int:
        """Return the decisions of the next validation, as many as the rule makes, once the rule has run."""
        if self._baseline is None:
            self._baseline = self._run(**self._rule)
        return int(self._baseline["n_decisions"].sum())

    def _run(self, **arguments: Any) -> KpiTable:
        columns = [*self._columns, "n_decisions", *reward_columns(self.scenario)]
        return simulate(self.scenario, seeds=self._seeds, kpis=columns, **arguments)

    def figures(self, policy: TorchPolicy) -> dict[str, float]:
        """Run the policy on the days; return its figures by the names of `COLUMNS`."""
        self._next_decisions()
        assert self._baseline is not None
        table, rule = self._run(policy=policy, **self._fallback), self._baseline
        self.decisions += int(table["n_decisions"].sum())
        rewards = episode_rewards(self.scenario, table)
        difference = mean_difference(rewards, episode_rewards(self.scenario, rule))
        found = dict.fromkeys(self.COLUMNS, np.nan) | {
            "days": float(self.days),
            "decisions": float(self.decisions),
            "reward": float(rewards.mean()),
            "difference": difference.value,
            "low": difference.low,
            "high": difference.high,
        }
        columns = {name: name for name in KPIS}
        if self.scenario.campaigns:
            columns["dropped_share"] = share_column(self.scenario, table)
        for name, column in columns.items():
            apart = paired_difference(table, rule, column)
            found |= {
                name: table.summary(kpis=[column])[column].value,
                f"{name}_difference": apart.value,
                f"{name}_low": apart.low,
                f"{name}_high": apart.high,
            }
        return found
