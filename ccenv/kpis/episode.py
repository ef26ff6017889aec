"""KPIs of a single episode as plain floats, fast enough for the last step of every episode."""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from ccenv.kpis.declared import absent_columns
from ccenv.kpis.kpi import LABELS, Kpi
from ccenv.kpis.registry import KPIS
from ccenv.kpis.table import needed
from ccenv.sim.state.counters import COUNTERS

if TYPE_CHECKING:
    from ccenv.scenarios import Scenario

Parts = list[float]  # values of a counter or sum by entity
Signed = list[tuple[str, float]]  # labels, each with its sign


class EpisodeKpis:
    """The KPIs that a centre has, as functions of the counters of one episode.

    A call takes about as long as a hundred decisions of the simulator. The figures equal those of a KPI table of the
    same episode bit by bit.

    Args:
        scenario: The centre.

    Attributes:
        names: The KPIs that the centre has, in the order of the registry; see `ccenv.kpis.declared`.
    """

    def __init__(self, scenario: Scenario) -> None:
        absent = absent_columns(scenario)
        self.names = tuple(name for name in KPIS if name not in absent)
        wanted = needed(self.names)
        entities = scenario.by_axis
        self._columns = {
            axis: [
                (label, place)
                for place, counter in enumerate(COUNTERS[axis])
                for label, each in LABELS.items()
                if each.axis == axis and each.counter.name == counter.name and each.column in wanted
            ]
            for axis in COUNTERS
        }
        self._n = {axis: len(names) for axis, names in entities.items()}
        self._formulas = [_formula(scenario, kpi, entities) for kpi in KPIS.values() if kpi.name in wanted]
        self._shown = frozenset(self.names)

    def of(self, counters: Mapping[str, npt.NDArray[np.float64]], n_illegal: int, n_decisions: int) -> dict[str, float]:
        """Return the KPIs of an episode by name; nan for a ratio with denominator 0.

        Args:
            counters: By axis of `COUNTERS`, what each entity has counted, (entities, counters); entities beyond the
                scenario's own are ignored.
            n_illegal: Illegal actions of the policy.
            n_decisions: Decisions of policy and rules.
        """
        parts: dict[str, Parts] = {}
        totals = {"illegal_actions": float(n_illegal), "decisions": float(n_decisions)}
        for axis, columns in self._columns.items():
            by_counter = counters[axis][: self._n[axis]].T.tolist()
            for label, place in columns:
                parts[label] = by_counter[place]
                totals[label] = functools.reduce(operator.add, by_counter[place], 0.0)
        figures: dict[str, float] = {}
        for formula in self._formulas:
            figure = formula.value(parts, totals)
            if formula.name in self._shown:
                figures[formula.name] = figure
        return figures


class _Formula(NamedTuple):
    """A KPI ready to be computed: labels with their signs, and the weight of each entity, of which the centre has none.

    A total without weights adds up totals; one with weights adds up its values by entity, as a KPI table does.
    """

    name: str
    above: Signed
    below: Signed
    weights: Parts | None

    def value(self, parts: dict[str, Parts], totals: dict[str, float]) -> float:
        """Return the figure, and note a sum for the formulas after it."""
        if self.below:
            divisor = _sum(totals, self.below)
            return _sum(totals, self.above) / divisor if divisor != 0.0 else float("nan")
        if self.weights is None:
            total = _sum(totals, self.above)
        else:
            parts[self.name] = [w * _sum_of(parts, self.above, k) for k, w in enumerate(self.weights)]
            total = functools.reduce(operator.add, parts[self.name], 0.0)
        totals[self.name] = total
        return total


def _formula(scenario: Scenario, kpi: Kpi, entities: Mapping[str, tuple[str, ...]]) -> _Formula:
    weights = None
    if kpi.axis != "centre":
        weigh = kpi.weight or (lambda centre, name: 1.0)
        weights = [weigh(scenario.centre, name) for name in entities[kpi.axis]]
    return _Formula(kpi.name, _signed(kpi.numerator), _signed(kpi.denominator), weights)


def _signed(labels: tuple[str, ...]) -> Signed:
    """Return the labels of a formula, each with its sign."""
    return [(label.removeprefix("-"), -1.0 if label.startswith("-") else 1.0) for label in labels]


def _sum(values: Mapping[str, float], terms: Signed) -> float:
    total = 0.0
    for label, sign in terms:
        total += sign * values[label]
    return total


def _sum_of(values: Mapping[str, Parts], terms: Signed, k: int) -> float:
    """Return the sum for entity k."""
    total = 0.0
    for label, sign in terms:
        total += sign * values[label][k]
    return total
