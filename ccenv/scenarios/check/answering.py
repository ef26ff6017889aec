"""Checks of answering services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from ccenv.files.errors import names
from ccenv.scenarios.check.problem import Problem
from ccenv.scenarios.schema import Centre, Group

# keys of advisors that an answering service does not have, with the reason
OF_ADVISORS = {
    "staffing": "an answering service is there in all opening hours with its `lines`",
    "shifts": "an answering service is there in all opening hours with its `lines`",
    "no_pick_up": "an answering service picks up what it takes",
    "shrinkage": "an answering service is never absent",
    "wage_per_hour": "an answering service is paid by the contact, with `price_per_contact`",
    "advisor_order": "the lines of an answering service are alike",
    "learning": "an answering service does not change",
    "fatigue": "an answering service does not change",
    "script": "an answering service has scripts of its own, which its handle times show",
    "monitoring": "an answering service is not monitored",
}


def answering_services(centre: Centre) -> Iterator[Problem]:
    """An answering service takes contacts of queues alone, and has none of the keys of advisors."""
    defaults = {field.name: field.default for field in msgspec.structs.fields(Group)}
    for name, group in centre.groups.items():
        if group.answering_service is None:
            continue
        for key, why in OF_ADVISORS.items():
            value = getattr(group, key)
            if value and value != defaults[key]:
                yield Problem(f"groups.{name}.{key}", msgspec.to_builtins(value), f"{why}; leave it out")
        for i, skill in enumerate(group.skills):
            if skill in centre.campaigns:
                yield Problem(f"groups.{name}.skills.{i}", skill, _queues(centre))
    if centre.groups and all(group.answering_service is not None for group in centre.groups.values()):
        key = f"groups.{next(iter(centre.groups))}.answering_service"
        yield Problem(key, _plain(centre), "needs a group of advisors beside answering services")


def _queues(centre: Centre) -> str:
    return f"an answering service takes contacts of queues only: {names(list(centre.queues))}"


def _plain(centre: Centre) -> Any:
    return msgspec.to_builtins(next(iter(centre.groups.values())).answering_service)
