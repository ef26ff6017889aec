"""What a check finds."""

from __future__ import annotations

from typing import Any, NamedTuple

SUM_TOLERANCE = 1e-9  # by which shares may miss their sum


class Problem(NamedTuple):
    """What is wrong: dotted key, value found, what is allowed."""

    key: str
    value: Any
    allowed: str
