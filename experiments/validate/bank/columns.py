"""Sums by day and half hour, of the log and of simulated days, by type and class of customer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ccenv.kpis import KpiTable
from experiments.calibrate.customers import LONGEST_S, SHORTEST_S
from experiments.calibrate.document import SERVICE_LEVEL_S
from experiments.calibrate.logs import OPEN_S, SLOT_S, SLOTS, TYPES

Floats = npt.NDArray[np.float64]
# Sums of one type and class, each (days, slots), by column.
Sums = Mapping[str, Floats]

HIGH, OTHER = "high", "other"
COLUMNS = ("offered", "abandoned", "waited", "served_after_wait", "in_time", "waiting_s", "talks", "talk_s")
MODELLED = (
    "n_offered", "n_abandoned", "n_waited", "n_unserved", "n_answered_in_time", "waiting_s", "talk_s", "n_answered",
)  # fmt: skip


def queue_of(name: str, kind: str) -> str:
    """Return the name of the queue of a class of customers of a type."""
    return name if kind == OTHER else f"{name}-{kind}"


def of_log(contacts: npt.NDArray[np.void]) -> dict[tuple[str, str], Sums]:
    """Return the sums of the log by type and class.

    An event counts in the half hour in which it happens, overtime in the last one: an arrival when it arrives, all else
    when the wait ends, a service when it ends. Services shorter than `SHORTEST_S` or longer than `LONGEST_S` are left
    out, as the fit of the handle times does. The class is logged only for contacts that queued; the others are `other`.
    """
    days = np.unique(contacts["month"] * 100 + contacts["day"], return_inverse=True)[1]
    out: dict[tuple[str, str], Sums] = {}
    for name in TYPES:
        for kind in (HIGH, OTHER):
            chosen = (contacts["type"] == name) & (contacts["high"] == (kind == HIGH))
            out[name, kind] = _of_log(contacts[chosen], days[chosen], int(days.max()) + 1)
    return out


def _of_log(contacts: npt.NDArray[np.void], days: npt.NDArray[np.int_], n: int) -> Sums:
    left = contacts["arrival_s"] + contacts["wait_s"]
    gave_up, queued = contacts["abandoned"], contacts["wait_s"] > 0.0
    talk = contacts["service_s"]
    counted = ~gave_up & (talk >= SHORTEST_S) & (talk <= LONGEST_S)

    def added(times: Floats, weights: npt.NDArray[np.generic]) -> Floats:
        slots = np.clip((times - OPEN_S) // SLOT_S, 0, SLOTS - 1).astype(int)
        out = np.zeros((n, SLOTS))
        np.add.at(out, (days, slots), weights.astype(float))
        return out

    return {
        "offered": added(contacts["arrival_s"], np.ones(len(contacts))),
        "abandoned": added(left, gave_up),
        "waited": added(left, queued),
        "served_after_wait": added(left, queued & ~gave_up),
        "in_time": added(left, ~gave_up & (contacts["wait_s"] <= SERVICE_LEVEL_S)),
        "waiting_s": added(left, contacts["wait_s"]),
        "talks": added(left + talk, counted),
        "talk_s": added(left + talk, counted * talk),
    }


def of_model(table: KpiTable, trimmed: Mapping[str, float]) -> dict[tuple[str, str], Sums]:
    """Return the same sums of simulated days.

    Args:
        table: Days by interval of a centre with a queue for each class (`model.by_class`).
        trimmed: By type, the mean of the handle times that the log's figure counts, over the mean of all.
    """
    interval = table.interval
    assert interval is not None
    names = set(interval.dtype.names or ())
    out: dict[tuple[str, str], Sums] = {}
    for name in TYPES:
        for kind in (HIGH, OTHER):
            queue = queue_of(name, kind)
            if f"n_offered:{queue}" in names:
                found = {column: np.asarray(interval[f"{column}:{queue}"], np.float64) for column in MODELLED}
                out[name, kind] = _of_model(found, trimmed[name])
    return out


def _of_model(found: Mapping[str, Floats], trimmed: float) -> Sums:
    return {
        "offered": found["n_offered"],
        "abandoned": found["n_abandoned"],
        "waited": found["n_waited"],
        "served_after_wait": found["n_waited"] - found["n_abandoned"] - found["n_unserved"],
        "in_time": found["n_answered_in_time"],
        "waiting_s": found["waiting_s"],
        "talks": found["n_answered"],
        "talk_s": trimmed * found["talk_s"],
    }
