"""What a policy sees of a snapshot, in the order of the observation: kept in the snapshot, and encoded at each look.

A field is copied where it has been written, by a helper that is made from the declarations of `fields.py`; what has not
changed stands where it was copied to before. So all that is looked through at each look stands close together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ccenv.sim.fields import changing
from ccenv.sim.jit import helper


class _Number(NamedTuple):
    """A field's number `k` of `width`, for each entity along its axis."""

    name: str
    axis: str
    width: int
    k: int


@helper
def _nothing(c, snap, j):
    """All numbers have been copied."""


def _copying(numbers: Sequence[_Number]) -> Any:
    """A helper that copies these numbers of entity j."""
    if not numbers:
        return _nothing
    (name, axis, width, k), others = numbers[0], _copying(numbers[1:])

    @helper
    def of_centre(c, snap, j):
        snap.observed[c.observed_at[name]] = snap[name]
        others(c, snap, j)

    @helper
    def of_entity(c, snap, j):
        snap.observed[c.observed_at[name] + j] = snap[name][j]
        others(c, snap, j)

    @helper
    def one_of_many(c, snap, j):
        snap.observed[c.observed_at[name] + width * j + k] = snap[name][j, k]
        others(c, snap, j)

    if axis == "":
        return of_centre
    return of_entity if width == 1 else one_of_many


def _show(axis: str, changes: str = "") -> Any:
    """A helper (c, snap, j) that copies what changes together of entity j along an axis; of the centre j is 0."""
    return _copying([_Number(f.name, axis, f.width, k) for f in changing(axis, changes) for k in range(f.width)])


show_centre = _show("")
show_line, show_recent, show_queue_slot = _show("Q"), _show("Q", "recent"), _show("Q", "slot")
show_service, show_preferred = _show("P"), _show("P", "preferred")
show_states, show_idle, show_talks, show_group_slot = (
    _show("G"),
    _show("G", "idle"),
    _show("G", "talks"),
    _show("G", "slot"),
)
show_campaign, show_ringing = _show("C"), _show("C", "ringing")


@helper
def encode(snap, c, obs):
    """An observation: each number clipped, times its scale.

    The bounds of the loop are those of the arrays, so that the compiler need not look at each index.
    """
    for k in range(min(obs.shape[0], snap.observed.shape[0])):
        obs[k] = np.float32(min(max(snap.observed[k], 0.0), c.observed_high[k]) * c.observed_scale[k])
