"""What a policy is bound to: the snapshot's fields, the names they are given for, and the actions.

Two centres with the same interface may differ in every figure; a policy of one can be asked about the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from ccenv.scenarios import Scenario
from ccenv.sim.state.fields import FIELDS
from ccenv.spaces.observation import entities

SHOWN = 6


class FieldDeclaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field of the snapshot: `width` numbers, or as many for each entity of `axis`.

    `axis` is Q, G, C, P (queue, group, campaign, compatible pair) or nothing. A number of the observation is the
    field's number, at most `high`, times `scale`; fields that are not `observed` are read by rules alone.
    """

    name: str
    axis: str
    width: int
    unit: str
    high: float
    scale: float
    observed: bool


class Interface(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields, names along each axis, and actions, all in their order."""

    fields: list[FieldDeclaration]
    entities: dict[str, list[str]]
    actions: list[str]

    @property
    def digest(self) -> str:
        """SHA-256 of all of it, hexadecimal."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()


def interface_of(scenario: Scenario) -> Interface:
    """The interface that this package gives a scenario, under the campaigns' flags that it has."""
    return Interface(
        [
            FieldDeclaration(f.name, f.axis, f.width, f.unit, f.highest(scenario.size), float(f.scale), not f.rule_only)
            for f in FIELDS
        ],
        {axis: list(names) for axis, names in entities(scenario).items()},
        [action.name for action in scenario.catalogue],
    )


def differences(bundle: Interface, here: Interface) -> list[str]:
    """What differs between a bundle's interface and another, in words; empty if they are equal."""
    mine, theirs = ({f.name: f for f in i.fields} for i in (bundle, here))
    found = _names("field", list(mine), list(theirs))
    for name in (name for name in mine if name in theirs):
        for key in FieldDeclaration.__struct_fields__:
            a, b = getattr(mine[name], key), getattr(theirs[name], key)
            if a != b:
                found.append(f"field {name}: {key} is {a!r} in the bundle, {b!r} here")
    for axis, kind in (("Q", "queue"), ("G", "group"), ("C", "campaign"), ("P", "pair")):
        found += _names(kind, bundle.entities.get(axis, []), here.entities.get(axis, []))
    return found + _names("action", bundle.actions, here.actions)


def _names(kind: str, mine: Sequence[str], theirs: Sequence[str]) -> list[str]:
    found = [f"{kind} {name} is in the bundle, not here" for name in mine if name not in theirs]
    found += [f"{kind} {name} is here, not in the bundle" for name in theirs if name not in mine]
    if not found and list(mine) != list(theirs):
        found.append(f"the {kind}s have another order")
    return found


def listed(items: Sequence[str], shown: int = SHOWN) -> str:
    """The first items, and how many more there are."""
    more = len(items) - shown
    return "; ".join([*items[:shown], *([f"and {more} more"] if more > 0 else [])])
