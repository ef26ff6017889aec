"""Decision process in continuous time: events, choices, policies."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

__all__ = ["DecisionProcess", "Floats", "Ints"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class DecisionProcess:
    """Events lead from X stable states to Y decision states; choices lead from these to stable states.

    The E choices are sorted by decision state. A *policy* is an array (E,) of the probabilities of the choices: weights
    >= 0 that sum to 1 at each decision state.

    Attributes:
        rates: (X, Y) sparse, rates of events [1/h].
        owner: (E,) decision state of each choice, ascending; each decision state has at least one.
        to: (E,) stable state that the choice leads to.
        start: The decision state in which the process starts.
    """

    rates: Any
    owner: Ints
    to: Ints
    start: int = 0

    def __post_init__(self) -> None:
        if np.any(np.diff(self.owner) < 0) or not np.array_equal(np.unique(self.owner), np.arange(self.n_decisions)):
            raise ValueError("owner is not allowed: it must ascend and give each decision state at least one choice")

    @property
    def n_decisions(self) -> int:
        """Number of decision states, Y."""
        return int(self.rates.shape[1])

    @cached_property
    def first(self) -> Ints:
        """(Y + 1,) index of the first choice of each decision state; the last entry is E."""
        return np.concatenate(([0], np.cumsum(np.bincount(self.owner, minlength=self.n_decisions))))

    @cached_property
    def exit_rates(self) -> Floats:
        """(X,) total rate of events [1/h]."""
        return np.asarray(self.rates.sum(axis=1)).ravel()

    def pure(self, choice: Ints) -> Floats:
        """Policy (E,) that takes the choices with indices `choice` (Y,), one of each decision state, with certainty."""
        weights = np.zeros(len(self.to))
        weights[choice] = 1.0
        return weights

    def best(self, values: Floats) -> Floats:
        """Value of each decision state, (Y,), given those of the stable states, (X,)."""
        return np.maximum.reduceat(values[self.to], self.first[:-1])

    def generator(self, weights: Floats) -> Any:
        """(X, X) sparse generator of the chain of stable states under a policy."""
        decide = sparse.csr_array((weights, (self.owner, self.to)), shape=self.rates.shape[::-1])
        decide.eliminate_zeros()
        return (self.rates @ decide - sparse.diags_array(self.exit_rates)).tocsr()
