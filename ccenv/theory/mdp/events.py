"""Builder of a decision process from its kinds of events."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ccenv.theory.mdp.process import DecisionProcess, Floats, Ints
from ccenv.theory.mdp.space import Space

__all__ = ["Events", "steps"]


class Events:
    """Collector of the events of a process.

    Args:
        stable: Space of the stable states.
        decisions: Space of the decision states, with the same coordinates or some of them; `stable` if None.
    """

    def __init__(self, stable: Space, decisions: Space | None = None) -> None:
        self._stable = stable
        self._decisions = stable if decisions is None else decisions
        self._parts: list[tuple[Ints, Ints, Floats]] = []

    def add(self, when: npt.NDArray[np.bool_], rate: Floats, **change: Any) -> None:
        """Add one kind of event.

        Args:
            when: (X,) stable states in which it can happen.
            rate: Its rate in each stable state, (X,) [1/h].
            **change: Change of each coordinate by name, a number or (X,); 0 for the others.
        """
        moved = {name: (self._stable[name] + change.get(name, 0))[when] for name in self._decisions.names}
        self._parts.append(
            (np.flatnonzero(when), self._decisions.index(**moved), np.broadcast_to(rate, when.shape)[when])
        )

    def rates(self) -> Any:
        """Rates of all events, (X, Y), sparse [1/h]."""
        rows, columns, rates = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        matrix = sparse.csr_array((rates, (rows, columns)), shape=(len(self._stable), len(self._decisions)))
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        return matrix

    def process(self, owner: Ints, to: Ints) -> DecisionProcess:
        """The process of these events and of choices from `owner` (E,) to `to` (E,)."""
        return DecisionProcess(self.rates(), owner, to)


def steps(space: Space, name: str, most: Ints) -> tuple[Ints, Ints, Ints]:
    """Choices that raise the coordinate `name` by 0, 1, ... up to `most` (Y,).

    Returns:
        Decision state, stable state and rise of each choice, (E,) each.
    """
    owner = np.repeat(np.arange(len(space)), most + 1)
    rise = np.arange(len(owner)) - np.repeat(np.cumsum(most + 1) - most - 1, most + 1)
    coordinates = {key: space[key][owner] for key in space.names}
    coordinates[name] = coordinates[name] + rise
    return owner, space.index(**coordinates), rise
