"""Direct policy search: CMA-ES over the weights of an index policy, all candidates on the same days.

Method: covariance matrix adaptation evolution strategy (Hansen 2016, "The CMA Evolution Strategy: A Tutorial"), with
common random numbers: the candidates of a generation run the same fresh training days, so their differences have little
noise. The better half is run on twice as many days as the others (successive halving). The mean of the search acts.
It needs the simulator's kernel, no gradient and no network.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Any

import cma
import numpy as np
import torch

from agents.base import Iteration
from agents.common.demonstration import Demonstration
from agents.common.warm_start import CloneSettings
from agents.search.actor import IndexActor
from agents.search.imitation import imitate
from ccenv.integrations.semi_markov import RewardRate, TimeScales
from ccenv.policy.exploring import Actor, Explorer
from ccenv.policy.index import IndexPolicy
from ccenv.policy.index_form import index_form
from ccenv.seeds import seeds

SEEDS_PER_TRAINING = 2**16
START_DAYS = 32  # days on which the starts are compared
FULL_BELOW = 40  # numbers of weights up to which the whole covariance matrix is adapted at once
ROWS = 16


@dataclass(frozen=True)
class SearchSettings:
    """How the search goes.

    Attributes:
        candidates: Candidates of a generation.
        days: Training days of a generation; the worse half of the candidates runs half of them.
        spread: First step of each weight, in units of its declared spread.
    """

    candidates: int = 14
    days: int = 16
    spread: float = 0.5


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
        self.form = index_form(batch.scenario)
        self.options = {"owns": batch.run.owns, "reserves": batch.scenario.reserves, "actions": batch.run.actions}
        self.actor = IndexActor(batch.n_obs, batch.n_actions, self.form.tables())
        self.explorer = Explorer(batch.run, None, Actor(self._policy(self.form.defaults)), min(ROWS, settings.days))
        clock = batch.scenario.centre.clock
        self.day_s = batch.run.days * (getattr(clock, "close_s", 86_400.0) - getattr(clock, "open_s", 0.0))
        self.rate = RewardRate()
        self.strategy = self._strategy(self.form.defaults)

    def _policy(self, weights: np.ndarray) -> IndexPolicy:
        return IndexPolicy(self.form.tables(weights), **self.options)

    def _strategy(self, start: np.ndarray) -> Any:
        self.start = start
        options = {"popsize": self.settings.candidates, "verbose": -9, "randn": Normal(self.seed), "seed": np.nan,
                   "CMA_diagonal": 0 if len(start) <= FULL_BELOW else True}  # fmt: skip
        return cma.CMAEvolutionStrategy(np.zeros(len(start)), self.settings.spread, options)

    def _weights(self, moved: Any) -> np.ndarray:
        """Return weights from the coordinates of the search."""
        weights: np.ndarray = self.start + np.asarray(moved) * self.form.spreads
        return weights

    def _values(self, weights: np.ndarray, days: np.ndarray) -> np.ndarray:
        self.explorer.replace(self._policy(weights))
        return self.explorer.values(days)

    @property
    def steps(self) -> int:
        """Decisions of all candidates so far."""
        return self.spent

    def warm_start(self, demonstration: Demonstration, settings: CloneSettings, seed: int) -> dict[str, float]:
        """Start from the defaults or from weights that imitate the rule, the better of the two on training days."""
        imitated, agreement = imitate(self.form, demonstration, seed)
        days = seeds("training", START_DAYS, skip=(self.seed + 1) * SEEDS_PER_TRAINING - START_DAYS)
        values = [self._values(weights, days).mean() for weights in (self.form.defaults, imitated)]
        self.strategy = self._strategy(imitated if values[1] >= values[0] else self.form.defaults)
        self.actor.set(self.form.tables(self.start))
        self.explorer.decisions = 0
        return {"agreement": agreement, "start_default": float(values[0]), "start_imitated": float(values[1])}

    def iterate(self, done: float) -> Iteration:
        """Run one generation."""
        n = self.settings.days
        days = seeds(
            "training", n, skip=self.seed * SEEDS_PER_TRAINING + self.generation * n % (SEEDS_PER_TRAINING // 2)
        )
        before = self.explorer.decisions
        candidates = self.strategy.ask()
        first, second = days[: (n + 1) // 2], days[(n + 1) // 2 :]
        values = [self._values(self._weights(each), first) for each in candidates]
        order = np.argsort([-value.mean() for value in values], kind="stable").tolist()
        better = order[: (len(order) + 1) // 2] if len(second) else []
        for k in better:
            values[k] = np.concatenate([values[k], self._values(self._weights(candidates[k]), second)])
        ranked = sorted(better, key=lambda k: -values[k].mean()) + order[len(better) :]
        ranks = np.empty(len(order))
        ranks[ranked] = np.arange(len(order))
        self.strategy.tell(candidates, ranks.tolist())
        self.generation += 1
        self.actor.set(self.form.tables(self._weights(self.strategy.result.xfavorite)))
        made = self.explorer.decisions - before
        self.spent += made
        reward, elapsed_s = float(sum(v.sum() for v in values)), self.day_s * sum(len(v) for v in values)
        self.rate.add(reward, elapsed_s)
        figures = {"best": float(values[ranked[0]].mean()), "step": float(self.strategy.sigma)}
        return Iteration(made, reward, elapsed_s, sum(len(v) for v in values), self.rate.per_s, figures)

    def state(self) -> dict[str, Any]:
        """State of the search: the strategy as bytes, its start, and what was spent."""
        dumped = np.frombuffer(self.strategy.pickle_dumps(), np.uint8).copy()
        return {
            "strategy": torch.from_numpy(dumped), "start": torch.from_numpy(self.start.copy()), "spent": self.spent,
            "generation": self.generation, "rate": [self.rate.reward, self.rate.elapsed_s],
        }  # fmt: skip

    def load_state(self, state: dict[str, Any]) -> None:
        """Continue from a `state`."""
        self.start = state["start"].numpy()
        self.strategy = pickle.loads(state["strategy"].numpy().tobytes())
        self.spent, self.generation = state["spent"], state["generation"]
        self.rate.reward, self.rate.elapsed_s = state["rate"]
        moved = self.strategy.result.xfavorite if self.generation else np.zeros(len(self.start))
        self.actor.set(self.form.tables(self._weights(moved)))

    def summary(self) -> dict[str, float]:
        """Number of generations and of weights."""
        return {"generations": float(self.generation), "weights": float(len(self.start))}
