"""Direct policy search: CMA-ES over the weights of an index policy, all candidates on the same days.

Method: covariance matrix adaptation evolution strategy (Hansen 2016, "The CMA Evolution Strategy: A Tutorial"), with
common random numbers: the candidates of a generation run the same fresh training days, so their differences have little
noise. The better half is run on twice as many days as the others (successive halving). The mean of the search acts.
It needs the simulator's kernel, no gradient and no network.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from typing import Any

import cma
import numpy as np
import torch

from agents.base import Iteration
from agents.common.days import generation_days, length_s, start_days
from agents.common.demonstration import Demonstration
from agents.common.dual import Dual, DualSettings
from agents.common.warm_start import CloneSettings
from agents.search.actor import IndexActor
from agents.search.imitation import imitate
from ccenv.integrations.semi_markov import RewardRate, TimeScales
from ccenv.policy.exploring import Actor, Explorer
from ccenv.policy.in_kernel import CompiledPolicy
from ccenv.policy.index import IndexPolicy
from ccenv.policy.index_form import index_form
from ccenv.scenarios import Scenario

FULL_BELOW = 40  # numbers of weights up to which the whole covariance matrix is adapted at once
ROWS = 16


@dataclass(frozen=True)
class SearchSettings:
    """How the search goes.

    Attributes:
        candidates: Candidates of a generation.
        days: Training days of a generation; the worse half of the candidates runs half of them.
        spread: First step of each weight, in units of its declared spread.
        dual: How a price of drops is adapted.
    """

    candidates: int = 14
    days: int = 16
    spread: float = 0.5
    dual: DualSettings = field(default_factory=DualSettings)


class Normal:
    """Normal random numbers with a state of their own, for `cma`: it would use NumPy's global ones."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def __call__(self, *shape: int) -> np.ndarray:
        """Return an array of normal numbers."""
        return self.rng.standard_normal(shape)


