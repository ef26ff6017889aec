"""Conventions of Gymnasium that the environments share: keys of `info`, bits of a drawn seed, autoreset modes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode

from ccenv.files.errors import names, shown

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
SUMMED = ("elapsed_s", "cost", "cost_base")  # keys that add up over steps
SEED_BITS = 62


def autoreset_mode_of(given: AutoresetMode | str) -> AutoresetMode:
    """Return the autoreset mode that a caller names by itself or by its value.

    Raises:
        ValueError: If there is no such mode.
    """
    try:
        return AutoresetMode(given)
    except ValueError:
        allowed = names(mode.value for mode in AutoresetMode)
        raise ValueError(f"autoreset_mode = {shown(given)}; allowed: {allowed}") from None


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
