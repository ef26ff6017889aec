"""Types of the concept table: a concept and the paired experiment that measures its effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from ccenv.policy import Policy
from ccenv.scenarios import Scenario

Direction = Literal["up", "down"]
Changes = Mapping[str, Any]
NOTHING: Changes = {}  # a plain mapping, because it goes to other processes
CHOICE = "modelling choice"


class Experiment(NamedTuple):
    """A paired experiment: the same days of a centre without and with a concept.

    Attributes:
        scenario: A name of the library.
        kpi: The column of a KPI table that is compared.
        moves: Expected direction of the change, declared before the measurement.
        off: Dotted keys and values of the scenario without the concept.
        on: The same with the concept; empty if the scenario itself has it.
        both: Keys and values set on both sides, which give the concept something to act on.
        runs: Episodes of each side, on the same seeds.
        days: Length of an episode [days].
        days_off: Length of an episode without the concept [days], if the experiment compares lengths.
        policy: Function that makes the policy that replaces the scenario's rules; None for the rules.
        why: Reason for the direction, if the concept's equation does not give it.
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
    """One row of the table.

    Attributes:
        name: Unique name.
        keys: Dotted keys of the schema that define the concept; the first one switches it on. `*` stands for a name or
            an index of a list. `key=value` stands for one value of the key, or for one distribution of time.
        equation: Its effect as a short formula.
        source: Source of the equation.
        test: Node id of the test that covers it.
        used_in: A scenario of the library that uses the first key; `scenario:variant` for one of its variants.
        experiment: The experiment that measures its effect.
    """

    name: str
    keys: tuple[str, ...]
    equation: str
    source: str
    test: str
    used_in: str
    experiment: Experiment
