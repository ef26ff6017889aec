"""Kinds of dials: with a reserved advisor, and without."""

from __future__ import annotations

from typing import Any

from ccenv.scenarios.schema import Centre, Reserves
from ccenv.sim.state.codes import RESERVED_DIALS, UNRESERVED_DIALS

BOTH_DIALS = UNRESERVED_DIALS | RESERVED_DIALS


def dials_of(reserves: Reserves) -> int:
    """Bits of the kinds of dials that a campaign with this flag has."""
    return {False: UNRESERVED_DIALS, True: RESERVED_DIALS, "either": BOTH_DIALS}[reserves]


def fill_dials(row: Any, centre: Centre, kinds: int = BOTH_DIALS) -> None:
    """Fill the kinds of dials that each campaign may use: those of its flag, limited to the bits in `kinds`."""
    for c, campaign in enumerate(centre.campaigns.values()):
        row["campaign"][c]["dials"] = dials_of(campaign.reserves) & kinds
    row["reserving"] = sum(
        1 << c for c in range(len(centre.campaigns)) if int(row["campaign"][c]["dials"]) & RESERVED_DIALS
    )
