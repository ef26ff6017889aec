"""A centre as the reference kernel of the ContactCenters library reads it, and its calls: see `library_kernel`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import numpy as np

from experiments.published.benchmarks import HOUR_S

CONVENTIONS = {
    "same_caller": "there a caller who calls again keeps the patience of the first call, the waits of all calls count "
    "for the target, and the time to the next call goes on after closing; in ccenv the next call is a new contact "
    "with a patience of its own, and its delay is opening time",
    "first_free_leave": "when staffing falls, nobody of a group takes a call there before so many calls have ended "
    "that its calls are fewer than its advisors; in ccenv it is known who leaves, and the others go on at once",
}
BY_QUEUE = (
    "n_fresh", "n_redials", "n_blocked", "n_answered", "n_answered_in_time", "n_abandoned", "n_abandoned_in_time",
    "n_unserved",
)  # fmt: skip
BY_GROUP = ("talking_s", "idle_s")
CALL = np.dtype(
    [("t", "f8"), ("queue", "i8"), ("handle_s", "f8"), ("patience_s", "f8"), ("waited_s", "f8"), ("state", "i8")]
    + [("group", "i8"), ("again", "?"), ("leaver", "?")]
)
GROUP = np.dtype([("staff", "i8"), ("busy", "i8"), ("leaving", "i8"), ("talking_s", "f8"), ("idle_s", "f8")])
KNOWN = {
    "queues": ("arrivals_per_hour", "handle_s", "patience_s", "service_level_s", "redial"),
    "groups": ("skills", "staffing"),
}


class Model(NamedTuple):
    """What the kernel reads of a centre.

    Attributes:
        slot_s: Length of a slot.
        staffing: Advisors, (slots, groups).
        lines: Telephone lines.
        clears: Calls that wait at closing are cleared, and later ones too; else all are served.
        queue_rank: Place of a queue in the list of a group, (queues, groups); infinite without the skill.
        group_rank: Place of a group in the list of a queue, (queues, groups).
        open_after_s: Wait from which a pair is open, (queues, groups).
        uniform: A free advisor of all groups at random, whatever the lists say, (queues,).
        target_s: Wait under which a call counts as in time, (queues,).
        patience_s: Mean patience, (queues,).
        p_again: Probability that a caller who has lost patience calls again, (queues,).
        again_after_s: Time after which that happens, (queues,).
        same_caller: See `CONVENTIONS`.
        first_free_leave: See `CONVENTIONS`.
    """

    slot_s: float
    staffing: np.ndarray
    lines: int
    clears: bool
    queue_rank: np.ndarray
    group_rank: np.ndarray
    open_after_s: np.ndarray
    uniform: np.ndarray
    target_s: np.ndarray
    patience_s: np.ndarray
    p_again: np.ndarray
    again_after_s: np.ndarray
    same_caller: bool
    first_free_leave: bool


def model_of(centre: Mapping[str, Any], conventions: Collection[str]) -> Model:
    """Return the model of a centre under some conventions of the library.

    Raises:
        ValueError: If the centre has a key that the kernel does not know, or a convention has another name.
    """
    for name in conventions:
        if name not in CONVENTIONS:
            raise ValueError(f"conventions: {name!r}; allowed: {', '.join(CONVENTIONS)}")
    for part, known in KNOWN.items():
        for entity, given in centre[part].items():
            for key in given:
                if key not in known:
                    raise ValueError(f"{part}.{entity}.{key}: not in the reference kernel; allowed: {', '.join(known)}")
    queues, groups = centre["queues"], centre["groups"]
    params = centre["rules"]["routing"]["params"]
    pairs = {
        name: np.array(
            [[_of(_of(params.get(name, 0.0), queue), group) for group in groups] for queue in queues], np.float64
        )
        for name in ("queue_rank", "group_rank", "open_after_s")
    }
    skilled = np.array([[queue in group["skills"] for group in groups.values()] for queue in queues])
    pairs["queue_rank"][~skilled] = np.inf
    redials = [queue.get("redial", {"p": 0.0, "delay_s": 0.0}) for queue in queues.values()]
    return Model(
        slot_s=float(centre["clock"]["slot_s"]),
        staffing=np.column_stack([_by_slot(centre, group["staffing"]) for group in groups.values()]).astype(np.int64),
        lines=centre.get("trunks", 10**9),
        clears=centre["clock"]["overtime_s"] == 0.0,
        **pairs,
        uniform=np.array([_of(params.get("uniform", 0.0), queue) > 0.0 for queue in queues]),
        target_s=np.array([queue["service_level_s"] for queue in queues.values()], np.float64),
        patience_s=np.array([queue["patience_s"] for queue in queues.values()], np.float64),
        p_again=np.array([each["p"] for each in redials], np.float64),
        again_after_s=np.array([each["delay_s"] for each in redials], np.float64),
        same_caller="same_caller" in conventions,
        first_free_leave="first_free_leave" in conventions,
    )


def _of(value: Any, name: str) -> Any:
    """Return the value of an entity: one number holds for all, an entity that is not named has 0."""
    return value.get(name, 0.0) if isinstance(value, Mapping) else float(value)


def _by_slot(centre: Mapping[str, Any], value: float | list[float]) -> np.ndarray:
    """Return a value for each slot; one number holds for all."""
    clock = centre["clock"]
    slots = round((clock["close_s"] - clock.get("open_s", 0.0)) / clock["slot_s"])
    return np.broadcast_to(np.asarray(value, np.float64), slots)


def calls_of(centre: Mapping[str, Any], rng: np.random.Generator) -> np.ndarray:
    """Return the calls of a day without those who call again, by time of entry."""
    shape = centre.get("day_level_cv", 0.0) ** -2 if centre.get("day_level_cv", 0.0) else 0.0
    load, slot_s = rng.gamma(shape, 1.0 / shape) if shape else 1.0, centre["clock"]["slot_s"]
    parts = []
    for k, queue in enumerate(centre["queues"].values()):
        arrivals = rng.poisson(load * _by_slot(centre, queue["arrivals_per_hour"]) * slot_s / HOUR_S)
        part = np.zeros(arrivals.sum(), CALL)
        part["t"] = slot_s * (np.repeat(np.arange(len(arrivals)), arrivals) + rng.random(len(part)))
        part["queue"] = k
        part["handle_s"] = _handle_s(queue["handle_s"], len(part), rng)
        part["patience_s"] = rng.exponential(queue["patience_s"], len(part))
        parts.append(part)
    calls = np.concatenate(parts)
    return calls[np.argsort(calls["t"])]


def _handle_s(given: Any, n: int, rng: np.random.Generator) -> np.ndarray:
    """Return exponential times of a given mean, or uniform ones."""
    if isinstance(given, Mapping):
        return rng.uniform(given["low_s"], given["high_s"], n)
    return rng.exponential(given, n)
