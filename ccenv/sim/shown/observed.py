"""Encoding of the observation: the observed fields of a snapshot, clipped and scaled, stored in `snap.observed`.

Each field is encoded right after it is written, by helpers (`show_...`) built from the declarations in `fields.py`. A
helper encodes the fields of one group (axis, `changes`). Fields that have not changed keep their encoding, so an
observation is a plain copy of `snap.observed`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import bounded, helper
from ccenv.sim.state.fields import OBSERVED, Field, encoded_as


@helper
def encoded(c, value, place):
    """Return element `place` of the observation: clipped above, times its scale. Snapshot values are never negative."""
    return np.float32(min(value, c.observed_high[place]) * c.observed_scale[place])


@helper
def _first(snap, place, room):
    """Return the start of a field in the observation; raises IndexError if its `room` elements do not fit.

    Checked once per field, so the element writes are unchecked.
    """
    if U(place) > U(snap.observed.shape[0] - room):
        raise IndexError("no room for a field of the observation")
    return U(place)


def _numbers(f: Field) -> Any:
    """Return a helper (c, snap, first, j) that encodes the values of entity j of a field that starts at `first`."""
    name, width = f.name, f.width

    @helper
    def one(c, snap, first, j):
        place = first + U(j)
        snap.observed[place] = encoded(c, snap[name][j], place)

    @helper
    def some(c, snap, first, j):
        for k in range(width):
            place = first + U(width * j + k)
            snap.observed[place] = encoded(c, snap[name][j, k], place)

    return one if width == 1 else some


def _of_entity(fields: Sequence[Field]) -> Any:
    """Return a helper (c, snap, j) that encodes these fields of entity j."""
    if not fields:
        return _nothing
    name, width, numbers, others = fields[0].name, fields[0].width, _numbers(fields[0]), _of_entity(fields[1:])

    @helper
    def one(c, snap, j):
        numbers(c, snap, U(c.observed_at[name]), j)
        others(c, snap, j)

    @helper
    def some(c, snap, j):
        numbers(c, snap, _first(snap, c.observed_at[name], width * snap[name].shape[0]), j)
        others(c, snap, j)

    return one if width == 1 else some


def _of_all(fields: Sequence[Field]) -> Any:
    """Return a helper (c, snap, n) that encodes these fields of the first n entities."""
    if not fields:
        return _nothing
    name, width, numbers, others = fields[0].name, fields[0].width, _numbers(fields[0]), _of_all(fields[1:])

    @helper
    def show(c, snap, n):
        first = _first(snap, c.observed_at[name], width * snap[name].shape[0])
        for j in range(min(n, snap[name].shape[0])):
            numbers(c, snap, first, j)
        others(c, snap, n)

    return show


def _side_by_side(fields: Sequence[Field], k: int = 0) -> Any:
    """Return a helper (c, snap, first) that encodes adjacent single fields from the k-th on; field 0 is at `first`."""
    if k == len(fields):
        return _nothing
    name, others = fields[k].name, _side_by_side(fields, k + 1)

    @helper
    def show(c, snap, first):
        place = first + U(k)
        snap.observed[place] = encoded(c, snap[name], place)
        others(c, snap, first)

    return show


def _of_centre(fields: Sequence[Field]) -> Any:
    """Return a helper (c, snap) that encodes these single-valued fields; adjacent fields share one bounds check."""
    if not fields:
        return _nothing_of_centre
    at = OBSERVED.index(fields[0])
    room = sum(here is there for here, there in zip(fields, OBSERVED[at:], strict=False))
    name, numbers, others = fields[0].name, _side_by_side(fields[:room]), _of_centre(fields[room:])

    @helper
    def show(c, snap):
        numbers(c, snap, _first(snap, c.observed_at[name], room))
        others(c, snap)

    return show


@helper
def _nothing(c, snap, j):
    """End the recursion: all fields are encoded."""


@helper
def _nothing_of_centre(c, snap):
    """End the recursion: all fields are encoded."""


show_centre = _of_centre(encoded_as("centre"))
show_line, show_callbacks = _of_entity(encoded_as("line")), _of_entity(encoded_as("callbacks"))
show_recent, show_queue_slots = _of_all(encoded_as("recent")), _of_all(encoded_as("queue_slot"))
show_service, show_preferred = _of_all(encoded_as("service")), _of_all(encoded_as("preferred"))
show_states, show_group_slots = _of_entity(encoded_as("states")), _of_all(encoded_as("group_slot"))
show_idle, show_talks = _of_all(encoded_as("idle")), _of_all(encoded_as("talks"))
show_campaign = _of_entity(encoded_as("campaign"))
show_ringing, show_windows = _of_entity(encoded_as("ringing")), _of_entity(encoded_as("windows"))


@bounded
def copy_observed(snap, obs):
    """Copy the stored observation to `obs`."""
    for k in range(min(obs.shape[0], snap.observed.shape[0])):
        obs[k] = snap.observed[k]
