"""Whole episodes of a supervisor's policy on given seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from ccenv.files.numbers import different, seed_numbers
from ccenv.kpis import KpiTable, kpi_table, with_column
from ccenv.rewards.sums import episode_rewards, reward_columns
from ccenv.run.config import RuleChoice
from ccenv.run.engine import own_counters
from ccenv.scenarios import Scenario
from ccenv.scenarios.schema import Reserves
from ccenv.spaces.observation import observation_names
from ccenv.supervisor.rows import Row, Settable, checked_action

ROWS = 32  # episodes that run side by side, so that a policy decides for all of them at once


class SupervisorPolicy(Protocol):
    """A policy that sets parameters of rules. It may have `enter`, too, which is told the interface before it decides.

    Attributes:
        routing: Routing rule whose parameters it sets; None: the scenario's.
        pacing: The same for pacing.
        settable: The parameters, as `ccenv/Supervisor-v0` takes them.
    """

    routing: RuleChoice
    pacing: RuleChoice
    settable: Settable

    def steer(self, obs: np.ndarray, state: Any, starts: np.ndarray) -> tuple[np.ndarray, Any]:
        """Decide for B rows; a row must not depend on the others.

        Args:
            obs: Observations of `ccenv/Supervisor-v0`, (B, K + M) float32.
            state: What the last call returned; None at the first call.
            starts: Whether a row is at the first decision of an episode, (B,) bool.

        Returns:
            Actions of `ccenv/Supervisor-v0`, (B, M), and the policy's memory.
        """
        ...


class SupervisedDays:
    """Episodes of one centre under rules whose parameters a policy sets; the rows are kept for further policies.

    Args:
        scenario: A scenario, or a source that `load_scenario` accepts.
        interval_s: Seconds between two decisions.
        settable: The parameters that are set; None: all that the rules declare as settable.
        routing: Routing rule; None: the scenario's.
        pacing: Pacing rule; None: the scenario's.
        reserves: The campaigns' flag, as in `ccenv.simulate`.
        days: Days of an episode; None: the scenario's.
        reward: Preset or weights; None: the scenario's.
        n: Episodes that run side by side.

    Attributes:
        parameters: The numbers that are set, with their bounds, in the order of an action.
        observations: Names of the numbers of an observation: those of the centre, then the parameters.
        start: The action that keeps the parameters as they are given, (M,).

    Raises:
        ValueError: If an argument is not allowed.
    """

    def __init__(
        self,
        scenario: Scenario | str | Mapping[str, Any],
        interval_s: float,
        *,
        settable: Settable = None,
        routing: RuleChoice = None,
        pacing: RuleChoice = None,
        reserves: Reserves | None = None,
        days: int | None = None,
        reward: str | Mapping[str, Any] | None = None,
        n: int = ROWS,
    ) -> None:
        first = Row(scenario, interval_s, settable, reward, days, routing, pacing, reserves)
        self.scenario = first.scenario
        self.reward = self.scenario.reward if reward is None else reward
        self.rows = [first, *(first.copy() for _ in range(n - 1))]
        self.parameters = {knob.name: (knob.low, knob.high) for knob in first.knobs}
        self.observations = (*observation_names(self.scenario), *self.parameters)
        self.start = np.array([
            (2.0 * value + 1.0) / knob.n_words - 1.0 if knob.n_words
            else 2.0 * (value - knob.low) / (knob.high - knob.low) - 1.0
            for knob, value in zip(first.knobs, first.values.tolist(), strict=True)
        ])  # fmt: skip

    def run(self, policy: SupervisorPolicy, seeds: Iterable[int], kpis: Sequence[str] | None = None) -> KpiTable:
        """Run one episode for each seed and return the KPIs, with the column `reward`.

        Args:
            policy: The policy; `steer` alone is asked.
            seeds: Different whole numbers below 2**64. A seed gives the contacts that it gives in `ccenv.simulate`.
            kpis: Columns, as in `ccenv.simulate`.

        Raises:
            ValueError: If an argument is not allowed, or the policy returns no finite numbers of shape (B, M).
        """
        keys = seed_numbers("seeds", seeds)
        different("seeds", keys)
        counted: list[dict[str, np.ndarray]] = []
        decisions: list[int] = []
        for first in range(0, keys.size, len(self.rows)):
            rows = self.rows[: len(keys[first : first + len(self.rows)])]
            self._play(policy, rows, keys[first : first + len(rows)])
            counted += [own_counters(row.engine.counters(), row.engine.run) for row in rows]
            decisions += [int(row.engine.envs["n_decisions"][0]) for row in rows]
        totals = {axis: np.concatenate([each[axis] for each in counted]) for axis in counted[0]}
        wanted = None if kpis is None else [*kpis, *reward_columns(self.scenario, self.reward)]
        table = kpi_table(
            self.scenario, totals, keys, n_decisions=np.array(decisions), dials=self.rows[0].run.dials, kpis=wanted
        )
        return with_column(table, "reward", episode_rewards(self.scenario, table, self.reward))

    def _play(self, policy: SupervisorPolicy, rows: Sequence[Row], keys: np.ndarray) -> None:
        """Run one episode in each row; a row that is over waits for the others."""
        for row, key in zip(rows, keys.tolist(), strict=True):
            row.reset(key)
        obs = np.stack([row.obs for row in rows])
        running, starts = np.ones(len(rows), np.bool_), np.ones(len(rows), np.bool_)
        state: Any = None
        while running.any():
            given, state = policy.steer(obs, state, starts)
            actions = checked_action(given, (len(rows), len(self.parameters)))
            starts = np.zeros(len(rows), np.bool_)
            for k in np.flatnonzero(running).tolist():
                _, terminated, truncated, _ = rows[k].step(actions[k])
                running[k] = not (terminated or truncated)
                obs[k] = rows[k].obs


def supervise(
    scenario: Scenario | str | Mapping[str, Any],
    policy: SupervisorPolicy,
    *,
    seeds: Iterable[int],
    interval_s: float,
    reserves: Reserves | None = None,
    days: int | None = None,
    reward: str | Mapping[str, Any] | None = None,
    kpis: Sequence[str] | None = None,
) -> KpiTable:
    """Run a supervisor's policy, one episode for each seed, and return the KPIs, as `ccenv.simulate` does for others.

    The arguments are those of `SupervisedDays`; rules and parameters are the policy's own.

    Raises:
        ValueError: If an argument is not allowed, or the policy does not fit the centre.
    """
    keys = seed_numbers("seeds", seeds)
    centre = SupervisedDays(
        scenario, interval_s, settable=policy.settable, routing=policy.routing, pacing=policy.pacing,
        reserves=reserves, days=days, reward=reward, n=max(1, min(ROWS, keys.size)),
    )  # fmt: skip
    enter = getattr(policy, "enter", None)
    if enter is not None:
        enter(centre.observations, centre.parameters)
    return centre.run(policy, keys, kpis)
