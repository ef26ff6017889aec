"""What learners share that try all actions of a decision on copies of the state, under one hidden future each."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import torch

from agents.common.days import SEEDS_PER_TRAINING, length_s
from agents.common.demonstration import Demonstration
from agents.common.dual import Dual, DualSettings
from agents.common.imitation import build, standardise
from agents.common.policy import MaskedActor
from agents.common.warm_start import CloneSettings, clone_rule
from ccenv.integrations.semi_markov import RewardRate
from ccenv.policy.exploring import Actor, Explorer, Kept, Sampling
from ccenv.run.config import run_config
from ccenv.run.draws import with_draws
from ccenv.seeds import seeds

COUNTED = 4  # days of an iteration on which decisions are counted first


class Paired(NamedTuple):
    """Decisions with rewards of all legal actions under one hidden future each.

    Attributes:
        obs: Observations, (N, K) float32.
        mask: Legal actions, (N, A) bool.
        own: The base's action, (N,).
        day: Number of the day, (N,).
        gain: Reward after each action, (N, A); nan where illegal.
    """

    obs: np.ndarray
    mask: np.ndarray
    own: np.ndarray
    day: np.ndarray
    gain: np.ndarray

    @property
    def centred(self) -> np.ndarray:
        """Rewards less their mean over the legal actions, (N, A); 0 where illegal."""
        legal = np.where(self.mask, self.gain, 0.0)
        mean = legal.sum(axis=1, keepdims=True) / self.mask.sum(axis=1)[:, None]
        return np.where(self.mask, legal - mean, 0.0)


class Account(NamedTuple):
    """Days of an iteration: the first numbers of an `agents.base.Iteration`."""

    n_decisions: int
    reward: float
    elapsed_s: float
    episodes: int
    reward_per_s: float


@dataclasses.dataclass(frozen=True)
class TrialSettings:
    """Which decisions are tried, and what learns from them.

    Attributes:
        states: Decisions at which all actions are tried, in an iteration, about.
        days: Days over which they are spread, about.
        horizon_s: Seconds after which a future ends.
        hold_s: Seconds for which a tried dial, or `hold`, is held; 0: not at all.
        wander: Probability of a random action, so that other states are seen too.
        assign_weight: How many times likelier a decision is tried where the base assigns a contact.
        hidden: Widths of the two ReLU layers of the network.
        passes: Passes over the decisions.
        dual: How a price of drops is adapted.
    """

    states: int = 150_000
    days: int = 300
    horizon_s: float = 500.0
    hold_s: float = 0.0
    wander: float = 0.01
    assign_weight: float = 4.0
    hidden: tuple[int, int] = (64, 64)
    passes: int = 5
    dual: DualSettings = dataclasses.field(default_factory=DualSettings)


class TryingLearner:
    """Base class of learners that try actions on days of a base, and adapt a price of drops.

    Args:
        batch: The batch whose run the policy acts in.
        settings: Which decisions are tried.
        seed: Of days, weights and minibatches.

    Attributes:
        seeds_per_iteration: Training days of an iteration, a power of 2; later iterations have others until the days of
            the training are used up.
        actor: The network that acts.
        iteration: Iterations that are over.
        spent: Decisions on the days that were run, futures apart.
    """

    seeds_per_iteration = 2**12

    def __init__(self, batch: Any, settings: TrialSettings, seed: int) -> None:
        torch.manual_seed(seed)
        self.run, self.settings, self.seed = batch.run, settings, seed
        run, flag = batch.run, batch.scenario.reserves if batch.scenario.campaigns else None
        rules = run_config(
            batch.scenario, owns="rules", routing=run.routing, pacing=run.pacing, reserves=flag, days=run.days,
            reward=run.reward,
        )  # fmt: skip
        self.rules = with_draws(rules, [each.scenario for each in run.draws])
        self.options = {"owns": run.owns, "reserves": batch.scenario.reserves, "actions": run.actions}
        self.actor: MaskedActor = build(batch.n_obs, settings.hidden, batch.n_actions)
        self.day_s, self.dual = length_s(batch), Dual(batch.scenario, settings.dual)
        self.iteration, self.spent = 0, 0
        self.rate = RewardRate()

    @property
    def steps(self) -> int:
        """Decisions on the days that were run, futures apart."""
        return self.spent

    def warm_start(self, demonstration: Demonstration, settings: CloneSettings, seed: int) -> dict[str, float]:
        """Set the first layer from a demonstration, and imitate the rule."""
        standardise(self.actor).fit(demonstration.obs)
        return clone_rule(self.actor, demonstration, settings, seed)

    @property
    def iteration_seed(self) -> int:
        """Seed of the draws of the present iteration."""
        return self.seed * 1000 + self.iteration

    def explorer(self, actor: Actor) -> Explorer:
        """Return an explorer of the run, paid with the present price of drops."""
        return Explorer(self.dual.priced(self.run), self.dual.priced(self.rules), actor)

    def training_days(self) -> np.ndarray:
        """Return the seeds of the training days of the present iteration."""
        n = self.seeds_per_iteration
        return seeds("training", n, skip=self.seed * SEEDS_PER_TRAINING + self.iteration * n % SEEDS_PER_TRAINING)

    def kept(self, explorer: Explorer, most: int, *, tries: bool) -> Iterator[Kept]:
        """Yield parts of about `most` decisions, spread over the days; with `tries`, all actions are tried at them."""
        settings, days = self.settings, self.training_days()
        explorer.values(days[:COUNTED])
        share = min(1.0, most * COUNTED / (max(explorer.decisions, 1) * settings.days))
        sampling = Sampling(share, min(1.0, settings.assign_weight * share), settings.wander, seed=self.iteration_seed)
        if tries:
            sampling = sampling._replace(horizon_s=settings.horizon_s, hold_s=settings.hold_s)
        found = 0
        for kept in explorer.sample(days, sampling):
            yield kept
            found += len(kept.own)
            if found >= most:
                return

    def tried(self, explorer: Explorer, most: int) -> Paired:
        """Return about `most` decisions with all actions tried."""
        parts = list(self.kept(explorer, most, tries=True))
        names = ("obs", "mask", "own", "run")
        columns = [np.concatenate([getattr(part, name) for part in parts]) for name in names]
        return Paired._make([*columns, np.concatenate([part.gain[:, 0] for part in parts])])

    def finish(self, explorer: Explorer, paired: Paired, acting: Callable[[], Explorer]) -> Account:
        """End an iteration: adapt the price of drops, and account for its days.

        Args:
            explorer: Of the base.
            paired: The decisions that were tried.
            acting: Returns an explorer of the policy that acts from now on.
        """
        self.iteration += 1
        made, n_days = explorer.decisions, int(paired.day.max()) + 1
        self.spent += made
        paid = explorer.paid(self.training_days()[:COUNTED])
        own = paid[:, 0] + self.dual.price * (paid[:, 1] - self.dual.target * paid[:, 2])
        self.dual.update(*np.column_stack([own, paid[:, 1:]]).sum(axis=0).tolist())
        if self.dual.due:
            self.dual.calibrate(*acting().paid(self.dual.days())[:, 1:].sum(axis=0).tolist())
        reward, elapsed_s = float(own.mean()) * n_days, self.day_s * n_days
        self.rate.add(reward, elapsed_s)
        return Account(made, reward, elapsed_s, n_days, self.rate.per_s)

    def state(self) -> dict[str, Any]:
        """Weights, counts and the price of drops."""
        return {
            "weights": self.actor.state_dict(), "iteration": self.iteration, "spent": self.spent,
            "rate": [self.rate.reward, self.rate.elapsed_s], "dual": self.dual.state(),
        }  # fmt: skip

    def load_state(self, state: dict[str, Any]) -> None:
        """Continue from a `state`."""
        self.actor.load_state_dict(state["weights"])
        self.iteration, self.spent = state["iteration"], state["spent"]
        self.rate.reward, self.rate.elapsed_s = state["rate"]
        self.dual.load_state(state["dual"])

    def summary(self) -> dict[str, float]:
        """Number of iterations."""
        return {"iterations": float(self.iteration)}
