"""Evolution strategies over a small network, whose candidates run inside the kernel.

Method: natural evolution strategies with antithetic candidates, centred ranks and Adam (Salimans et al. 2017,
"Evolution Strategies as a Scalable Alternative to Reinforcement Learning"). All candidates of a generation run the same
fresh training days: common random numbers. Weights are in units of the spread of their layer, so that one step fits
layers of any width. The mean of the search acts. It needs the simulator's kernel and no gradient of the network.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from agents.base import Iteration
from agents.common.days import generation_days, length_s
from agents.common.demonstration import Demonstration
from agents.common.dual import Dual, DualSettings
from agents.common.policy import MaskedActor, Standardise
from agents.common.warm_start import CloneSettings, clone_rule
from ccenv.integrations.semi_markov import RewardRate, TimeScales
from ccenv.policy import NetPolicy
from ccenv.policy.exploring import Actor, Explorer

ROWS = 16
BETA_1, BETA_2, TINY = 0.9, 0.99, 1e-8  # of Adam


@dataclass(frozen=True)
class EvolutionSettings:
    """How the strategy goes.

    Attributes:
        pairs: Antithetic pairs of candidates in a generation, at least 1.
        days: Training days of a generation, at least 1.
        spread: Standard deviation of a candidate's weights, in spreads of their layer, above 0.
        rate: Step of the mean in a generation, in spreads of the layer, above 0; it falls linearly to 0.
        hidden: Widths of the two tanh layers.
        dual: How a price of drops is adapted.
    """

    pairs: int = 16
    days: int = 8
    spread: float = 0.1
    rate: float = 0.05
    hidden: tuple[int, int] = (16, 16)
    dual: DualSettings = field(default_factory=DualSettings)

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            ValueError: If a number is not allowed.
        """
        for name in ("pairs", "days"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} = {getattr(self, name)!r}; allowed: 1 or more")
        for name in ("spread", "rate"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"{name} = {getattr(self, name)!r}; allowed: above 0")


def centred_ranks(values: np.ndarray) -> np.ndarray:
    """Return ranks scaled to [-0.5, 0.5], the largest value last; equal values share the mean of their ranks."""
    ordered, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts + 1) / 2.0)[which].reshape(values.shape)
    return np.asarray(ranks / max(values.size - 1, 1) - 0.5)


