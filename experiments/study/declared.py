"""Types of a case study: settings, assumptions, measures, headlines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Sums = Mapping[str, Floats]  # sums over runs by column; resampled sums have one entry each
Values = Mapping[str, float]  # values of all assumptions by name
Rule = tuple[str, Mapping[str, Any]]
Form = Callable[[Sums], Floats]
PairForm = Callable[[Sums, Sums], Floats]

RUNS = "runs"  # a column of ones


class Setting(NamedTuple):
    """One centre with its rules, in plain values.

    Attributes:
        scenario: Name of a library scenario, or path of a file relative to the checkout.
        changes: Values for dotted keys of the scenario.
        routing: Routing rule with parameters; None: the scenario's own.
        pacing: Pacing rule with parameters; None: the scenario's own.
    """

    scenario: str
    changes: Mapping[str, Any] = {}
    routing: Rule | None = None
    pacing: Rule | None = None


class Assumption(NamedTuple):
    """A number that the study assumes.

    Attributes:
        name: Unique name, also the key in `Values`.
        meaning: Meaning, in words that can follow the name.
        base: Value in the base case.
        low: Lower end of the range.
        high: Upper end of the range.
        source: Source of the base value and of the range.
        percent: Whether the page shows the value as a percentage.
    """

    name: str
    meaning: str
    base: float
    low: float
    high: float
    source: str
    percent: bool = False

    def text(self, value: float) -> str:
        """Return a value as the page shows it."""
        return f"{100 * value:.4g} %" if self.percent else f"{value:,.4g}"


class Measure(NamedTuple):
    """A figure of one setting.

    Attributes:
        name: Name on the page.
        unit: Unit; `share` is shown as a percentage.
        columns: Columns whose sums it needs.
        form: The figure from sums of the columns.
        meaning: Definition.
    """

    name: str
    unit: str
    columns: tuple[str, ...]
    form: Form
    meaning: str


class Headline(NamedTuple):
    """A figure that answers the question: a comparison of two variants.

    Attributes:
        name: Name on the page.
        kind: `change`: relative change of a measure; `difference`: its difference; `figure`: a form of its own.
        variant: The variant.
        against: The variant with which it is compared.
        measure: The measure compared; "" for a figure of its own.
        published: The published value, in the same unit; None if there is none.
        rounding: How far the published value may be from an exact one, as it is rounded.
        unit: Unit of a figure of its own.
        columns: Columns of a figure of its own.
        form: A figure of its own from the sums of `variant` and of `against`.
        words: For a figure of its own, a sentence with `{value}`.
    """

    name: str
    kind: Literal["change", "difference", "figure"]
    variant: str
    against: str
    measure: str = ""
    published: float | None = None
    rounding: float = 0.0
    unit: str = ""
    columns: tuple[str, ...] = ()
    form: PairForm | None = None
    words: str = ""


class Sweep(NamedTuple):
    """More values of one assumption.

    Attributes:
        assumption: Its name.
        values: The values, ascending.
        logarithmic: Whether the figure has a logarithmic axis.
    """

    assumption: str
    values: tuple[float, ...]
    logarithmic: bool = False


class Also(NamedTuple):
    """One more case beside the base case, with several assumptions changed.

    Attributes:
        name: Name on the page.
        values: The values that differ from the base case.
        why: Reason, a sentence.
    """

    name: str
    values: Values
    why: str


class Study(NamedTuple):
    """A case study.

    Attributes:
        name: One word.
        title: Title of the page.
        question: The question, one sentence.
        about: Centre and comparison, in sentences.
        variants: What each variant is, by name; the first is the one with which others are compared.
        settings: Function that returns the setting of each variant for given values of the assumptions.
        assumptions: All assumptions.
        measures: Figures of each variant.
        headlines: The figures that answer the question; the figure of the page shows the first three.
        sweep: The assumption that is swept.
        runs: Function that returns the number of runs for given values.
        published: Where the published figures come from; "" if there are none.
        also: Further cases.
        equal: Pairs of an assumption and a headline: the page says at which value of the assumption the headline is 0,
            and what the other headlines are there.
        remarks: Sentences on what the comparison leaves out.
        waits: Whether total waits by request are measured, from event logs.
    """

    name: str
    title: str
    question: str
    about: str
    variants: Mapping[str, str]
    settings: Callable[[Values], dict[str, Setting]]
    assumptions: tuple[Assumption, ...]
    measures: tuple[Measure, ...]
    headlines: tuple[Headline, ...]
    sweep: Sweep
    runs: Callable[[Values], int]
    published: str = ""
    also: tuple[Also, ...] = ()
    equal: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
    waits: bool = False

    def base(self) -> dict[str, float]:
        """Return the base value of each assumption."""
        return {each.name: each.base for each in self.assumptions}

    def assumption(self, name: str) -> Assumption:
        """Return an assumption by its name."""
        return next(each for each in self.assumptions if each.name == name)

    def measure(self, name: str) -> Measure:
        """Return a measure by its name."""
        return next(each for each in self.measures if each.name == name)

    def headline(self, name: str) -> Headline:
        """Return a headline by its name."""
        return next(each for each in self.headlines if each.name == name)


def added(sums: Sums, columns: tuple[str, ...]) -> Floats:
    """Return the sum of columns; a column with a minus before its name is subtracted."""
    parts = [-sums[each[1:]] if each.startswith("-") else sums[each] for each in columns]
    return np.sum(parts, axis=0)


def _plain(columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each.removeprefix("-") for each in columns)


def ratio(name: str, unit: str, above: tuple[str, ...], below: tuple[str, ...], meaning: str) -> Measure:
    """Return a measure that is a ratio of totals."""

    def form(sums: Sums) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return added(sums, above) / added(sums, below)

    return Measure(name, unit, (*_plain(above), *_plain(below)), form, meaning)


def per_run(name: str, unit: str, columns: tuple[str, ...], meaning: str) -> Measure:
    """Return a measure that is a mean per run."""
    return ratio(name, unit, columns, (RUNS,), meaning)


def scaled(profile: float | Sequence[float], factor: float) -> float | list[float]:
    """Return a profile of a scenario, one number or one for each slot, times a factor."""
    return factor * profile if isinstance(profile, int | float) else [factor * each for each in profile]


def rounded(profile: float | Sequence[float], factor: float) -> int | list[int]:
    """Return a profile of whole numbers times a factor, rounded."""
    return round(factor * profile) if isinstance(profile, int | float) else [round(factor * each) for each in profile]
