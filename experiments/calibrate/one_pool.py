"""Check of the assumption of one pool of advisors for five types: service and waits of type NW."""

import numpy as np
from numpy.typing import NDArray

from experiments.calibrate.logs import OPEN_S, SLOT_S, SLOTS

ENOUGH, FEW = 100, 0.05


def unequal_service(contacts: NDArray[np.void]) -> dict[str, float]:
    """Compare type NW with type PS in the same half hours of the same days, and count advisors who hardly served NW.

    Returns:
        Shares of contacts that queued (`queued`, `queued_ps`), mean waits (`wait_s`, `wait_ps_s`), the number of
        advisors with at least `ENOUGH` contacts of types other than IN (`advisors`), and how many of them have a share
        of NW below `FEW` (`without_nw`).
    """
    cell = contacts["day"] * SLOTS + ((contacts["arrival_s"] - OPEN_S) // SLOT_S).astype(int)
    nw, ps = contacts["type"] == "NW", contacts["type"] == "PS"
    comparable = nw & np.isin(cell, cell[ps])
    out: dict[str, float] = {}
    for key, values in (("queued", contacts["wait_s"] > 0), ("wait_s", contacts["wait_s"])):
        ps_mean = np.bincount(cell[ps], values[ps], cell.max() + 1) / np.maximum(
            1, np.bincount(cell[ps], None, cell.max() + 1)
        )
        ps_key = "queued_ps" if key == "queued" else "wait_ps_s"
        out |= {key: float(values[comparable].mean()), ps_key: float(ps_mean[cell[comparable]].mean())}
    served = contacts[~contacts["abandoned"] & (contacts["type"] != "IN")]
    names, counts = np.unique(served["advisor"], return_counts=True)
    busy = names[(counts >= ENOUGH) & (names != "NO_SERVER")]
    shares = np.array([np.mean(served["type"][served["advisor"] == name] == "NW") for name in busy])
    return out | {"advisors": len(busy), "without_nw": int(np.sum(shares < FEW))}
