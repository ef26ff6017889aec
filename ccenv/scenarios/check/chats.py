"""Checks of chats: what a chat does not have, channels that do not mix, and the capacity of groups."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import msgspec

from ccenv.scenarios.check.problem import Problem
from ccenv.scenarios.means import mean_s
from ccenv.scenarios.schema import Centre, Queue


def chats(centre: Centre) -> Iterator[Problem]:
    """A chat has neither wrap-up nor callback, and is sent and transferred to chats only, without a meeting."""
    for name, queue in centre.queues.items():
        key = f"queues.{name}"
        if queue.chat is not None:
            yield from _of_chat(key, queue)
        channel = "a chat" if queue.chat is not None else "no chat"
        routes = queue.ivr.routes if queue.ivr else {}
        targets: dict[str, tuple[str, Any]] = {f"ivr.routes.{to}": (to, p) for to, p in routes.items()}
        if queue.transfer.p > 0.0:
            targets["transfer.to"] = (queue.transfer.to, queue.transfer.to)
        for part, (to, value) in targets.items():
            if to in centre.queues and (centre.queues[to].chat is None) != (queue.chat is None):
                yield Problem(f"{key}.{part}", value, f"{name} is {channel}; allowed: a queue that is {channel}, too")


def _of_chat(key: str, queue: Queue) -> Iterator[Problem]:
    assert queue.chat is not None
    rates = queue.chat.rate_by_level
    for i, (rate, following) in enumerate(pairwise(rates), 1):
        if following > rate:
            allowed = f"must be at most {rate:g}, the rate with one chat less"
            yield Problem(f"{key}.chat.rate_by_level.{i}", following, allowed)
    if mean_s(queue.wrap_up_s) > 0.0:
        allowed = "a chat has no wrap-up; leave it out, and put this work into handle_s"
        yield Problem(f"{key}.wrap_up_s", msgspec.to_builtins(queue.wrap_up_s), allowed)
    if queue.callback is not None:
        yield Problem(f"{key}.callback", msgspec.to_builtins(queue.callback), "a chat has no callback; leave it out")
    if queue.transfer.p > 0.0 and queue.transfer.kind == "warm":
        yield Problem(f"{key}.transfer.kind", "warm", "must be cold: a chat is transferred without a meeting")


def capacities(centre: Centre) -> Iterator[Problem]:
    """Several chats at once need the skill for a chat, and a rate for each level; answering services take none."""
    for name, group in centre.groups.items():
        key, n = f"groups.{name}.capacity.chats", group.capacity.chats
        known = [(skill, centre.queues[skill].chat) for skill in group.skills if skill in centre.queues]
        chats_of = [(skill, chat) for skill, chat in known if chat is not None]
        if group.answering_service is not None:
            for skill, _ in chats_of:
                allowed = "an answering service takes no chats; must be a queue of calls"
                yield Problem(f"groups.{name}.skills.{group.skills.index(skill)}", skill, allowed)
        if n > 1 and not chats_of:
            yield Problem(key, n, "the group has no skill for a queue with chat; leave it out")
        for skill, chat in chats_of:
            if n > len(chat.rate_by_level):
                allowed = f"must be at most {len(chat.rate_by_level)}, the rates in queues.{skill}.chat.rate_by_level"
                yield Problem(key, n, allowed)
        yield from _beside_voice(centre, name)


def _beside_voice(centre: Centre, name: str) -> Iterator[Problem]:
    """Chats beside a call need room for the call, and the skill for one."""
    group = centre.groups[name]
    key, n = f"groups.{name}.capacity.chats_beside_voice", group.capacity.chats_beside_voice
    if n == 0:
        return
    if n >= group.capacity.chats:
        allowed = f"must be at most {group.capacity.chats - 1}, since the call counts as one of capacity.chats"
        yield Problem(key, n, allowed)
    queues = [centre.queues[skill] for skill in group.skills if skill in centre.queues]
    calls = any(queue.chat is None and queue.deferrable is None for queue in queues)
    if not calls and not any(skill in centre.campaigns for skill in group.skills):
        yield Problem(key, n, "the group has no skill for a queue of calls or a campaign; leave it out")
