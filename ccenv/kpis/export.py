"""Tables as data frames and CSV files."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ccenv.files.errors import shown
from ccenv.files.writing import write_atomically
from ccenv.kpis.kpi import LABELS
from ccenv.kpis.registry import KPIS
from ccenv.kpis.summary import KEYS

if TYPE_CHECKING:
    import pandas

SHAPES = ("long", "wide")

Columns = dict[str, Any]


def check_shape(shape: str) -> None:
    """Refuse another shape of a data frame than `long` and `wide`.

    Raises:
        ValueError: If it is neither.
    """
    if shape not in SHAPES:
        raise ValueError(f"shape = {shown(shape)}; allowed: {', '.join(SHAPES)}")


def unit_of(column: str) -> str:
    """Return the unit of a column of a KPI table; empty if it is neither a KPI nor a counter."""
    name = column.partition(":")[0]
    if name in KPIS:
        return KPIS[name].unit
    return next((labelled.counter.unit for labelled in LABELS.values() if labelled.column == name), "")


def columns_of(table: npt.NDArray[Any], shape: str) -> Columns:
    """Return a KPI table of any dimension as plain columns.

    Args:
        table: The table.
        shape: `wide`: one row for each run (and interval), with the table's columns. `long`: one row for each run (and
            interval) and figure, with the columns `seed`, `start_s` of a table by interval, `kpi`, `entity` (empty for
            a total), `unit` and `value`.

    Raises:
        ValueError: If the shape is not allowed.
    """
    check_shape(shape)
    flat, names = table.view(np.ndarray).reshape(-1), table.dtype.names or ()
    if shape == "wide":
        return {name: flat[name].copy() for name in names}
    keys, figures = [name for name in names if name in KEYS], [name for name in names if name not in KEYS]
    long: Columns = {key: np.repeat(flat[key], len(figures)) for key in keys}
    long["kpi"] = [figure.partition(":")[0] for figure in figures] * flat.size
    long["entity"] = [figure.partition(":")[2] for figure in figures] * flat.size
    long["unit"] = [unit_of(figure) for figure in figures] * flat.size
    values = [flat[figure].astype(np.float64) for figure in figures]
    long["value"] = np.stack(values, axis=1).reshape(-1) if values else np.zeros(0)
    return long


def to_frame(columns: Columns) -> pandas.DataFrame:
    """Return columns as a data frame.

    Raises:
        ImportError: If the extra `frames` is not installed.
    """
    from ccenv.integrations.frames import frame

    return frame(columns)


def write_csv(path: str | Path, columns: Mapping[str, Sequence[Any] | npt.NDArray[Any]]) -> None:
    """Write columns of equal length as a CSV file (RFC 4180) with a heading; nan is an empty cell.

    The file is written whole or not at all; missing folders are made.
    """
    plain = [np.asarray(values).tolist() for values in columns.values()]

    def write(place: Path) -> None:
        with place.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            for row in zip(*plain, strict=True):
                writer.writerow(["" if isinstance(cell, float) and math.isnan(cell) else cell for cell in row])

    write_atomically(Path(path), write)
