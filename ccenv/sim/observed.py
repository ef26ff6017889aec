"""The observation: what a policy sees of a snapshot, clipped and scaled; kept with the snapshot from look to look.

A number is encoded where it has been written, by helpers that are made from the declarations of `fields.py`; what has
not changed stands where it was put before, and a look is a copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ccenv.sim.fields import changing
from ccenv.sim.jit import bounded, helper


class _Number(NamedTuple):
    """A field's number `k` of `width`, for each entity along its axis."""

    name: str
    axis: str
    width: int
    k: int


@helper
def encoded(c, value, place):
    """A number of the observation: clipped, times its scale. No number of a snapshot is negative."""
    return np.float32(min(value, c.observed_high[place]) * c.observed_scale[place])


@helper
def _nothing(c, snap, j):
    """All numbers have been encoded."""


def _encoding(numbers: Sequence[_Number]) -> Any:
    """A helper that encodes these numbers of entity j."""
    if not numbers:
        return _nothing
    (name, axis, width, k), others = numbers[0], _encoding(numbers[1:])

    @helper
    def of_centre(c, snap, j):
        place = c.observed_at[name]
        snap.observed[place] = encoded(c, snap[name], place)
        others(c, snap, j)

    @helper
    def of_entity(c, snap, j):
        place = c.observed_at[name] + j
        snap.observed[place] = encoded(c, snap[name][j], place)
        others(c, snap, j)

    @helper
    def one_of_many(c, snap, j):
        place = c.observed_at[name] + width * j + k
        snap.observed[place] = encoded(c, snap[name][j, k], place)
        others(c, snap, j)

    if axis == "":
        return of_centre
    return of_entity if width == 1 else one_of_many


def _show(axis: str, changes: str = "") -> Any:
    """A helper (c, snap, j) that encodes what changes together of entity j along an axis; of the centre j is 0."""
    return _encoding([_Number(f.name, axis, f.width, k) for f in changing(axis, changes) for k in range(f.width)])


show_centre = _show("")
show_line, show_recent, show_callbacks = _show("Q"), _show("Q", "recent"), _show("Q", "callbacks")
show_queue_slot, show_group_slot = _show("Q", "slot"), _show("G", "slot")
show_service, show_preferred = _show("P"), _show("P", "preferred")
show_states, show_idle, show_talks = _show("G"), _show("G", "idle"), _show("G", "talks")
show_campaign, show_ringing, show_windows = _show("C"), _show("C", "ringing"), _show("C", "windows")


@bounded
def copy_observed(snap, obs):
    """The observation as it is kept."""
    for k in range(min(obs.shape[0], snap.observed.shape[0])):
        obs[k] = snap.observed[k]
