"""Rollout policy iteration with paired futures: a network is fitted to what each action gains over the base's own.

Method: rollout classification policy iteration (Lagoudakis and Parr 2003; Dimitrakakis and Lagoudakis 2008) with common
random numbers ("vine" rollouts of Schulman et al. 2015, TRPO). At sampled decisions the state is copied for each legal
action, the action is forced, and the base goes on under one hidden future. A network is fitted to the differences in
reward. The new policy takes the network's best action, with a margin in favour of the base's own. The margin is chosen
on validation days. A plain network then imitates the new policy and is the base of the next iteration. It needs the
simulator's kernel, which copies states; PPO does not.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from agents.base import Iteration
from agents.clones.fit import fit_advantages
from agents.common.days import VALIDATION_SKIP
from agents.common.dual import FIGURES as PRICE
from agents.common.imitation import imitate, standardise
from agents.common.policy import MaskedActor
from agents.common.tried import TrialSettings, TryingLearner
from ccenv.integrations.semi_markov import TimeScales
from ccenv.policy import NetPolicy
from ccenv.policy.exploring import Actor, Explorer
from ccenv.seeds import seeds

FIGURES = ("states", "margin", "gain", "gain_error", "held_out", "held_out_error", "deviates", "agreement", *PRICE)


@dataclasses.dataclass(frozen=True)
class ClonesSettings(TrialSettings):
    """How the iteration goes, beside what `TrialSettings` says.

    Attributes:
        margins: Margins tried, in standard deviations of the differences.
        validation_days: Days on which the margin is chosen.
        imitated: Decisions from which the plain network learns the new policy.
    """

    margins: tuple[float, ...] = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)
    validation_days: int = 128
    imitated: int = 150_000


class Clones(TryingLearner):
    """Rollout policy iteration behind the interface `agents.base.Learner`.

    The first iteration starts from the rules of the batch, also after a warm start.

    Args:
        batch: The batch whose run the policy acts in; its rules are the first base.
        scales: Time constants; not used.
        settings: How the iteration goes.
        seed: Of days, weights and minibatches.
    """

    settings: ClonesSettings

    def __init__(self, batch: Any, scales: TimeScales, settings: ClonesSettings, seed: int) -> None:
        super().__init__(batch, settings, seed)
        self.from_rules = True

    def _base(self) -> NetPolicy | None:
        return None if self.from_rules else self.actor.compiled(**self.options)

    def iterate(self, done: float) -> Iteration:
        """Try actions along the base's days, fit the network, choose the margin, and imitate the new policy."""
        settings, base, seed = self.settings, self._base(), self.iteration_seed
        at_base = self.explorer(Actor(base))
        paired = self.tried(at_base, settings.states)
        network, figures = fit_advantages(paired, settings.hidden, settings.passes, seed)
        best, gains = self._with_margin(network, base, at_base)
        figures |= {"states": float(len(paired.own)), "margin": best.margin if best else np.nan}
        figures |= {"gain": float(gains.mean()), "gain_error": float(gains.std() / np.sqrt(len(gains)))}
        figures["agreement"] = self._imitate(best, base, seed) if best else np.nan
        account = self.finish(at_base, paired, lambda: self.explorer(Actor(self._base())))
        figures |= self.dual.figures
        return Iteration(*account, {name: figures[name] for name in FIGURES})

    def _with_margin(
        self, network: MaskedActor, base: NetPolicy | None, at_base: Explorer
    ) -> tuple[NetPolicy | None, np.ndarray]:
        """Return the network with the margin that gains most on validation days, and the gain of each day.

        The network is None if no margin gains anything.
        """
        days = seeds("validation", self.settings.validation_days, skip=VALIDATION_SKIP)
        own = at_base.values(days)
        best, gains = None, np.zeros(len(days))
        for margin in self.settings.margins:
            policy = network.compiled(**self.options, margin=margin)
            assert policy is not None
            found = self.explorer(Actor(policy, base, over=True)).values(days) - own
            if found.mean() > gains.mean():
                best, gains = policy, found
        return best, gains

    def _imitate(self, policy: NetPolicy, base: NetPolicy | None, seed: int) -> float:
        """Let the plain network imitate the new policy on the new policy's own days; returns the agreement."""
        acting = self.explorer(Actor(policy, base, over=True))
        parts = list(self.kept(acting, self.settings.imitated, tries=False))
        obs, mask, own = (np.concatenate([getattr(part, name) for part in parts]) for name in ("obs", "mask", "own"))
        if self.from_rules and not np.any(standardise(self.actor).mean.numpy()):
            standardise(self.actor).fit(obs)
        agreement = imitate(self.actor, obs, mask, own, self.settings.passes, seed)
        self.from_rules = False
        return agreement

    def state(self) -> dict[str, Any]:
        """Weights, counts, and whether the base is still the rules."""
        return {**super().state(), "from_rules": self.from_rules}

    def load_state(self, state: dict[str, Any]) -> None:
        """Continue from a `state`."""
        super().load_state(state)
        self.from_rules = state["from_rules"]
