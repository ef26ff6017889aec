"""Checks of handle times by slot and of the busyness of days."""

from __future__ import annotations

from collections.abc import Iterator

from ccenv.scenarios.check.problem import Problem
from ccenv.scenarios.compile.slots import n_slots
from ccenv.scenarios.schema import Centre

MOST_BUSYNESS = 2.0  # coefficient of variation


def by_slot(centre: Centre) -> Iterator[Problem]:
    """Handle times by slot have a value for each slot, and the slots in which contacts are expected have a mean."""
    n = n_slots(centre.clock)
    for name, queue in centre.queues.items():
        if queue.handle_by_slot and (queue.chat is not None or queue.deferrable is not None):
            allowed = "the handle times of chats and of deferrable work do not depend on the slot; leave it out"
            yield Problem(f"queues.{name}.handle_by_slot", queue.handle_by_slot, allowed)
    for section in ("queues", "campaigns"):
        for name, declared in getattr(centre, section).items():
            values = declared.handle_by_slot
            if values and len(values) != n:
                allowed = f"has {len(values)} values; must have {n}, one for each slot"
                yield Problem(f"{section}.{name}.handle_by_slot", values, allowed)


def busyness(centre: Centre) -> Iterator[Problem]:
    """The busyness of days is no larger than a lognormal factor of handle times can bear."""
    for name, group in centre.groups.items():
        if group.busyness_cv > MOST_BUSYNESS:
            allowed = f"must be at most {MOST_BUSYNESS:g}: days whose handle times differ by more than tenfold"
            yield Problem(f"groups.{name}.busyness_cv", group.busyness_cv, allowed)
        queues = [skill for skill in group.skills if skill in centre.queues]
        others = [q for q in queues if centre.queues[q].chat is not None or centre.queues[q].deferrable is not None]
        if group.busyness_cv > 0.0 and others:
            allowed = f"a group with chats or deferrable work ({others[0]}) has no busyness; leave it out"
            yield Problem(f"groups.{name}.busyness_cv", group.busyness_cv, allowed)
