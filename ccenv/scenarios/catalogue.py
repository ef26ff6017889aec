"""The compatible pairs and the action catalogue of a centre."""

from __future__ import annotations

from typing import NamedTuple

from ccenv.scenarios.schema import Centre
from ccenv.sim.state.codes import ASSIGN, DIAL, DIAL_RESERVED, HOLD, NIL


class Pair(NamedTuple):
    """A group with the skill for a queue or campaign.

    `kind` is "queue" or "campaign"; `index` and `group` are positions in the order of the file.
    """

    kind: str
    index: int  # type: ignore[assignment]  # hides tuple.index
    group: int


class Action(NamedTuple):
    """One action.

    Attributes:
        kind: Code of `ccenv.sim.state.codes`: HOLD, ASSIGN, DIAL or DIAL_RESERVED.
        index: Queue or campaign; -1: none.
        group: Group; -1: none.
        n: Number of lines to dial; of an assignment the level: the number of chats that the advisor then has, 1 for a
            call; 0 for `hold`.
        name: Public name, for example `assign:sales>first`.
    """

    kind: int
    index: int  # type: ignore[assignment]  # hides tuple.index
    group: int
    n: int
    name: str


class ActionKind(NamedTuple):
    """A kind of action.

    Attributes:
        name: Its name.
        pattern: Names of its actions, with the names of queue, group and campaign and the number of lines in braces.
        meaning: What an action of the kind does.
    """

    name: str
    pattern: str
    meaning: str


ACTION_KINDS = {
    HOLD: ActionKind("hold", "hold", "do nothing more at this epoch"),
    ASSIGN: ActionKind(
        "assign",
        "assign:{queue}>{group}",
        "give the first contact in line to the first idle advisor of the group",
    ),
    DIAL: ActionKind("dial", "dial:{campaign}*{n}", "dial the next n leads of the campaign; no advisor is reserved"),
    DIAL_RESERVED: ActionKind(
        "dial_reserved",
        "dial:{campaign}>{group}",
        "dial the next lead of the campaign and reserve the first idle advisor of the group for it",
    ),
}
"""Kinds of action, by their code of `ccenv.sim.state.codes`."""
ASSIGN_CHAT = ActionKind(
    "assign_chat",
    "assign:{queue}>{group}@{level}",
    "give the first chat in line to an advisor of the group who has level - 1 chats: an idle one at level 1, else the "
    "one whose last assignment is longest ago",
)
"""The assignment of a chat; it has the code of other assignments."""
VERBS = {code: kind.pattern.partition(":")[0] for code, kind in ACTION_KINDS.items()}
"""`hold`, `assign` or `dial`, by the code of the kind: how the names of its actions begin."""


def make_pairs(centre: Centre) -> tuple[Pair, ...]:
    """Return queue pairs in order of queues, then groups; then campaign pairs likewise."""
    return tuple(
        Pair(kind, index, g)
        for kind, entities in (("queue", centre.queues), ("campaign", centre.campaigns))
        for index, name in enumerate(entities)
        for g, group in enumerate(centre.groups.values())
        if name in group.skills
    )


def make_catalogue(centre: Centre) -> tuple[Action, ...]:
    """Return all actions: `hold`, an assignment for each queue pair (chat: each level), then the dials of campaigns.

    A campaign has a dial for each step of its ladder; a campaign with `reserves: true` has one for each of its groups;
    a campaign with `reserves: either` has both, the ladder first.
    """
    queues, groups = list(centre.queues), list(centre.groups)
    pairs = make_pairs(centre)
    actions = [Action(HOLD, NIL, NIL, 0, _name(HOLD))]
    for kind, q, g in pairs:
        if kind == "queue":
            actions += _assignments(centre, queues[q], groups[g], q, g)
    for c, (name, campaign) in enumerate(centre.campaigns.items()):
        if campaign.reserves is not True:
            actions += [Action(DIAL, c, NIL, n, _name(DIAL, campaign=name, n=n)) for n in campaign.dial_ladder]
        if campaign.reserves is not False:
            for kind, index, g in pairs:
                if kind == "campaign" and index == c:
                    named = _name(DIAL_RESERVED, campaign=name, group=groups[g])
                    actions.append(Action(DIAL_RESERVED, c, g, 1, named))
    return tuple(actions)


def _assignments(centre: Centre, queue: str, group: str, q: int, g: int) -> list[Action]:
    """Return the assignments of a queue to a group: one, or one for each level of a chat."""
    if centre.queues[queue].chat is None:
        return [Action(ASSIGN, q, g, 1, _name(ASSIGN, queue=queue, group=group))]
    levels = range(1, centre.groups[group].capacity.chats + 1)
    pattern = ASSIGN_CHAT.pattern
    return [Action(ASSIGN, q, g, n, pattern.format(queue=queue, group=group, level=n)) for n in levels]


def _name(kind: int, **names: str | int) -> str:
    return ACTION_KINDS[kind].pattern.format(**names)
