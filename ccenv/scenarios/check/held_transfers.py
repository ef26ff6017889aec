"""Find queues for which all advisors may wait: each holds a contact to hand over, and nobody is free to take it."""

from __future__ import annotations

from collections.abc import Iterator

from ccenv.files.errors import names
from ccenv.scenarios.schema import Centre, Never


class HeldTransferWarning(UserWarning):
    """All advisors may wait for one another with warm transfers in hand."""


def held_transfers(centre: Centre) -> Iterator[str]:
    """Yield a message for each queue without abandonment all of whose groups hand contacts over to it warm."""
    for to, queue in centre.queues.items():
        sources = {name for name, q in centre.queues.items() if q.transfer.p > 0.0 and q.transfer.kind == "warm"}
        sources = {name for name in sources if centre.queues[name].transfer.to == to}
        able = {name: sources.intersection(g.skills) for name, g in centre.groups.items() if to in g.skills}
        if sources and isinstance(queue.patience_s, Never) and all(able.values()):
            held = names(sorted(set.union(*able.values())))
            yield (
                f"queues.{to}.patience_s: contacts never abandon, and all groups with this skill ({names(able)}) "
                f"hand over to it warm, from {held}. When all their advisors hold such a contact, they wait for one "
                "another until the centre closes. Let contacts abandon, transfer cold, or keep a group for the queue"
            )
