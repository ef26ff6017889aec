"""One-step look-ahead: the action whose simulated futures under a rule earn most.

At a decision each candidate action is taken in the same possible futures: copies of the centre whose hidden part is
drawn anew (`ccenv.sim.forks`). Behind the action a pair of rules decides for some minutes. The action with the largest
mean reward is taken, unless the difference to that of the rules' own action is within the noise. With an exact mean and
an endless future this is one step of policy iteration, which never makes a rule worse (Bertsekas 2020, "Rollout, Policy
Iteration, and Distributed Reinforcement Learning", chapter 2).
"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np

from ccenv.batch import Batch
from ccenv.loops.batch import ACT, DISABLED, OVER, REST, SUPERVISE
from ccenv.loops.drive import NOTHING
from ccenv.loops.forks import fork_rows
from ccenv.run.config import RuleChoice, RunConfig
from ccenv.run.engine import CapacityError, Engine
from ccenv.scenarios import Scenario
from ccenv.scenarios.offered import offered
from ccenv.sim.state.codes import HOLD
from experiments.planners.base import Planner, future_seeds

SMALL_PER_HOUR = 100.0  # first contacts an hour of a small centre, one without reviews for dialing
PLANS = 200  # instants a day at which a sized look-ahead plans in a larger one


class LookAhead(Planner):
    """One-step look-ahead with a pair of rules behind it.

    Args:
        scenario: The centre.
        routing: The routing rule behind the planner; None: the scenario's.
        pacing: The same for pacing.
        horizon_s: Length of the futures [s].
        futures: Futures of each action, at least 2.
        most: Most actions that are compared; the rules' own and `hold` come first.
        errors: Standard errors of the paired difference by which another action must be better than the rules' own.
        every_s: Least time between two instants at which it plans [s]; the rules decide between them.
    """

    NEEDS: ClassVar[tuple[str, ...]] = ("simulator",)

    def __init__(
        self,
        scenario: Scenario,
        routing: RuleChoice = None,
        pacing: RuleChoice = None,
        *,
        horizon_s: float = 900.0,
        futures: int = 16,
        most: int = 4,
        errors: float = 1.0,
        every_s: float = 0.0,
    ) -> None:
        super().__init__(scenario, routing, pacing)
        for name, value, least in (("futures", futures, 2), ("most", most, 2)):
            if value < least:
                raise ValueError(f"{name} = {value}; allowed: {least} or more")
        if not horizon_s > 0.0:
            raise ValueError(f"horizon_s = {horizon_s}; allowed: a positive number of seconds")
        self.horizon_s, self.futures, self.most, self.errors = horizon_s, futures, most, errors
        self.every_s = every_s
        self._ahead: Ahead | None = None
        self._seen: dict[int, int] = {}
        self._planned_t: dict[int, float] = {}

    @classmethod
    def sized(cls, scenario: Scenario) -> LookAhead:
        """Return a look-ahead that plans at every event of a small centre, and at `PLANS` instants a day of others."""
        centre = scenario.centre
        busiest = float(offered(centre).forecast.sum(axis=0).max(initial=0.0))
        steady, clock = centre.clock.kind == "steady", centre.clock
        length_s = clock.warm_up_s + clock.horizon_s if steady else clock.close_s - clock.open_s
        small = busiest <= SMALL_PER_HOUR and not centre.campaigns
        return cls(scenario, horizon_s=300.0, futures=8, every_s=0.0 if small else round(length_s / PLANS))

    @property
    def settings(self) -> dict[str, float]:
        """The numbers by which it plans."""
        return {name: getattr(self, name) for name in ("horizon_s", "futures", "most", "errors", "every_s")}

    def bind(self, batch: Batch) -> None:
        """Plan for the rows of this batch from now on."""
        super().bind(batch)
        self._ahead, self._seen, self._planned_t = None, {}, {}

    def plan(self, b: int, action: int, snap: Any, mask: np.ndarray, memory: np.ndarray, first: bool) -> int | None:
        """As `Planner.plan`. A review after nothing has happened, and a warm-up, leave the rules' action."""
        assert self.batch is not None
        env = self.batch.engine.envs[b]
        happened = int(env["event_number"])
        same, self._seen[b] = self._seen.get(b) == happened, happened
        candidates = self.candidates(action, mask)
        if env["counting"] == 0 or (same and action == HOLD) or candidates.size < 2:
            return None
        t, last = float(env["t"]), self._planned_t.get(b, -np.inf)
        if last < t < last + self.every_s:
            return None
        self._planned_t[b] = t
        values = self.values(b, candidates, memory)
        if values is None:
            return None
        gains = values - values[0]
        mean, error = gains.mean(axis=1), gains.std(axis=1, ddof=1) / self.futures**0.5
        best = int(np.argmax(np.where(mean > self.errors * error, mean, 0.0)))
        return int(candidates[best])

    def candidates(self, action: int, mask: np.ndarray) -> np.ndarray:
        """Return the actions that are compared, the rules' own first."""
        legal = np.flatnonzero(mask)
        order = [action, *([HOLD] if mask[HOLD] else []), *legal[np.argsort(np.abs(legal - action), kind="stable")]]
        return np.array(list(dict.fromkeys(order))[: self.most], np.int64)

    def values(self, b: int, candidates: np.ndarray, memory: np.ndarray) -> np.ndarray | None:
        """Return the reward of each candidate in each future, (candidates, futures); None if a table is full."""
        assert self.batch is not None
        engine, run = self.batch.engine, self.batch.run
        if self._ahead is None or self._ahead.run.layout is not run.layout:
            self._ahead = Ahead(run, self.most * self.futures)
        env = engine.envs[b]
        keys = future_seeds(int(env["seed_0"]), int(env["n_decisions"]), self.futures)
        try:
            rewards = self._ahead.rewards(
                engine, b, np.repeat(candidates, self.futures), np.tile(keys, candidates.size), memory,
                float(env["t"]) + self.horizon_s,
            )  # fmt: skip
        except CapacityError:
            return None
        return rewards.reshape(candidates.size, self.futures)


