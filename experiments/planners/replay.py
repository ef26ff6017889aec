"""Replay of the last minutes: the setting of a rule under which what has just happened would have earned most.

Every few minutes the arrivals of the last minutes come again in copies of the present state, and talks last as long as
the recorded ones. The copies run under several reserves of the pacing rule. The reserve whose copies earn most decides
until the next time. The open-source dialer of Impact Dialing chooses its numbers like this, every few seconds from the
last 600 s of dials and conversations; here the whole centre is replayed, and the reward decides.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from ccenv.batch import Batch
from ccenv.loops.batch import DISABLED, SUPERVISE
from ccenv.loops.drive import NOTHING
from ccenv.loops.forks import fork_rows
from ccenv.policy import RulePolicy, State
from ccenv.rules.registry import find_rule
from ccenv.run.config import RuleChoice, RunConfig
from ccenv.run.engine import CapacityError, Engine
from ccenv.run.rule_record import set_params
from ccenv.scenarios import Scenario
from experiments.planners.again import come_again, set_arrivals, set_lengths
from experiments.planners.base import Planner, future_seeds
from experiments.planners.record import Record

PARAMETER = "reserve"
RESERVES = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)


def has_reserve(scenario: Scenario) -> bool:
    """Return whether a centre has campaigns and a pacing rule with a reserve that a replay can set."""
    rule = find_rule("pacing", scenario.centre.rules.pacing.name)
    return bool(scenario.centre.campaigns) and PARAMETER in [param.name for param in rule.params]


class Replay(Planner):
    """Choice among reserves of the pacing rule, every few minutes, by a replay of the last minutes.

    Args:
        scenario: The centre.
        routing: The routing rule; None: the scenario's.
        pacing: The pacing rule, with a parameter `reserve`; None: the scenario's.
        reserves: Reserves that are tried beside that of the rule itself.
        every_s: Time between two choices [s].
        window_s: Length of the record, and of the replay [s].
        futures: Copies under each reserve: what is hidden in the present state is drawn anew in each.

    Attributes:
        cost: As in `Planner`: it plans where it chooses, and `changed` counts choices of another reserve than the own.
        tried: Parameters of the pacing rule under each setting, the rule's own first.
        chosen: Index of the present setting of each row, (B,).
    """

    NEEDS: ClassVar[tuple[str, ...]] = ("simulator", "record")

    def __init__(
        self,
        scenario: Scenario,
        routing: RuleChoice = None,
        pacing: RuleChoice = None,
        *,
        reserves: Sequence[float] = RESERVES,
        every_s: float = 600.0,
        window_s: float = 900.0,
        futures: int = 4,
    ) -> None:
        super().__init__(scenario, routing, pacing)
        if futures < 1:
            raise ValueError(f"futures = {futures}; allowed: 1 or more")
        for key, value in (("every_s", every_s), ("window_s", window_s)):
            if not value > 0.0:
                raise ValueError(f"{key} = {value}; allowed: a positive number of seconds")
        name, params = self.pacing
        defaults = {param.name: param.default for param in find_rule("pacing", name).params}
        if PARAMETER not in defaults:
            raise ValueError(f"pacing = {name}, with {list(defaults)}; allowed: a rule with a parameter {PARAMETER}")
        own = params.get(PARAMETER, defaults[PARAMETER])
        self.tried = [params, *({**params, PARAMETER: value} for value in reserves if value != own)]
        self.rules = [self.rule, *(RulePolicy(scenario, self.routing, (name, each)) for each in self.tried[1:])]
        self.every_s, self.window_s, self.futures = every_s, window_s, futures
        self.chosen = np.zeros(0, np.int64)
        self._records: dict[int, Record] = {}
        self._due_t: dict[int, float] = {}
        self._before: State = None
        self._engines: list[Engine] = []
        self._configs: list[np.ndarray] = []

    @property
    def settings(self) -> dict[str, float]:
        """The numbers by which it plans."""
        return {"every_s": self.every_s, "window_s": self.window_s, "futures": self.futures, "tried": len(self.tried)}

    def bind(self, batch: Batch) -> None:
        """Plan for the rows of this batch from now on."""
        super().bind(batch)
        self.chosen = np.zeros(batch.n, np.int64)
        self._records, self._due_t, self._engines = {}, {}, []

    def act(
        self, obs: np.ndarray, mask: np.ndarray, state: State, u: np.ndarray, starts: np.ndarray
    ) -> tuple[np.ndarray, State]:
        """As `Planner.act`: each row decides by the setting that was chosen for it last."""
        self._before = None if state is None else state.copy()
        actions, memory = super().act(obs, mask, state, u, starts)
        assert memory is not None
        for k in np.unique(self.chosen[self.chosen > 0]).tolist():
            before = None if self._before is None else self._before.copy()
            others, kept = self.rules[k].act(obs, mask, before, u, starts)
            assert kept is not None
            rows = self.chosen == k
            actions[rows], memory[rows] = others[rows], kept[rows]
        return actions, memory

    def plan(self, b: int, action: int, snap: Any, mask: np.ndarray, memory: np.ndarray, first: bool) -> int | None:
        """Note what has happened; choose anew if it is time. The action is the rule's own: `act` changes it."""
        assert self.batch is not None
        env = self.batch.engine.envs[b]
        if first or b not in self._records:
            self._records[b], self._due_t[b], self.chosen[b] = self.new_record(), -np.inf, 0
        record, t = self._records[b], float(env["t"])
        record.look(env)
        if env["counting"] == 0 or not record.whole or t < self._due_t[b]:
            return None
        self._due_t[b] = t + self.every_s
        values = self.values(b, np.zeros_like(memory) if self._before is None or first else self._before[b])
        if values is not None:
            mean = values.mean(axis=1)
            if mean.max() > mean[self.chosen[b]]:
                self.chosen[b] = int(np.argmax(mean))
        self.cost.changed += int(self.chosen[b] > 0)
        return action

    def new_record(self) -> Record:
        """Return an empty record of a row."""
        return Record(len(self.scenario.queues), self.window_s)

    def values(self, b: int, memory: np.ndarray) -> np.ndarray | None:
        """Return the reward of a replay under each setting, (settings, futures); None if a table is full.

        Args:
            b: The row, at a decision.
            memory: Memory of the rules before this decision.
        """
        assert self.batch is not None
        engine, record = self.batch.engine, self._records[b]
        engines = self._copies(self.batch.run)
        env, first = engine.envs[b], engines[0]
        for name in ("words", "flat", "masks", "paid"):
            getattr(first, name)[:] = getattr(engine, name)[b]
        keys = future_seeds(int(env["seed_0"]), int(env["n_decisions"]), self.futures)
        fork_rows(first.envs, self.batch.run.config, keys, first.outs["u"])
        first.envs["stop_t"], first.envs["stopped"], first.envs["n_given"] = float(env["t"]) + self.window_s, 0, 0
        first.envs["rule_state"][:, : memory.size] = memory
        arrivals = record.future()
        for row in range(self.futures):
            come_again(first.envs, row, arrivals)
        for each, config in zip(engines, self._configs, strict=True):
            if each is not first:
                for name in ("words", "flat", "masks", "paid"):
                    getattr(each, name)[:] = getattr(first, name)
                each.outs["u"] = first.outs["u"]
            each.run.config[...] = config
            set_arrivals(each.run.config[0], env["queue"]["n_fresh"], arrivals)
            set_lengths(each.run.config[0], record.lengths())
        try:
            return np.array([self._run(each) for each in engines])
        except CapacityError:
            return None

    def _run(self, engine: Engine) -> np.ndarray:
        everyone = np.full(self.futures, SUPERVISE, np.int64)
        engine.run_rows(everyone, np.zeros(self.futures, np.int64), np.zeros(self.futures, np.uint64), DISABLED)
        return np.array(engine.outs["reward"])

    def _copies(self, run: RunConfig) -> list[Engine]:
        """Return one engine for each setting, with room for the futures."""
        if not self._engines or self._engines[0].run.layout is not run.layout:
            rule = find_rule("pacing", self.pacing[0])
            self._engines = []
            for params in self.tried:
                other = dataclasses.replace(run, config=run.config.copy())
                other.config["own"], other.config["supervised"] = NOTHING, 1
                set_params(other.config[0], "pacing", rule, params, run.scenario)
                self._engines.append(Engine(other, self.futures))
            self._configs = [each.run.config.copy() for each in self._engines]
        return self._engines
