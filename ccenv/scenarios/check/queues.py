"""Checks of queues: arrivals, IVR routes, transfers, value classes."""

from __future__ import annotations

from collections.abc import Iterator

from ccenv.files.errors import closest, names
from ccenv.scenarios.check.problem import SUM_TOLERANCE, Problem
from ccenv.scenarios.schema import Centre, Clock, Ivr
from ccenv.sim.state.codes import DAY_S


def profiles_to_interpolate(centre: Centre) -> Iterator[Problem]:
    """Linear interpolation needs a profile with a value for each slot."""
    for name, queue in centre.queues.items():
        if queue.interpolation == "linear" and not isinstance(queue.arrivals_per_hour, list):
            allowed = "needs arrivals_per_hour to be a list, one value for each slot; else leave it out"
            yield Problem(f"queues.{name}.interpolation", queue.interpolation, allowed)


def traces(centre: Centre) -> Iterator[Problem]:
    """Recorded arrivals are in order and lie within the opening hours."""
    clock = centre.clock
    for name, queue in centre.queues.items():
        key, before = f"queues.{name}.trace_s", 0.0
        if queue.trace_s is not None and clock.kind == "steady":
            yield Problem(key, queue.trace_s, "a steady scenario has no time of day; leave it out")
        for i, t in enumerate(queue.trace_s or ()):
            if t < before:
                yield Problem(f"{key}.{i}", t, f"must be at or after the time before it, {before:g}")
            if not _open_at(clock, t):
                hours = f"{clock.open_s:g} s to {clock.close_s:g} s of a day of {DAY_S:g} s"
                yield Problem(f"{key}.{i}", t, f"must be within the opening hours, {hours}, closing excluded")
            before = t


def _open_at(clock: Clock, t: float) -> bool:
    return t >= clock.open_s and clock.open_s + (t - clock.open_s) % DAY_S < clock.close_s


def ivrs(centre: Centre) -> Iterator[Problem]:
    """Outcomes and routes of an IVR are shares, and routes lead to other queues."""
    for name, queue in centre.queues.items():
        if queue.ivr is not None:
            yield from _ivr(f"queues.{name}.ivr", queue.ivr, [other for other in centre.queues if other != name])


def _ivr(key: str, ivr: Ivr, others: list[str]) -> Iterator[Problem]:
    if ivr.p_contained + ivr.p_hangup > 1.0 + SUM_TOLERANCE:
        allowed = f"p_contained + p_hangup is {ivr.p_contained + ivr.p_hangup:.6g}; must be at most 1"
        yield Problem(f"{key}.p_hangup", ivr.p_hangup, allowed)
    if ivr.p_resolved_hard > ivr.p_resolved_easy:
        allowed = f"must be at most p_resolved_easy, {ivr.p_resolved_easy:g}: resolution falls with difficulty"
        yield Problem(f"{key}.p_resolved_hard", ivr.p_resolved_hard, allowed)
    for queue, share in ivr.routes.items():
        if queue not in others:
            allowed = f"must be one of the other queues: {names(others)}{closest(queue, others)}; the rest is its own"
            yield Problem(f"{key}.routes.{queue}", share, allowed)
    total = sum(ivr.routes.values())
    if total > 1.0 + SUM_TOLERANCE:
        yield Problem(f"{key}.routes", ivr.routes, f"the shares sum to {total:.6g}; must be at most 1")


def transfers(centre: Centre) -> Iterator[Problem]:
    """Transfers lead to another queue and never back."""
    following = {name: queue.transfer.to for name, queue in centre.queues.items() if queue.transfer.p > 0.0}
    for name, queue in centre.queues.items():
        key, transfer = f"queues.{name}.transfer", queue.transfer
        others = [other for other in centre.queues if other != name]
        if transfer.to not in others and (transfer.to or transfer.p > 0.0):
            allowed = f"must be one of the other queues: {names(others)}{closest(transfer.to, others)}"
            yield Problem(f"{key}.to", transfer.to, allowed)
        chain = [name]
        while chain[-1] in following and following[chain[-1]] not in chain:
            chain.append(following[chain[-1]])
        if following.get(chain[-1]) == name:
            allowed = f"transfers must not lead back: {' -> '.join([*chain, name])}"
            yield Problem(f"{key}.to", transfer.to, allowed)


def classes(centre: Centre) -> Iterator[Problem]:
    """The shares of the value classes sum to at most 1."""
    for name, queue in centre.queues.items():
        total = sum(c.share for c in queue.customer.value_classes)
        if total > 1.0 + SUM_TOLERANCE:
            last = len(queue.customer.value_classes) - 1
            key, share = f"queues.{name}.customer.value_classes", queue.customer.value_classes[last].share
            yield Problem(f"{key}.{last}.share", share, f"the shares sum to {total:.6g}; must be at most 1")
