"""Random values of a scenario file: chances, numbers, profiles and distributions of time.

Constants are odd fractions of a second. Two chains of events therefore meet at one instant only if the specification
says in which order they happen (two contacts assigned at one instant, a wrap-up of 0 s, ...), and never by rounding.
"""

from __future__ import annotations

from typing import Any
from zlib import crc32

import numpy as np

Plain = dict[str, Any]
BASE = 179  # chosen such that the first 25 scenarios use every key of the schema
DATE_BASE = 5
LAW_BASE = 7
ANSWER_BASE = 12
CHAT_BASE = 35  # chosen like BASE
BESIDE_BASE = 36
MACHINE_BASE = 400  # and the digit of the queue
RETURN_BASE = 701  # chosen like BASE
OUTBOUND_BASE = 21  # chosen likewise for campaigns, which have their own dice


def empirical(steps: list[float], how: int) -> Plain:
    """Quantiles that many seconds apart; linear between them, or with the mean of all or of each part."""
    quantiles = [round(float(sum(steps[: i + 1])), 3) for i in range(len(steps))]
    means = [round(low + 0.3 * (high - low), 6) for low, high in zip(quantiles, quantiles[1:], strict=False)]
    dist: Plain = {"dist": "empirical", "quantiles_s": quantiles}
    return dist | [{}, {"mean_s": means}, {"mean_s": round(sum(means) / len(means), 6)}][how]


class Dice:
    """Random source of one scenario; the same number gives the same scenario."""

    def __init__(self, number: int, base: int = BASE, n_slots: int = 1) -> None:
        self.rng = np.random.default_rng([base, number])
        self.number = number
        self.n_slots = n_slots
        self.upwards = self.chance(0.5)  # whether contacts are transferred to later queues or to earlier ones

    def chance(self, p: float) -> bool:
        """True with probability p."""
        return bool(self.rng.random() < p)

    def between(self, low: float, high: float) -> float:
        """A uniform number with three decimals."""
        return round(float(self.rng.uniform(low, high)), 3)

    def whole(self, low: int, high: int) -> int:
        """A uniform whole number, both ends included."""
        return int(self.rng.integers(low, high + 1))

    def one_of(self, *items: Any) -> Any:
        """One of the items."""
        return items[self.whole(0, len(items) - 1)]

    def shares(self, n: int, total: float) -> list[float]:
        """n shares that sum to `total`."""
        values = [round(total * float(share), 3) for share in self.rng.dirichlet(np.ones(n))]
        values[-1] = round(total - sum(values[:-1]), 3)
        return values

    def profile(self, low: float, high: float, p_zero: float) -> float | list[float]:
        """A number, or one value for each slot; a value is 0 with probability `p_zero`."""
        if self.chance(0.3):
            return self.between(low, high)
        return [0.0 if self.chance(p_zero) else self.between(low, high) for _ in range(self.n_slots)]

    def time(
        self, key: str, mean_s: float, p_zero: float = 0.0, p_never: float = 0.0, endless_s: bool = False
    ) -> float | Plain:
        """A distribution of time with about this mean, or a constant 0, or `never`.

        The kind of distribution rotates with the number of the scenario and with `key`, which ends with the digit of
        the queue or campaign. A few scenarios therefore show every distribution at every key of the schema.
        """
        if self.chance(p_zero):
            return self.one_of(0.0, {"dist": "constant", "value_s": 0.0})
        if self.chance(p_never):
            return {"dist": "never"}
        mean_s = self.between(0.3 * mean_s, 1.7 * mean_s)
        dists: list[float | Plain] = [mean_s, *self.simple_dists(mean_s), *self.other_dists(mean_s, endless_s)]
        return dists[(self.number + crc32(key[:-1].encode()) + 4 * int(key[-1])) % len(dists)]

    def simple_dists(self, mean_s: float) -> list[Plain]:
        """Distributions with one or two parameters."""
        shape = self.between(0.4, 4.0)
        return [
            {"dist": "constant", "value_s": mean_s},
            {"dist": "exponential", "mean_s": mean_s},
            {"dist": "uniform", "low_s": self.one_of(0.0, round(0.4 * mean_s, 3)), "high_s": round(1.7 * mean_s, 3)},
            {"dist": "erlang", "k": self.whole(1, 5), "mean_s": mean_s},
            {"dist": "gamma", "shape": shape, "mean_s": mean_s},
            {"dist": "weibull", "shape": self.between(0.6, 3.0), "scale_s": mean_s},
        ]

    def other_dists(self, mean_s: float, endless_s: bool) -> list[Plain]:
        """Lognormal, and the distributions that take lists."""
        sigma, p = self.between(0.2, 1.2), self.between(0.1, 0.9)
        last_hazard = 0.0 if endless_s and self.chance(0.4) else round(1.5 / mean_s, 9)
        steps = [round(mean_s * float(step), 3) for step in self.rng.uniform(0.01, 0.9, self.whole(2, 6))]
        return [
            {"dist": "lognormal", "mu": round(float(np.log(mean_s)) - sigma**2 / 2, 4), "sigma": sigma},
            {"dist": "hyper_exponential", "p": [p, round(1 - p, 3)], "mean_s": [mean_s, round(0.3 * mean_s, 3)]},
            empirical(steps, (self.number + 2) % 3),
            {
                "dist": "piecewise_hazard",
                "from_s": [0.0, round(0.3 * mean_s, 3), round(1.1 * mean_s, 3)],
                "hazard_per_s": [round(0.5 / mean_s, 9), self.one_of(0.0, round(2 / mean_s, 9)), last_hazard],
            },
        ]
