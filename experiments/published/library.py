"""Rows of examples of the ContactCenters library in which its model differs from that of ccenv.

Each instance has three rows: the library's model by our reference kernel, ccenv, and ccenv with the effect of the
difference. That effect is measured in the kernel: its figures under the library's conventions, less those under the
conventions of ccenv, on the same calls.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from experiments.published.library_kernel import kernel_table
from experiments.published.library_model import CONVENTIONS
from experiments.published.row import Compute, Figure, Measure, Row
from experiments.published.simulated import contributions, estimated, mean_of, seeds_of, simulated
from experiments.published.single_queue import LIBRARY

RUNS = 1_000  # as many as the library prints


def by_kernel(row: Row, share: float) -> dict[str, Figure]:
    """Return the figures of a row whose inputs are a `centre`, the `days` of a run and the `conventions` that hold."""
    inputs = row.inputs
    table = kernel_table(inputs["centre"], seeds_of(row, share), inputs["days"], inputs["conventions"])
    return {each.name: estimated(each, table) for each in row.measures}


def with_effect(row: Row, share: float) -> dict[str, Figure]:
    """Return the figures of ccenv plus the effect of the `conventions`: the paired difference in the kernel."""
    inputs, seeds, found = row.inputs, seeds_of(row, share), simulated(row, share)
    theirs, ours = (
        kernel_table(inputs["centre"], seeds, inputs["days"], names) for names in (inputs["conventions"], ())
    )
    effects = {each.name: mean_of(contributions(each, theirs) - contributions(each, ours)) for each in row.measures}
    return {
        name: Figure(figure.value + effects[name].value, math.hypot(figure.error, effects[name].error))
        for name, figure in found.items()
    }


def rows_of(
    name: str, about: str, measures: tuple[Measure, ...], centre: Mapping[str, Any], convention: str, days: int = 1
) -> tuple[Row, ...]:
    """Return the rows of an example: in the library's model, in ccenv, and in ccenv with the effect of a convention.

    Args:
        name: Name of the example.
        about: The example in a few words.
        measures: Its printed figures, as columns of ccenv.
        centre: Its centre.
        convention: Name of the convention of the library in which it differs from ccenv.
        days: Days of a run.
    """
    kernel, effect = f"{name}, reference kernel", f"{name}, with the effect"
    inputs = {"centre": centre, "days": days}
    theirs = {**inputs, "conventions": [convention]}

    def row(row_name: str, where: str, compute: Compute, given: Mapping[str, Any], **rest: Any) -> Row:
        source = f"{LIBRARY} {name}"
        return Row(row_name, "published", source, f"{about}; {where}", measures, compute, given, RUNS, **rest)

    return (
        row(kernel, "in the library's own model, by our reference kernel", by_kernel, theirs),
        row(name, "in ccenv", simulated, inputs, isolated=CONVENTIONS[convention], isolated_by=(kernel, effect)),
        row(
            effect,
            "in ccenv, plus the effect of the difference: the figures of the kernel in the library's model, less those "
            "in ccenv's own model, on the same calls",
            with_effect,
            theirs,
        ),
    )
