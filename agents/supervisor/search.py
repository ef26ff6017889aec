"""CMA-ES over a supervisor's policy, linear in few features: all candidates set parameters on the same days.

Method: covariance matrix adaptation evolution strategy (Hansen 2016, "The CMA Evolution Strategy: A Tutorial"), with
common random numbers: the candidates of a generation run the same fresh training days. The search starts at the rules
as they are given. The mean of the search acts. It needs whole episodes of chosen seeds, and no gradient.
"""

from __future__ import annotations

import math
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cma
import numpy as np
import torch

from agents.common.days import generation_days, start_days
from agents.common.dual import Dual, DualSettings
from agents.search.learner import FULL_BELOW, Normal
from ccenv.kpis import KPIS, KpiTable
from ccenv.kpis.dropped_share import share_column, share_columns
from ccenv.kpis.kpi import add_up
from ccenv.run.config import RuleChoice, rule_choice
from ccenv.scenarios import Scenario
from ccenv.sim.state.fields import OBSERVED
from ccenv.supervisor import LinearSupervisor, SupervisedDays
from ccenv.supervisor.linear import feature_places

FEATURES = (
    "time_of_day_s", "queue_length", "estimated_wait_s", "arrivals_recent_per_hour", "abandoned_recent_per_hour",
    "idle", "answer_rate",
)  # fmt: skip
STILL = 1e-6  # spread below which a feature counts as constant
LEAST_DAYS = 4  # days on which features are measured


