"""Verdict on all z together: their largest absolute value, and their distribution.

Measures of one row come from the same replications, so their z are correlated. Different rows have different seeds.
Bonferroni's bound needs no independence, but the Kolmogorov-Smirnov test does. The probability of its distance is
therefore simulated, under the correlations within rows that the replications show.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

Floats = npt.NDArray[np.float64]

LEVEL = 0.001
DRAWS = 20_000
SEED = 5


class Family(NamedTuple):
    """Summary of all z.

    Attributes:
        n: Number of z.
        largest: Largest absolute value.
        bound: Bound that it must stay below: Bonferroni's bound at `LEVEL`, two-sided.
        distance: Kolmogorov-Smirnov distance to the standard normal distribution.
        p: Probability of a larger distance under the correlations within rows.
        p_independent: The same probability if all z were independent.
    """

    n: int
    largest: float
    bound: float
    distance: float
    p: float
    p_independent: float

    @property
    def near(self) -> bool:
        """Whether there are z, and the largest is below its bound."""
        return self.n > 0 and self.largest < self.bound

    @property
    def normal(self) -> bool:
        """Whether `p` is above `LEVEL`."""
        return self.p > LEVEL


def family_of(results: Sequence[dict[str, Any]]) -> Family:
    """Family of the results of all rows."""
    z = np.array([line["z"] for result in results for line in result["measures"]])
    if z.size == 0:
        return Family(0, 0.0, 0.0, 0.0, 0.0, 0.0)
    blocks = [np.atleast_2d(result["correlation"]) for result in results if result["measures"]]
    distance = float(distances(z[None])[0])
    drawn = distances(_draws(blocks, np.random.default_rng(SEED)))
    return Family(
        n=z.size,
        largest=float(np.abs(z).max()),
        bound=float(stats.norm.isf(LEVEL / 2 / z.size)),
        distance=distance,
        p=float((1 + np.count_nonzero(drawn >= distance)) / (1 + drawn.size)),
        p_independent=float(stats.kstest(z, "norm").pvalue),
    )


def distances(z: Floats) -> Floats:
    """Kolmogorov-Smirnov distance of each line of z, (N, n), to the standard normal distribution, (N,)."""
    below = np.asarray(stats.norm.cdf(np.sort(z, axis=1)))
    n = z.shape[1]
    steps = np.arange(n + 1) / n
    return np.maximum(steps[1:] - below, below - steps[:-1]).max(axis=1)


def _draws(blocks: Sequence[Floats], random: np.random.Generator) -> Floats:
    """Normal z with the given correlations within rows, (`DRAWS`, n)."""
    parts = []
    for correlation in blocks:
        values, vectors = np.linalg.eigh(correlation)
        root = vectors * np.sqrt(np.maximum(values, 0.0))  # rounding may leave eigenvalues just below 0
        parts.append(random.standard_normal((DRAWS, len(root))) @ root.T)
    return np.concatenate(parts, axis=1)
