"""The answering-machine detection of a campaign."""

from __future__ import annotations

from ccenv.scenarios.compile.dists import dist_values
from ccenv.scenarios.schema import Campaign, Detector
from ccenv.sim.state.codes import CONSTANT

WITHOUT = Detector(p_machine_passed=1.0)  # all machines reach advisors


def detector_of(campaign: Campaign) -> Detector:
    """Return the detector of a campaign; for `none` one that passes everything at once."""
    return campaign.detector if isinstance(campaign.detector, Detector) else WITHOUT


def decides_at_once(campaign: Campaign) -> bool:
    """Return whether the detector's decision takes no time."""
    values = dist_values(detector_of(campaign).decide_s)
    return values.kind == CONSTANT and values.a == 0.0
