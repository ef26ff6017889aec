"""A policy as a table over the decision states of a model."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["PolicyMap"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PolicyMap:
    """A policy as a table over the decision states.

    Attributes:
        names: Names of the coordinates of a state, (d,).
        states: (Y, d) coordinates of the states.
        first: (Y + 1,) index of the first choice of each state.
        actions: (E, A) the choices.
        weights: (E,) their probabilities.
    """

    names: tuple[str, ...]
    states: Ints
    first: Ints
    actions: Ints
    weights: Floats

    def probabilities(self, **state: int) -> dict[tuple[int, ...], float]:
        """Probabilities above 0 of the actions in one state.

        Raises:
            ValueError: If the state does not exist.
        """
        wanted = [state.get(name) for name in self.names]
        found: Ints | list[int] = (
            np.flatnonzero((self.states == wanted).all(axis=1)) if set(state) == set(self.names) else []
        )
        if len(found) != 1:
            raise ValueError(
                f"state {state!r} is not allowed: it must be one of the {len(self.states)} of {self.names}"
            )
        span = slice(*self.first[found[0] : found[0] + 2])
        choices = zip(self.actions[span].tolist(), self.weights[span].tolist(), strict=True)
        return {tuple(action): weight for action, weight in choices if weight > 0}

    @property
    def owner(self) -> Ints:
        """(E,) index of the state of each choice."""
        return np.repeat(np.arange(len(self.states)), np.diff(self.first))

    def likeliest(self) -> Ints:
        """(Y, A) most probable action in each state."""
        order = np.lexsort((-self.weights, self.owner))
        return self.actions[order[self.first[:-1]]]
