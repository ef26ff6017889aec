"""The interface of a policy: the snapshot's fields, the names along their axes, and the actions.

Two centres with the same interface may differ in all parameters; a policy of one can decide in the other.
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
    """One field of the snapshot.

    A number of the observation is the field's number, clipped at `high`, times `scale`.

    Attributes:
        name: Name of the field.
        axis: Q, G, C, P (queue, group, campaign, compatible pair), or empty for a field of the whole centre.
        width: Numbers for each entity of the axis.
        unit: Unit of the numbers.
        high: Upper bound.
        scale: Factor of the observation.
        observed: Whether it is part of the observation; other fields are for rules alone.
    """

    name: str
    axis: str
    width: int
    unit: str
    high: float
    scale: float
    observed: bool


class Interface(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fields, names along each axis, and names of the actions. The order matters."""

    fields: list[FieldDeclaration]
    entities: dict[str, list[str]]
    actions: list[str]

    @property
    def digest(self) -> str:
        """SHA-256 of the whole interface, hexadecimal."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()


def interface_of(scenario: Scenario) -> Interface:
    """The interface of a scenario in this version of the package, under the campaigns' flags that it has."""
    return Interface(
        [
            FieldDeclaration(f.name, f.axis, f.width, f.unit, f.highest(scenario.size), float(f.scale), not f.rule_only)
            for f in FIELDS
        ],
        {axis: list(names) for axis, names in entities(scenario).items()},
        [action.name for action in scenario.catalogue],
    )


def differences(bundle: Interface, here: Interface) -> list[str]:
    """Differences between a bundle's interface and another, in words; empty if they are equal."""
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
    in_bundle, here = set(mine), set(theirs)
    found = [f"{kind} {name} is in the bundle, not here" for name in mine if name not in here]
    found += [f"{kind} {name} is here, not in the bundle" for name in theirs if name not in in_bundle]
    if not found and list(mine) != list(theirs):
        found.append(f"the {kind}s have another order")
    return found


def listed(items: Sequence[str], shown: int = SHOWN) -> str:
    """The first items in one text, and the number of the others."""
    more = len(items) - shown
    return "; ".join([*items[:shown], *([f"and {more} more"] if more > 0 else [])])
