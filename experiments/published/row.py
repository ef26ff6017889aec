"""A row: one published instance with all its printed figures, and the figures that ccenv finds for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

Kind = Literal["published", "re-computed", "exact"]
KINDS: dict[Kind, str] = {
    "published": "printed in the source",
    "re-computed": "computed by our study with the authors' own program, or with an earlier version of ccenv",
    "exact": "computed by a formula or solver of ccenv",
}
CENTRE = ""  # name of a row's centre without changes


class Figure(NamedTuple):
    """A figure with its standard error; 0 if it is exact."""

    value: float
    error: float


class Measure(NamedTuple):
    """One printed figure and its formula over the columns of a KPI table.

    Attributes:
        name: Name in the source.
        printed: The figure as it is printed: its last digit gives the rounding.
        error: Standard error of the printed figure; 0 if it is exact but for the rounding.
        above: Columns whose sum is the numerator; a column with a leading `-` is subtracted.
        below: Columns of the denominator, summed over the runs; none: the mean of a run.
        scale: Factor of the result.
        variant: Variant of the row's centre in which it is measured.
        by_run: A ratio is formed for each run, and their mean is printed; else a ratio of totals.
    """

    name: str
    printed: str
    error: float
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    scale: float = 1.0
    variant: str = CENTRE
    by_run: bool = False

    @property
    def rounding(self) -> float:
        """Half of the last printed digit."""
        digits, _, exponent = self.printed.upper().partition("E")
        decimals = len(digits.partition(".")[2])
        return 0.5 * 10.0 ** (int(exponent or 0) - decimals)


Compute = Callable[["Row", float], dict[str, Figure]]


@dataclasses.dataclass(frozen=True)
class Row:
    """One instance.

    Attributes:
        name: Unique name.
        kind: Where the printed figures come from.
        source: Paper, package or page, with the name of the example.
        about: The instance in a few words.
        measures: All figures that the source prints for it, but for those of `left_out`.
        compute: Function of the row and of the share of its runs, to the figures of the measures by name.
        inputs: Everything that `compute` reads beside the row's measures, as plain JSON values.
        runs: Runs of ccenv.
        left_out: Printed figures that are not compared, with the reason.
        isolated: Why the figures differ, if they do; empty: they may not.
        isolated_by: Rows that show it: the same instance without the cause. They must be inside.
    """

    name: str
    kind: Kind
    source: str
    about: str
    measures: tuple[Measure, ...]
    compute: Compute
    inputs: Mapping[str, Any]
    runs: int = 0
    left_out: str = ""
    isolated: str = ""
    isolated_by: tuple[str, ...] = ()