@dataclass(frozen=True)
class SupervisorSettings:
    """How a supervisor's policy is searched.

    Attributes:
        interval_s: Seconds between two decisions.
        features: What the policy sees: numbers of the observation, or fields, averaged over queues, groups or
            campaigns. Those that the centre does not have are left out.
        settable: Parameters that it sets, as `ccenv/Supervisor-v0` takes them; None: all numbers, and no words, that
            the rules declare as settable.
        candidates: Candidates of a generation; 0: 4 + 3 ln n for n weights.
        days: Training days of a generation.
        spread: First step of an action, for a feature one spread from its mean; an action has the length 2.
        drop_gain: Change of the price of drops in a generation, as `DualSettings.gain`; 0: no price. A centre without a
            campaign has none.
        generations: Generations of a training; None: no bound.
        cpu_s: CPU seconds of a training, the choice not included; None: no bound.
        checkpoints: Policies among which one is chosen, evenly spaced, beside the one at the start.
        validation_days: Days on which it is chosen.
    """

    interval_s: float = 60.0
    features: tuple[str, ...] = FEATURES
    settable: tuple[str, ...] | Mapping[str, tuple[float, float]] | None = None
    candidates: int = 0
    days: int = 16
    spread: float = 0.3
    drop_gain: float = 0.3
    generations: int | None = None
    cpu_s: float | None = 120.0
    checkpoints: int = 4
    validation_days: int = 128

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            ValueError: If a value is not allowed.
        """
        least = {"candidates": 0, "days": 1, "drop_gain": 0, "checkpoints": 1, "validation_days": 2}
        for name, low in least.items():
            if not getattr(self, name) >= low:
                raise ValueError(f"{name} = {getattr(self, name)!r}; allowed: {low} or more")
        for name in ("interval_s", "spread", "generations", "cpu_s"):
            value = getattr(self, name)
            if value is not None and not value > 0.0:
                raise ValueError(f"{name} = {value!r}; allowed: above 0")
        if self.generations is None and self.cpu_s is None:
            raise ValueError("generations = None and cpu_s = None; allowed: one of them is a bound")


class SupervisorSearch:
    """The search at one centre.

    Args:
        scenario: The centre.
        settings: How the search goes.
        routing: Routing rule with the parameters of the start.
        pacing: Pacing rule likewise.
        seed: Of the candidates and of the training days.

    Attributes:
        centre: The episodes.
        generation: Generations so far.
        episodes: Episodes so far.

    Raises:
        ValueError: If a setting does not fit the centre.
    """

    def __init__(
        self, scenario: Scenario, settings: SupervisorSettings, routing: RuleChoice, pacing: RuleChoice, seed: int
    ) -> None:
        self.settings, self.seed = settings, seed
        self.rules: dict[str, Any] = named_rules(scenario, routing, pacing)
        self.settable = settings.settable
        if self.settable is None:
            every = SupervisedDays(scenario, settings.interval_s, **self.rules, n=1)
            numbers = [knob.name.partition(":")[0] for knob in every.rows[0].knobs if not knob.n_words]
            self.settable = tuple(dict.fromkeys(numbers))
        n = max(settings.days, LEAST_DAYS)
        self.centre = SupervisedDays(scenario, settings.interval_s, settable=self.settable, **self.rules, n=n)
        self.features = features_here(self.centre.observations, settings.features)
        self.shift, self.scale = np.zeros(len(self.features)), np.ones(len(self.features))
        dual = DualSettings(gain=settings.drop_gain if scenario.centre.campaigns else 0.0)
        self.dual = Dual(scenario, dual)
        self.columns = list(share_columns(scenario)) if scenario.centre.campaigns else []
        self.generation = self.episodes = 0
        n_weights = len(self.centre.parameters) * (1 + len(self.features))
        options = {
            "popsize": settings.candidates or 4 + int(3 * math.log(n_weights)), "verbose": -9, "randn": Normal(seed),
            "seed": np.nan, "CMA_diagonal": 0 if n_weights <= FULL_BELOW else True,
        }  # fmt: skip
        self.strategy: Any = cma.CMAEvolutionStrategy(np.zeros(n_weights), settings.spread, options)

    def measure(self) -> None:
        """Take centre and spread of each feature from training days under the rules as they are given."""
        seen: list[np.ndarray] = []
        at_start = self.policy(np.zeros(self.strategy.N))

        class Noting:
            routing, pacing, settable = at_start.routing, at_start.pacing, at_start.settable

            def steer(self, obs: np.ndarray, state: Any, starts: np.ndarray) -> tuple[np.ndarray, Any]:
                seen.append(at_start.features_of(obs))
                return at_start.steer(obs, state, starts)

        self.centre.run(Noting(), start_days(self.seed)[:LEAST_DAYS], self.columns)
        features = np.concatenate(seen)
        spread = features.std(axis=0)
        self.shift, self.scale = features.mean(axis=0), np.where(spread > STILL, spread, 1.0)

    def policy(self, moved: np.ndarray) -> LinearSupervisor:
        """Return the policy of coordinates of the search: for each parameter the change of the base, then weights."""
        m = len(self.centre.parameters)
        table = np.asarray(moved, np.float64).reshape(m, -1)
        return LinearSupervisor(
            self.centre.scenario.name, self.settings.interval_s, self.rules["routing"], self.rules["pacing"],
            self.settable, self.centre.observations, self.centre.parameters, self.features, self.shift, self.scale,
            self.centre.start + table[:, 0], table[:, 1:],
        )  # fmt: skip

    @property
    def favourite(self) -> np.ndarray:
        """Coordinates of the policy that acts: the mean of the search, at first the start."""
        mean = self.strategy.result.xfavorite if self.generation else np.zeros(self.strategy.N)
        return np.array(mean, np.float64)

    def iterate(self) -> dict[str, float]:
        """Run one generation and return its figures."""
        days = generation_days(self.seed, self.generation, self.settings.days)
        candidates = self.strategy.ask()
        paid = np.stack([self._paid(np.asarray(each), days) for each in candidates])
        values = paid[:, 0] - self.dual.price * (paid[:, 1] - self.dual.target * paid[:, 2])
        self.strategy.tell(candidates, (-values / len(days)).tolist())
        self.generation += 1
        self.dual.update(*paid.sum(axis=0).tolist())
        if self.dual.due:
            self.dual.calibrate(*self._paid(self.favourite, self.dual.days())[1:].tolist())
        rewards = paid[:, 0] / len(days)
        return {
            "generation": float(self.generation), "episodes": float(self.episodes), "mean": float(rewards.mean()),
            "best": float(rewards.max()), "step": float(self.strategy.sigma), **self.dual.figures,
        }  # fmt: skip

    def _paid(self, moved: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Return the sums of reward, drops and connects over days, (3,)."""
        table = self.centre.run(self.policy(moved), days, self.columns)
        self.episodes += len(days)
        return np.array([table["reward"].sum(), *self._drops(table)])

    def _drops(self, table: KpiTable) -> tuple[float, float]:
        if not self.columns:
            return 0.0, 0.0
        kpi = KPIS[share_column(self.centre.scenario, table)]
        above, below = (float(np.sum(add_up(part, table))) for part in (kpi.numerator, kpi.denominator))  # type: ignore[arg-type]
        return above, below

    def state(self) -> dict[str, Any]:
        """Return the state between two generations: tensors and plain values, as `torch.load` admits."""
        dumped = np.frombuffer(self.strategy.pickle_dumps(), np.uint8).copy()
        return {
            "strategy": torch.from_numpy(dumped), "generation": self.generation, "episodes": self.episodes,
            "shift": self.shift.tolist(), "scale": self.scale.tolist(), "dual": self.dual.state(),
        }  # fmt: skip

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Continue from a `state`; the next generation gives the same bits as in the run that saved it."""
        self.strategy = pickle.loads(state["strategy"].numpy().tobytes())
        self.generation, self.episodes = state["generation"], state["episodes"]
        self.shift, self.scale = np.array(state["shift"]), np.array(state["scale"])
        self.dual.load_state(state["dual"])


def named_rules(scenario: Scenario, routing: RuleChoice, pacing: RuleChoice) -> dict[str, Any]:
    """Return both rules as names with parameters, as arguments; None takes the centre's own.

    Raises:
        RuleError: If there is no such rule.
    """
    own = scenario.centre.rules
    return {
        "routing": rule_choice("routing", routing, own.routing), "pacing": rule_choice("pacing", pacing, own.pacing)
    }  # fmt: skip


def features_here(observations: tuple[str, ...], features: tuple[str, ...]) -> tuple[str, ...]:
    """Return the features that a centre has; a declared field without numbers here is left out.

    Raises:
        ValueError: If a feature is no number of the observation and no field, or none is left.
    """
    fields = {name.partition(":")[0] for name in observations}
    elsewhere = {field.name for field in OBSERVED} - fields
    found = tuple(name for name in features if name not in elsewhere)
    if not found:
        raise ValueError(f"features = {list(features)}; allowed: one or more that the centre has")
    feature_places(observations, found)
    return found
