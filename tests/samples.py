"""How many random samples each part of the tests runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def samples(slow: Iterable[int], more: Iterable[int]) -> list[Any]:
    """Numbers of samples as parameters: `make test-slow` runs the first ones, `make test-long` the others."""
    return [
        *(pytest.param(number, marks=pytest.mark.slow) for number in slow),
        *(pytest.param(number, marks=pytest.mark.long) for number in more),
    ]
