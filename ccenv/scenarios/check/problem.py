"""The result of a check."""

from __future__ import annotations

from ccenv.files.errors import Problem

__all__ = ["SUM_TOLERANCE", "Problem"]

SUM_TOLERANCE = 1e-9  # allowed error of a sum of shares
