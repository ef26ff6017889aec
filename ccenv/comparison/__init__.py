"""Comparison of policies on the same seeds: KPIs, and paired differences to a baseline with intervals."""

from ccenv.comparison.policies import HEADLINE, compare
from ccenv.comparison.result import Comparison, Row

__all__ = ["HEADLINE", "Comparison", "Row", "compare"]
