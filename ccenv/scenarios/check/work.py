"""Checks of deferrable work."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ccenv.scenarios.check.problem import Problem
from ccenv.scenarios.schema import Centre, Queue

# keys of contacts on a telephone line, which deferrable work does not have, with the reason
OF_CONTACTS = {
    "ivr": "deferrable work has no voice menu",
    "p_balk": "deferrable work does not balk",
    "announcement": "deferrable work hears no announcement",
    "patience_s": "deferrable work has no patience; it is due after `deferrable.due_s`",
    "callback": "deferrable work is not called back",
    "transfer": "deferrable work is not transferred",
    "sale": "deferrable work does not buy",
    "redial": "deferrable work does not give up, so it does not come again for that",
    "chat": "deferrable work is no chat",
    "service_level_s": "the time of deferrable work is `deferrable.due_s`",
}


def deferrable(centre: Centre) -> Iterator[Problem]:
    """Deferrable work has none of the keys of contacts on a line, and no contact becomes such work."""
    defaults = {field.name: field.default for field in msgspec.structs.fields(Queue)}
    work = [name for name, queue in centre.queues.items() if queue.deferrable is not None]
    for name in work:
        queue = centre.queues[name]
        for key, why in OF_CONTACTS.items():
            value = getattr(queue, key)
            if value != defaults[key]:
                yield Problem(f"queues.{name}.{key}", msgspec.to_builtins(value), f"{why}; leave it out")
    for name, queue in centre.queues.items():
        if queue.transfer.p > 0.0 and queue.transfer.to in work:
            allowed = f"{queue.transfer.to} is deferrable work, to which no contact is transferred"
            yield Problem(f"queues.{name}.transfer.to", queue.transfer.to, allowed)
        for other, share in queue.ivr.routes.items() if queue.ivr is not None else ():
            if other in work:
                allowed = f"{other} is deferrable work, to which no contact is routed"
                yield Problem(f"queues.{name}.ivr.routes.{other}", share, allowed)
    for name, group in centre.groups.items():
        for i, skill in enumerate(group.skills):
            if group.answering_service is not None and skill in work:
                allowed = f"{skill} is deferrable work, and an answering service takes contacts on a line only"
                yield Problem(f"groups.{name}.skills.{i}", skill, allowed)
