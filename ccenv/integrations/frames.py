"""Columns as a data frame of pandas (extra `frames`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas


def frame(columns: Mapping[str, Any]) -> pandas.DataFrame:
    """Return columns of equal length as a data frame.

    Args:
        columns: Values by the name of the column.

    Raises:
        ImportError: If pandas is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise ImportError('a data frame needs pandas: pip install "ccenv[frames]"') from error
    return pandas.DataFrame(dict(columns))
