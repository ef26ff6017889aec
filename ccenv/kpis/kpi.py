"""Key performance indicators: a KPI is a ratio of two sums of counters, or one such sum.

Over entities and runs it is the ratio of totals, never a mean of ratios. A formula names counters by their labels
(`LABELS`), and sums that are declared before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ccenv.sim.state.counters import COUNTERS, Counter

if TYPE_CHECKING:
    from ccenv.scenarios.schema import Centre

AXES = ("queue", "group", "campaign", "centre")


class Labelled(NamedTuple):
    """A counter with its axis and its public label, which is unique over all axes."""

    label: str
    axis: str
    counter: Counter

    @property
    def column(self) -> str:
        """Name of the total in a KPI table; counts begin with `n_`."""
        return f"n_{self.label}" if self.counter.unit == "1" else self.label


def _labels() -> dict[str, Labelled]:
    """A counter is called by its name; where an earlier axis has the same name, by axis and name."""
    found: dict[str, Labelled] = {}
    for axis, counters in COUNTERS.items():
        for counter in counters:
            label = counter.name if counter.name not in found else f"{axis}_{counter.name}"
            found[label] = Labelled(label, axis, counter)
    of_centre = (
        Counter("illegal_actions", "1", "illegal actions of the policy, replaced by a legal one"),
        Counter("decisions", "1", "decisions of policy and rules, where two or more actions were legal"),
    )
    return found | {counter.name: Labelled(counter.name, "centre", counter) for counter in of_centre}


LABELS = _labels()


class Weight(NamedTuple):
    """Factor of a sum by group or campaign.

    Attributes:
        words: The factor, in words.
        of: The factor as a function of the centre and the entity's name.
    """

    words: str
    of: Callable[[Centre, str], float]

    def __call__(self, centre: Centre, name: str) -> float:
        """Return the factor of an entity."""
        return self.of(centre, name)


class Kpi(NamedTuple):
    """One indicator.

    Attributes:
        name: Its column in a KPI table; followed by `:entity` for one queue, group or campaign.
        unit: "share", "s", "value", ...
        formula: `sum` or `sum / sum`. A sum of several labels, joined by " + " and " - ", stands in brackets. A KPI
            without a denominator adds up over entities; a summary gives its mean per run.
        meaning: Definition in words.
        axis: "queue", "group" or "campaign": a column for each of them beside the total; "centre": the total alone.
        weight: Factor of a sum by group or campaign; None for 1.
    """

    name: str
    unit: str
    formula: str
    meaning: str
    axis: str = "centre"
    weight: Weight | None = None

    @property
    def whole_formula(self) -> str:
        """The formula with the factor of the sum, in words."""
        return self.formula if self.weight is None else f"{self.formula} x ({self.weight.words})"

    @property
    def numerator(self) -> tuple[str, ...]:
        """Labels of the sum; a label with a leading "-" is subtracted."""
        return _labels_of(self.formula.partition(" / ")[0])

    @property
    def denominator(self) -> tuple[str, ...]:
        """Labels of the denominator; empty for a sum."""
        return _labels_of(self.formula.partition(" / ")[2])


def _labels_of(text: str) -> tuple[str, ...]:
    return tuple(text.strip("()").replace(" - ", " + -").split(" + ")) if text else ()


def column_of(label: str) -> str:
    """Return the column of the total of a counter label or declared sum in a KPI table."""
    return LABELS[label].column if label in LABELS else label


def add_up(
    labels: tuple[str, ...], columns: Mapping[str, npt.NDArray[Any]], suffix: str = ""
) -> npt.NDArray[np.float64]:
    """Return the sum of a numerator or denominator from columns by name; `suffix` is "" or `:entity`."""
    total: Any = 0.0
    for label in labels:
        values = columns[column_of(label.removeprefix("-")) + suffix]
        total = total - values if label.startswith("-") else total + values
    return np.asarray(total, np.float64)


def ratio_of_totals(numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return numerator / denominator, nan where the denominator is 0. All ratios of KPIs are formed here."""
    above, below = np.broadcast_arrays(np.asarray(numerator, np.float64), np.asarray(denominator, np.float64))
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=below != 0.0)
