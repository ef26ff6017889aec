"""State spaces with named integer coordinates, and the lookup of a state by its coordinates."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Space"]

Ints = npt.NDArray[np.int64]


class Space:
    """States of a box of integer coordinates that satisfy a condition, in lexicographic order.

    Args:
        sizes: Number of values of each coordinate; a coordinate of size n runs from 0 to n - 1.
        keep: Function of the coordinates of all states of the box, (M,) each, that returns which exist, (M,); all if
            None.

    Attributes:
        names: Names of the coordinates.
        states: (N, d) coordinates of the states.
    """

    def __init__(
        self, sizes: Mapping[str, int], keep: Callable[[dict[str, Ints]], npt.NDArray[np.bool_]] | None = None
    ) -> None:
        self.names = tuple(sizes)
        self._shape = tuple(sizes.values())
        box = np.indices(self._shape).reshape(len(self._shape), -1)  # (d, M)
        exists = np.ones(box.shape[1], bool) if keep is None else keep(dict(zip(self.names, box, strict=True)))
        self.states: Ints = np.ascontiguousarray(box[:, exists].T)
        self._place = np.full(box.shape[1], -1)
        self._place[exists] = np.arange(len(self.states))

    def __len__(self) -> int:
        return len(self.states)

    def __getitem__(self, name: str) -> Ints:
        """One coordinate of all states, (N,)."""
        return self.states[:, self.names.index(name)]

    def coordinates(self) -> dict[str, Ints]:
        """All coordinates of all states by name, (N,) each."""
        return {name: self[name] for name in self.names}

    def find(self, **coordinates: Any) -> Ints:
        """Indices of states given by all their coordinates, integers or (M,) each; -1 for a state that does not exist.

        Raises:
            ValueError: If the coordinates are not those of the space.
        """
        if set(coordinates) != set(self.names):
            raise ValueError(f"coordinates {sorted(coordinates)} are not allowed: they must be {sorted(self.names)}")
        columns = np.broadcast_arrays(*(np.asarray(coordinates[name], int) for name in self.names))
        inside = np.all([(c >= 0) & (c < n) for c, n in zip(columns, self._shape, strict=True)], axis=0)
        flat = np.ravel_multi_index(tuple(np.where(inside, c, 0) for c in columns), self._shape)
        places: Ints = np.where(inside, self._place[flat], -1)
        return places

    def index(self, **coordinates: Any) -> Ints:
        """Indices of states as in `find`.

        Raises:
            ValueError: If the coordinates are not those of the space, or a state does not exist.
        """
        places = self.find(**coordinates)
        if np.any(places < 0):
            first = int(np.argmax(np.atleast_1d(places) < 0))
            state = {n: int(np.broadcast_to(coordinates[n], np.shape(places)).flat[first]) for n in self.names}
            raise ValueError(f"state {state} is not allowed: it is not in the space of {len(self)} states")
        return places
