"""Drawings with matplotlib (extra `plot`): each takes axes, or makes a figure, and returns axes.

Colours are from the palette of Okabe and Ito (2008), which is safe for readers with colour-vision deficiencies.
Policies also differ in their markers. A policy has the same colour in every drawing of one comparison.
"""

try:
    import matplotlib  # noqa: F401
except ImportError as error:
    raise ImportError('ccenv.plot needs matplotlib: pip install "ccenv[plot]"') from error

from ccenv.plot.days import day
from ccenv.plot.differences import comparison
from ccenv.plot.policy_maps import policy_map
from ccenv.plot.trade_offs import trade_off

__all__ = ["comparison", "day", "policy_map", "trade_off"]
