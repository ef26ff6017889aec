"""A price of drops that a learner adapts, so that the dropped share keeps the scenario's limit.

Method: Lagrangian relaxation with dual ascent (Altman 1999, "Constrained Markov Decision Processes"). The learner
maximises reward - price * (cost - target * base), where cost over base is the dropped share. After each iteration the
price rises if the share of its training days is above the target, and falls if it is below. The share of the final
policy differs from that of the candidates in training. So the target itself moves: every few iterations the policy that
acts runs validation days, and the target moves against its excess over the share that is aimed at: the limit, less a
margin.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from agents.common.days import VALIDATION_SKIP
from ccenv.integrations.safety import drop_limit
from ccenv.run.config import RunConfig
from ccenv.seeds import seeds

FIGURES = ("drop_price", "drop_target", "drop_share")
LEAST_TARGET = 0.5  # of the aim
SKIP = 2**12  # margins of `clones` are chosen on the days before


@dataclass(frozen=True)
class DualSettings:
    """How the price of drops is adapted.

    Attributes:
        gain: Largest change of the price in an iteration, in rewards of a connect: for no drops, and for a share twice
            the target or more; 0: the reward stays as it is.
        every: Iterations between two calibrations of the target on validation days; 0: none, the target stays.
        days: Validation days of a calibration.
        margin: Part of the limit that the policy stays below it, 0 to below 1.
    """

    gain: float = 0.0
    every: int = 5
    days: int = 64
    margin: float = 0.0

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises:
            ValueError: If a number is not allowed.
        """
        least = {"gain": 0, "every": 0, "days": 1}
        for name, low in least.items():
            if not getattr(self, name) >= low:
                raise ValueError(f"dual.{name} = {getattr(self, name)!r}; allowed: {low} or more")
        if not 0.0 <= self.margin < 1.0:
            raise ValueError(f"dual.margin = {self.margin!r}; allowed: 0 to below 1")


class Dual:
    """Price and target of a training.

    Args:
        scenario: The centre.
        settings: How they are adapted.

    Attributes:
        aim: Dropped share that the acting policy is to have: the limit less its margin.
        price: Reward that a drop costs beside what the scenario's reward takes.
        target: Dropped share that the price steers to.
        share: Share of the last iteration.

    Raises:
        ValueError: If the price is to be adapted and the centre has no campaign.
    """

    def __init__(self, scenario: Any, settings: DualSettings) -> None:
        self.settings, self.active = settings, settings.gain > 0.0
        if self.active and not scenario.centre.campaigns:
            raise ValueError(f"dual.gain = {settings.gain:g}: {scenario.name} has no campaign; allowed: 0")
        self.aim = (1.0 - settings.margin) * drop_limit(scenario) if self.active else 1.0
        self.price, self.target, self.share = 0.0, self.aim, np.nan
        self.iterations = 0

    def priced(self, run: RunConfig) -> RunConfig:
        """Return the run with the present price in its reward; the run itself if the price is 0."""
        if self.price == 0.0:
            return run
        config = run.config.copy()
        record: Any = config[0]
        n = int(record["n_terms"])
        over = record["term_cost"][:n] - self.target * record["term_cost_base"][:n]
        record["term_reward"][:n] -= self.price * over
        return dataclasses.replace(run, config=config, draws=tuple(self.priced(each) for each in run.draws))

    def update(self, reward: float, cost: float, base: float) -> None:
        """Adapt the price to the sums of an iteration's training days: own reward, drops, and connects."""
        self.iterations += 1
        self.share = cost / base if base > 0.0 else np.nan
        if self.active and base > 0.0:
            unit = abs(reward) / base  # reward of a connect: it makes the gain free of units
            excess = min(1.0, self.share / self.target - 1.0)  # as large up as down, or the price overshoots for long
            self.price = max(0.0, self.price + self.settings.gain * unit * excess)

    @property
    def due(self) -> bool:
        """Whether the target is to be calibrated now."""
        return self.active and self.settings.every > 0 and self.iterations % self.settings.every == 0

    def days(self) -> np.ndarray:
        """Return the seeds of the validation days of a calibration: other ones than those of a choice."""
        return seeds("validation", self.settings.days, skip=VALIDATION_SKIP + SKIP)

    def calibrate(self, cost: float, base: float) -> None:
        """Move the target by half of what the acting policy's share on validation days lacks to the aim."""
        if base > 0.0:
            moved = self.target + 0.5 * (self.aim - cost / base)
            self.target = min(self.aim, max(LEAST_TARGET * self.aim, moved))

    @property
    def figures(self) -> dict[str, float]:
        """Price, target and share by the names of `FIGURES`."""
        return dict(zip(FIGURES, (self.price, self.target, self.share), strict=True))

    def state(self) -> list[float]:
        """Plain values for a checkpoint."""
        return [float(each) for each in (self.price, self.target, self.share, self.iterations)]

    def load_state(self, state: list[float]) -> None:
        """Continue from a `state`."""
        self.price, self.target, self.share = state[:3]
        self.iterations = int(state[3])
