"""Keys of Gymnasium's `info` and the bits of a drawn seed, common to the single and the vector environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

#: Keys of `info` besides the mask, and the fields of a batch row that they come from.
INFO = {
    "elapsed_s": "elapsed_s",
    "cost": "cost",
    "cost_base": "cost_base",
    "illegal_action": "illegal",
    "illegal_share": "illegal_share",
    "warm_up": "warm_up",
    "decision": "decision",
    "coin": "u",
}
SEED_BITS = 62


def add_kpis(infos: dict[str, Any], found: Mapping[int, Mapping[str, float]], n: int) -> None:
    """Add the key `kpis` to the infos of n rows, as Gymnasium's vector environments do with a dictionary.

    Args:
        infos: The infos.
        found: KPIs by name, by row. All rows have the same names; nothing is added if there is no row.
        n: Number of rows.
    """
    if not found:
        return
    rows = list(found)
    there = np.zeros(n, np.bool_)
    there[rows] = True
    kpis: dict[str, np.ndarray] = {}
    for name in found[rows[0]]:
        kpis[name] = np.zeros(n)
        kpis[name][rows] = [found[row][name] for row in rows]
        kpis[f"_{name}"] = there.copy()
    infos.update(kpis=kpis, _kpis=there)
