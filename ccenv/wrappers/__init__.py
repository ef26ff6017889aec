"""Gymnasium wrappers of single environments. Each docstring says what the wrapper changes."""

from ccenv.wrappers.last_kpis import LastKpis

__all__ = ["LastKpis"]
