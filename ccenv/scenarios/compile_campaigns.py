"""The record of a campaign."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ccenv.scenarios.compile_queues import INT32
from ccenv.scenarios.laws import LawValues, law_values
from ccenv.scenarios.schema import Campaign, Clock
from ccenv.scenarios.slots import n_slots
from ccenv.sim.layout import CONTACT_NUMBERS

UNLIMITED_LEADS = 2**62


def fill_campaign(row: Any, campaign: Campaign, clock: Clock, laws: dict[LawValues, int]) -> None:
    """Fill the record of a campaign, all but its stream."""
    row["p_answer"][: n_slots(clock)] = campaign.p_answer
    row["p_machine"], row["p_busy"], row["p_invalid"] = campaign.p_machine, campaign.p_busy, campaign.p_invalid
    row["p_false_positive"] = campaign.detector.p_false_positive
    row["p_machine_passed"] = campaign.detector.p_machine_passed
    row["p_sale"], row["share"] = p_sale(campaign), 1.0
    row["share"][: len(campaign.contact_number) - 1] = np.cumsum(campaign.contact_number)[:-1]
    steady = clock.kind == "steady"  # which has no time of day
    row["dial_from_s"], row["dial_until_s"] = campaign.dial_from_s, math.inf if steady else campaign.dial_until_s
    row["leads"] = UNLIMITED_LEADS if campaign.leads == "unlimited" else campaign.leads
    row["sale_value"], row["reserves"] = campaign.sale_value, campaign.reserves
    row["max_lines"] = min(campaign.max_lines, INT32)
    sale = campaign.handle_s if campaign.handle_sale_s is None else campaign.handle_sale_s
    row["ring"], row["drop_after"] = laws[law_values(campaign.ring_s)], laws[law_values(campaign.drop_after_s)]
    row["handle"], row["handle_sale"] = laws[law_values(campaign.handle_s)], laws[law_values(sale)]
    row["handle_machine"] = laws[law_values(campaign.handle_machine_s)]
    row["wrap_up"] = laws[law_values(campaign.wrap_up_s)]


def p_sale(campaign: Campaign) -> np.ndarray:
    """Probability of a sale by contact number, shape (CONTACT_NUMBERS,); the last value given holds beyond."""
    given = campaign.p_sale if isinstance(campaign.p_sale, list) else [campaign.p_sale]
    return np.array(given + given[-1:] * (CONTACT_NUMBERS - len(given)))
