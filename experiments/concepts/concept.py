"""What a row of the concept table is: a concept and the paired experiment that shows what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from ccenv.policy import Policy
from ccenv.scenarios import Scenario

Direction = Literal["up", "down"]
Changes = Mapping[str, Any]
NOTHING: Changes = MappingProxyType({})
CHOICE = "modelling choice"


class Experiment(NamedTuple):
    """The same days of a centre twice, without and with a concept.

    Attributes:
        scenario: A name of the library.
        kpi: The column of a KPI table that is compared.
        moves: Where the concept moves it, said before it is measured.
        off: Dotted keys and values of the scenario without the concept.
        on: The same with it; nothing where the scenario as it is has it.
        both: What is set on both sides, so that the concept has something to act on.
        runs: Episodes of each side, on the same seeds.
        days: Length of an episode.
        days_off: Length of an episode without the concept, where it is the length that is compared.
        policy: Makes what decides in the place of the scenario's rules.
        why: Why it moves that way, where the concept's equation does not say so.
    """

    scenario: str
    kpi: str
    moves: Direction
    off: Changes = NOTHING
    on: Changes = NOTHING
    both: Changes = NOTHING
    runs: int = 200
    days: int = 1
    days_off: int | None = None
    policy: Callable[[Scenario], Policy] | None = None
    why: str = ""


class Concept(NamedTuple):
    """One row.

    Attributes:
        name: What it is called, unique.
        keys: Dotted keys of the schema that it is made with, the one that switches it on first; `*` stands for a name
            or a place in a list, `key=value` for one value of the key, or one distribution of time.
        equation: What it does, in short.
        source: Where the equation comes from.
        test: Node id of the test that covers it.
        used_in: A scenario of the library that uses the first key; `scenario:variant` for one of its variants.
        experiment: What shows its effect.
    """

    name: str
    keys: tuple[str, ...]
    equation: str
    source: str
    test: str
    used_in: str
    experiment: Experiment