class Ahead:
    """Copies of a row: the first action is given, then the run's rules decide up to a time.

    Args:
        run: The run of the row; a policy owns some decisions of it.
        n: Most copies at once.
    """

    def __init__(self, run: RunConfig, n: int) -> None:
        self.run, self.n = run, n
        self._first = Engine(_stopping(run), n)
        rules = _stopping(run)
        rules.config["own"] = NOTHING
        self._then = Engine(rules, n)
        for name in ("words", "envs", "flat", "snaps", "paid"):  # the second goes on where the first has stopped
            setattr(self._then, name, getattr(self._first, name))
        self._then.take_outputs(self._first)

    def rewards(
        self, engine: Engine, b: int, actions: np.ndarray, keys: np.ndarray, memory: np.ndarray, until: float
    ) -> np.ndarray:
        """Return the reward of each copy.

        Args:
            engine: Engine of the row.
            b: The row, at a decision of the policy.
            actions: First action of each copy, (m,), m at most `n`.
            keys: Seed of the future of each copy, (m,) uint64.
            memory: Memory of the rules.
            until: Time at which the copies stop [s].

        Raises:
            CapacityError: If a table is full.
        """
        m = actions.size
        envs = self._first.envs
        for name in ("words", "flat", "masks", "paid"):  # the first action is judged by what the policy has been shown
            getattr(self._first, name)[:m] = getattr(engine, name)[b]
        fork_rows(envs[:m], self.run.config, keys, self._first.outs["u"][:m])
        envs["stop_t"][:m], envs["stopped"][:m], envs["n_given"][:m] = until, 0, 0
        envs["rule_state"][:m, : memory.size] = memory
        rows = np.arange(self.n) < m
        total = self._run(self._first, rows, ACT, np.resize(actions, self.n))
        going = rows & (envs["done"] != OVER)
        return (total + self._run(self._then, going, SUPERVISE, np.zeros(self.n, np.int64)))[:m]

    def _run(self, engine: Engine, rows: np.ndarray, command: int, actions: np.ndarray) -> np.ndarray:
        engine.run_rows(np.where(rows, command, REST), actions, np.zeros(self.n, np.uint64), DISABLED)
        return np.where(rows, engine.outs["reward"], 0.0)


def _stopping(run: RunConfig) -> RunConfig:
    """Return a run of the same centre that pays when it stops at a time."""
    other = dataclasses.replace(run, config=run.config.copy())
    other.config["supervised"] = 1
    return other
