"""The result of a check."""

from __future__ import annotations

from typing import Any, NamedTuple

SUM_TOLERANCE = 1e-9  # allowed error of a sum of shares


class Problem(NamedTuple):
    """A fault of a scenario: dotted key, value found, what is allowed."""

    key: str
    value: Any
    allowed: str