class Evolution:
    """Evolution strategies behind the interface `agents.base.Learner`.

    Args:
        batch: The batch whose run the policy acts in.
        scales: Time constants; not used, because whole episodes are compared.
        settings: How the strategy goes.
        seed: Of weights, candidates and training days.
    """

    def __init__(self, batch: Any, scales: TimeScales, settings: EvolutionSettings, seed: int) -> None:
        torch.manual_seed(seed)
        self.settings, self.seed, self.run = settings, seed, batch.run
        self.rng = np.random.default_rng(seed)
        self.options = {"owns": batch.run.owns, "reserves": batch.scenario.reserves, "actions": batch.run.actions}
        self.actor = MaskedActor.build(batch.n_obs, settings.hidden, batch.n_actions)
        self.trial = MaskedActor.build(batch.n_obs, settings.hidden, batch.n_actions)
        self.dual = Dual(batch.scenario, settings.dual)
        self.day_s, self.rate = length_s(batch), RewardRate()
        self.generation, self.spent = 0, 0
        self._begin()
        self.explorer = Explorer(batch.run, None, Actor(self._policy(self.start)), min(ROWS, settings.days))

    def _begin(self) -> None:
        """Search from the present weights of the actor."""
        weights = [part.detach() for part in self.actor.parameters()]
        self.start = parameters_to_vector(weights).numpy().copy()
        width = [float(part.square().mean().sqrt()) for part in weights]
        spreads = [
            np.full(part.numel(), max(own, width[k - 1] if part.dim() == 1 else 0.0))  # a bias: at least its layer's
            for k, (part, own) in enumerate(zip(weights, width, strict=True))
        ]
        self.spreads = np.concatenate(spreads)
        self.mean, self.first, self.second = (np.zeros(len(self.start)) for _ in range(3))

    def _weights(self, moved: np.ndarray) -> np.ndarray:
        return (self.start + self.spreads * moved).astype(np.float32)

    def _policy(self, weights: np.ndarray) -> NetPolicy:
        """Return a network with the actor's first layer and other weights, for the kernel."""
        first: Any = self.actor.body
        other: Any = self.trial.body
        own, trial = first[0], other[0]
        assert isinstance(own, Standardise)
        trial.load_state_dict(own.state_dict())
        vector_to_parameters(torch.from_numpy(weights), self.trial.parameters())
        policy = self.trial.compiled(**self.options)
        assert policy is not None
        return policy

    def _paid(self, moved: np.ndarray, days: np.ndarray) -> np.ndarray:
        self.explorer.replace(self._policy(self._weights(moved)))
        return self.explorer.paid(days)

    @property
    def steps(self) -> int:
        """Decisions of all candidates so far."""
        return self.spent

    def warm_start(self, demonstration: Demonstration, settings: CloneSettings, seed: int) -> dict[str, float]:
        """Set the first layer from a demonstration, imitate the rule, and search from there."""
        body: Any = self.actor.body
        body[0].fit(demonstration.obs)
        figures = clone_rule(self.actor, demonstration, settings, seed)
        self._begin()
        return figures

    def iterate(self, done: float) -> Iteration:
        """Run one generation."""
        settings, before = self.settings, self.explorer.decisions
        days = generation_days(self.seed, self.generation, settings.days)
        noise = self.rng.standard_normal((settings.pairs, len(self.mean)))
        self.explorer.pay_as(self.dual.priced(self.run))
        both = [self.mean + sign * settings.spread * each for sign in (1.0, -1.0) for each in noise]
        paid = np.stack([self._paid(each, days) for each in both])
        values = paid[:, :, 0].mean(axis=1)
        self._step(noise, values, settings.rate * (1.0 - done))
        self.generation += 1
        vector_to_parameters(torch.from_numpy(self._weights(self.mean)), self.actor.parameters())
        reward, cost, base = paid.sum(axis=(0, 1)).tolist()
        own = reward + self.dual.price * (cost - self.dual.target * base)
        self.dual.update(own, cost, base)
        if self.dual.due:
            self.dual.calibrate(*self._paid(self.mean, self.dual.days())[:, 1:].sum(axis=0).tolist())
        made = self.explorer.decisions - before
        self.spent += made
        n, figures = paid.shape[0] * paid.shape[1], self.dual.figures
        self.rate.add(own, self.day_s * n)
        figures |= {"mean": float(values.mean()), "best": float(values.max()), "moved": float(np.std(self.mean))}
        return Iteration(made, own, self.day_s * n, n, self.rate.per_s, figures)

    def _step(self, noise: np.ndarray, values: np.ndarray, rate: float) -> None:
        """Move the mean along the gradient that the ranks of the candidates estimate."""
        ranks = centred_ranks(values)
        gradient = (ranks[: len(noise)] - ranks[len(noise) :]) @ noise / (2.0 * len(noise) * self.settings.spread)
        k = self.generation + 1
        self.first = BETA_1 * self.first + (1.0 - BETA_1) * gradient
        self.second = BETA_2 * self.second + (1.0 - BETA_2) * gradient**2
        scaled = self.first / (1.0 - BETA_1**k) / (np.sqrt(self.second / (1.0 - BETA_2**k)) + TINY)
        self.mean = self.mean + rate * scaled

    def state(self) -> dict[str, Any]:
        """Weights, moments, generator and counts."""
        arrays = {name: torch.from_numpy(getattr(self, name).copy()) for name in _ARRAYS}
        return {
            "actor": self.actor.state_dict(), **arrays, "generation": self.generation, "spent": self.spent,
            "rng": self.rng.bit_generator.state, "rate": [self.rate.reward, self.rate.elapsed_s],
            "dual": self.dual.state(),
        }  # fmt: skip

    def load_state(self, state: dict[str, Any]) -> None:
        """Continue from a `state`."""
        self.actor.load_state_dict(state["actor"])
        for name in _ARRAYS:
            setattr(self, name, state[name].numpy())
        self.generation, self.spent = state["generation"], state["spent"]
        self.rng.bit_generator.state = state["rng"]
        self.rate.reward, self.rate.elapsed_s = state["rate"]
        self.dual.load_state(state["dual"])

    def summary(self) -> dict[str, float]:
        """Number of generations and of weights."""
        return {"generations": float(self.generation), "weights": float(len(self.start))}


_ARRAYS = ("start", "spreads", "mean", "first", "second")
