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
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from agents.base import Iteration
from agents.clones.fit import Paired, fit_advantages
from agents.common.days import SEEDS_PER_TRAINING, VALIDATION_SKIP, length_s
from agents.common.demonstration import Demonstration
from agents.common.dual import FIGURES as PRICE
from agents.common.dual import Dual, DualSettings
from agents.common.imitation import build, imitate, standardise
from agents.common.policy import MaskedActor
from agents.common.warm_start import CloneSettings, clone_rule
from ccenv.integrations.semi_markov import RewardRate, TimeScales
from ccenv.policy import NetPolicy
from ccenv.policy.exploring import Actor, Explorer, Kept, Sampling
from ccenv.run.config import run_config
from ccenv.run.draws import with_draws
from ccenv.seeds import seeds

SEEDS_PER_ITERATION, COUNTED = 2**12, 4
FIGURES = ("states", "margin", "gain", "gain_error", "held_out", "held_out_error", "deviates", "agreement", *PRICE)


@dataclasses.dataclass(frozen=True)
class ClonesSettings:
    """How the iteration goes.

    Attributes:
        states: Decisions at which all actions are tried, in an iteration.
        days: Days over which they are spread, about.
        horizon_s: Seconds after which a future ends.
        hold_s: Seconds for which a tried dial, or `hold`, is held; 0: not at all.
        wander: Probability of a random action, so that other states are seen too.
        assign_weight: How many times likelier a decision is tried where the base assigns a contact.
        hidden: Widths of the two layers.
        passes: Passes over the decisions.
        margins: Margins tried, in standard deviations of the differences.
        validation_days: Days on which the margin is chosen.
        imitated: Decisions from which the plain network learns the new policy.
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
    margins: tuple[float, ...] = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)
    validation_days: int = 128
    imitated: int = 150_000
    dual: DualSettings = dataclasses.field(default_factory=DualSettings)


class Clones:
    """Rollout policy iteration behind the interface `agents.base.Learner`.

    Args:
        batch: The batch whose run the policy acts in; its rules are the first base.
        scales: Time constants; not used.
        settings: How the iteration goes.
        seed: Of days, weights and minibatches.
    """

    def __init__(self, batch: Any, scales: TimeScales, settings: ClonesSettings, seed: int) -> None:
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
        self.iteration, self.spent, self.from_rules = 0, 0, True
        self.rate = RewardRate()

    @property
    def steps(self) -> int:
        """Decisions on the days that were run, futures apart."""
        return self.spent

    def warm_start(self, demonstration: Demonstration, settings: CloneSettings, seed: int) -> dict[str, float]:
        """Imitate the rule; the first iteration starts from the rule itself."""
        standardise(self.actor).fit(demonstration.obs)
        return clone_rule(self.actor, demonstration, settings, seed)

    def _explorer(self, actor: Actor) -> Explorer:
        return Explorer(self.dual.priced(self.run), self.dual.priced(self.rules), actor)

    def _base(self) -> NetPolicy | None:
        return None if self.from_rules else self.actor.compiled(**self.options)

    def _days(self) -> np.ndarray:
        skip = self.seed * SEEDS_PER_TRAINING + self.iteration * SEEDS_PER_ITERATION % SEEDS_PER_TRAINING
        return seeds("training", SEEDS_PER_ITERATION, skip=skip)

    def _sampled(self, explorer: Explorer, most: int, **tried: float) -> Iterator[Kept]:
        """Yield parts of about `most` decisions, spread over `settings.days` days."""
        days, weight = self._days(), self.settings.assign_weight
        explorer.values(days[:COUNTED])
        share = min(1.0, most * COUNTED / (max(explorer.decisions, 1) * self.settings.days))
        sampling = Sampling(share, min(1.0, weight * share), seed=self.seed * 1000 + self.iteration, **tried)
        found = 0
        for kept in explorer.sample(days, sampling):
            yield kept
            found += len(kept.own)
            if found >= most:
                return

    def iterate(self, done: float) -> Iteration:
        """Try actions along the base's days, fit the network, choose the margin, and imitate the new policy."""
        settings, base = self.settings, self._base()
        at_base = self._explorer(Actor(base))
        seed = self.seed * 1000 + self.iteration
        tried = {"wander": settings.wander, "horizon_s": settings.horizon_s, "hold_s": settings.hold_s}
        parts = list(self._sampled(at_base, settings.states, **tried))
        names = ("obs", "mask", "own", "run")
        columns = [np.concatenate([getattr(part, name) for part in parts]) for name in names]
        paired = Paired._make([*columns, np.concatenate([part.gain[:, 0] for part in parts])])
        network, figures = fit_advantages(paired, settings.hidden, settings.passes, seed)
        best, gains = self._with_margin(network, base, at_base)
        figures |= {"states": float(len(paired.own)), "margin": best.margin if best else np.nan}
        figures |= {"gain": float(gains.mean()), "gain_error": float(gains.std() / np.sqrt(len(gains)))}
        figures["agreement"] = self._imitate(best, base, seed) if best else np.nan
        self.iteration += 1
        made = at_base.decisions
        self.spent += made
        n_days = int(paired.day.max()) + 1
        paid = at_base.paid(self._days()[:COUNTED])
        own = paid[:, 0] + self.dual.price * (paid[:, 1] - self.dual.target * paid[:, 2])
        self.dual.update(*np.column_stack([own, paid[:, 1:]]).sum(axis=0).tolist())
        if self.dual.due:
            after = self._explorer(Actor(self._base())).paid(self.dual.days())
            self.dual.calibrate(*after[:, 1:].sum(axis=0).tolist())
        reward, elapsed_s = float(own.mean()) * n_days, self.day_s * n_days
        self.rate.add(reward, elapsed_s)
        figures |= self.dual.figures
        return Iteration(made, reward, elapsed_s, n_days, self.rate.per_s, {name: figures[name] for name in FIGURES})

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
            found = self._explorer(Actor(policy, base, over=True)).values(days) - own
            if found.mean() > gains.mean():
                best, gains = policy, found
        return best, gains

    def _imitate(self, policy: NetPolicy, base: NetPolicy | None, seed: int) -> float:
        """Let the plain network imitate the new policy on the new policy's own days; returns the agreement."""
        acting = self._explorer(Actor(policy, base, over=True))
        parts = list(self._sampled(acting, self.settings.imitated, wander=self.settings.wander))
        obs, mask, own = (np.concatenate([getattr(part, name) for part in parts]) for name in ("obs", "mask", "own"))
        if self.from_rules and not np.any(standardise(self.actor).mean.numpy()):
            standardise(self.actor).fit(obs)
        agreement = imitate(self.actor, obs, mask, own, self.settings.passes, seed)
        self.from_rules = False
        return agreement

    def state(self) -> dict[str, Any]:
        """Weights and counts."""
        return {
            "weights": self.actor.state_dict(), "iteration": self.iteration, "spent": self.spent,
            "from_rules": self.from_rules, "rate": [self.rate.reward, self.rate.elapsed_s],
            "dual": self.dual.state(),
        }  # fmt: skip

    def load_state(self, state: dict[str, Any]) -> None:
        """Continue from a `state`."""
        self.actor.load_state_dict(state["weights"])
        self.iteration, self.spent, self.from_rules = state["iteration"], state["spent"], state["from_rules"]
        self.rate.reward, self.rate.elapsed_s = state["rate"]
        self.dual.load_state(state["dual"])

    def summary(self) -> dict[str, float]:
        """Number of iterations."""
        return {"iterations": float(self.iteration)}