class Search:
    """The search behind the interface `agents.base.Learner`.

    Args:
        batch: The batch whose run the policy acts in.
        scales: Time constants; not used, because whole episodes are compared.
        settings: How the search goes.
        seed: Of the candidates and of the training days.
    """

    def __init__(self, batch: Any, scales: TimeScales, settings: SearchSettings, seed: int) -> None:
        self.settings, self.seed, self.generation, self.spent = settings, seed, 0, 0
        self.form = self._form(batch.scenario)
        self.moved = self.form.moved_by(batch.run.owns)
        self.options = {"owns": batch.run.owns, "reserves": batch.scenario.reserves, "actions": batch.run.actions}
        self.actor = self._network(batch.n_obs, batch.n_actions)
        self.explorer = Explorer(batch.run, None, Actor(self._policy(self.form.defaults)), min(ROWS, settings.days))
        self.day_s, self.rate = length_s(batch), RewardRate()
        self.run, self.dual = batch.run, Dual(batch.scenario, settings.dual)
        self.strategy = self._strategy(self.form.defaults)

    def _form(self, scenario: Scenario) -> Any:
        """Return what the policies of this search compute; a search over other policies has another form."""
        return index_form(scenario)

    def _network(self, n_obs: int, n_actions: int) -> Any:
        return IndexActor(n_obs, n_actions, self.form.tables())

    def _policy(self, weights: np.ndarray) -> CompiledPolicy:
        return IndexPolicy(self.form.tables(weights), **self.options)

    def _imitated(self, demonstration: Demonstration, seed: int) -> tuple[np.ndarray, float]:
        return imitate(self.form, demonstration, seed)

    def _strategy(self, start: np.ndarray) -> Any:
        self.start = start
        options = {"popsize": self.settings.candidates, "verbose": -9, "randn": Normal(self.seed), "seed": np.nan,
                   "CMA_diagonal": 0 if len(self.moved) <= FULL_BELOW else True}  # fmt: skip
        return cma.CMAEvolutionStrategy(np.zeros(len(self.moved)), self.settings.spread, options)

    def _weights(self, moved: Any) -> np.ndarray:
        """Return weights from the coordinates of the search."""
        weights: np.ndarray = self.start.copy()
        weights[self.moved] += np.asarray(moved) * self.form.spreads[self.moved]
        return weights

    def _paid(self, weights: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Return reward, drops and connects of each day, (R, 3)."""
        self.explorer.replace(self._policy(weights))
        return self.explorer.paid(days)

    def _values(self, weights: np.ndarray, days: np.ndarray) -> np.ndarray:
        return self._paid(weights, days)[:, 0]

    @property
    def steps(self) -> int:
        """Decisions of all candidates so far."""
        return self.spent

    def warm_start(self, demonstration: Demonstration, settings: CloneSettings, seed: int) -> dict[str, float]:
        """Start from the defaults or from weights that imitate the rule, the better of the two on training days."""
        imitated, agreement = self._imitated(demonstration, seed)
        days = start_days(self.seed)
        values = [self._values(weights, days).mean() for weights in (self.form.defaults, imitated)]
        self.strategy = self._strategy(imitated if values[1] >= values[0] else self.form.defaults)
        self.actor.set(self.form.tables(self.start))
        self.explorer.decisions = 0
        return {"agreement": agreement, "start_default": float(values[0]), "start_imitated": float(values[1])}

    def iterate(self, done: float) -> Iteration:
        """Run one generation."""
        n = self.settings.days
        days = generation_days(self.seed, self.generation, n)
        before = self.explorer.decisions
        self.explorer.pay_as(self.dual.priced(self.run))
        candidates = self.strategy.ask()
        first, second = days[: (n + 1) // 2], days[(n + 1) // 2 :]
        paid = [self._paid(self._weights(each), first) for each in candidates]
        order = np.argsort([-each[:, 0].mean() for each in paid], kind="stable").tolist()
        better = order[: (len(order) + 1) // 2] if len(second) else []
        for k in better:
            paid[k] = np.concatenate([paid[k], self._paid(self._weights(candidates[k]), second)])
        ranked = sorted(better, key=lambda k: -paid[k][:, 0].mean()) + order[len(better) :]
        ranks = np.empty(len(order))
        ranks[ranked] = np.arange(len(order))
        self.strategy.tell(candidates, ranks.tolist())
        self.generation += 1
        self.actor.set(self.form.tables(self._weights(self.strategy.result.xfavorite)))
        figures = {"best": float(paid[ranked[0]][:, 0].mean()), "step": float(self.strategy.sigma)}
        reward = self._adapt(np.concatenate(paid).sum(axis=0))
        made = self.explorer.decisions - before
        self.spent += made
        ran = sum(map(len, paid))
        self.rate.add(reward, self.day_s * ran)
        return Iteration(made, reward, self.day_s * ran, ran, self.rate.per_s, {**figures, **self.dual.figures})

    def _adapt(self, paid: np.ndarray) -> float:
        """Adapt the price of drops to the sums of a generation; returns the own reward in them."""
        reward, cost, base = paid.tolist()
        own = float(reward + self.dual.price * (cost - self.dual.target * base))
        self.dual.update(own, cost, base)
        if self.dual.due:
            favorite = self._weights(self.strategy.result.xfavorite)
            self.dual.calibrate(*self._paid(favorite, self.dual.days())[:, 1:].sum(axis=0).tolist())
        return own

    def state(self) -> dict[str, Any]:
        """State of the search: the strategy as bytes, its start, and what was spent."""
        dumped = np.frombuffer(self.strategy.pickle_dumps(), np.uint8).copy()
        return {
            "strategy": torch.from_numpy(dumped), "start": torch.from_numpy(self.start.copy()), "spent": self.spent,
            "generation": self.generation, "rate": [self.rate.reward, self.rate.elapsed_s],
            "dual": self.dual.state(),
        }  # fmt: skip

    def load_state(self, state: dict[str, Any]) -> None:
        """Continue from a `state`."""
        self.start = state["start"].numpy()
        self.strategy = pickle.loads(state["strategy"].numpy().tobytes())
        self.spent, self.generation = state["spent"], state["generation"]
        self.rate.reward, self.rate.elapsed_s = state["rate"]
        self.dual.load_state(state["dual"])
        moved = self.strategy.result.xfavorite if self.generation else np.zeros(len(self.moved))
        self.actor.set(self.form.tables(self._weights(moved)))

    def summary(self) -> dict[str, float]:
        """Number of generations and of weights."""
        return {"generations": float(self.generation), "weights": float(len(self.start))}
