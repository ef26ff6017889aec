"""The record of a campaign."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ccenv.scenarios.compile.calling_rules import fill_calling_rules
from ccenv.scenarios.compile.detector import decides_at_once, detector_of
from ccenv.scenarios.compile.queues import Dists, dist_index
from ccenv.scenarios.compile.segments import keeps
from ccenv.scenarios.schema import Campaign, Retries, Time
from ccenv.scenarios.schema.outbound import MOST_ATTEMPTS
from ccenv.sim.state.codes import AFTER, MIXES, NIL, RETRY_ORDERS, RING_DISTS
from ccenv.sim.state.layout import CONTACT_NUMBERS


def fill_campaign(row: Any, campaign: Campaign, queues: list[str], dists: Dists) -> None:
    """Fill the record of a campaign, except its stream and its segments; `queues`: names of the queues in order."""
    _outcomes(row, campaign)
    _lines(row, campaign, dists)
    _talk(row, campaign, dists)
    _list(row, campaign, dists)
    _promises(row, campaign, dists)
    _return_calls(row, campaign, queues, dists)
    fill_calling_rules(row, campaign)


def p_sale(campaign: Campaign) -> np.ndarray:
    """Return the probability of a sale by contact number, (CONTACT_NUMBERS,); the last value given is repeated."""
    return padded(campaign.p_sale if isinstance(campaign.p_sale, list) else [campaign.p_sale], CONTACT_NUMBERS)


def wrong_party_s(campaign: Campaign) -> Time:
    """Return the handle time of a wrong party: by default that of a talk without the goal."""
    return campaign.handle_s if campaign.handle_wrong_party_s is None else campaign.handle_wrong_party_s


def padded(given: list[float], n: int) -> np.ndarray:
    """Return the values as an array of shape (n,); the last value is repeated."""
    return np.array(given + given[-1:] * (n - len(given)))


def _outcomes(row: Any, campaign: Campaign) -> None:
    row["p_machine"], row["p_busy"], row["p_invalid"] = campaign.p_machine, campaign.p_busy, campaign.p_invalid
    detector = detector_of(campaign)
    row["p_false_positive"], row["p_machine_passed"] = detector.p_false_positive, detector.p_machine_passed
    row["p_sale"], row["share"], row["p_stop"] = p_sale(campaign), 1.0, campaign.p_stop
    row["share"][: len(campaign.contact_number) - 1] = np.cumsum(campaign.contact_number)[:-1]


def _lines(row: Any, campaign: Campaign, dists: Dists) -> None:
    by_outcome = campaign.ring_s_by_outcome
    row["ring"] = row["ring_of"] = dist_index(campaign.ring_s, dists)
    row["ring_differs"] = by_outcome is not None
    if by_outcome is not None:
        row["ring_of"] = [dist_index(getattr(by_outcome, outcome), dists) for outcome in RING_DISTS]
    row["decide"] = NIL if decides_at_once(campaign) else dist_index(detector_of(campaign).decide_s, dists)
    row["drop_after"], row["hang_up"] = dist_index(campaign.drop_after_s, dists), dist_index(campaign.hang_up_s, dists)


def _talk(row: Any, campaign: Campaign, dists: Dists) -> None:
    sale = campaign.handle_s if campaign.handle_sale_s is None else campaign.handle_sale_s
    row["handle"], row["handle_sale"] = dist_index(campaign.handle_s, dists), dist_index(sale, dists)
    row["handle_machine"] = dist_index(campaign.handle_machine_s, dists)
    row["handle_wrong"] = dist_index(wrong_party_s(campaign), dists)
    row["wrap_up"] = dist_index(campaign.wrap_up_s, dists)
    row["value_sigma"] = math.sqrt(math.log1p(campaign.value_cv**2))
    row["value_handle"] = campaign.value_handle_correlation


def _list(row: Any, campaign: Campaign, dists: Dists) -> None:
    retries = campaign.retries or Retries(MOST_ATTEMPTS)
    row["keeps"], row["max_attempts"] = keeps(campaign), retries.max_attempts
    row["retry"] = [dist_index(getattr(retries, outcome), dists) for outcome in AFTER]
    row["retry_order"] = RETRY_ORDERS.index(campaign.order.retries)
    row["fresh_every"], row["mix"] = campaign.order.fresh_every, MIXES.index(campaign.order.mix)


def _promises(row: Any, campaign: Campaign, dists: Dists) -> None:
    """Fill what a talk can agree on: a callback, or a promise or appointment that is kept or broken later."""
    callback, follow_up = campaign.agreed_callback, campaign.follow_up
    row["agree_after"] = row["kept_after"] = NIL
    row["agree_factor"] = row["p_kept"] = 1.0
    if callback is not None:
        row["p_agree"], row["agree_after"] = callback.p, dist_index(callback.after_s, dists)
        row["agree_window_s"], row["agree_factor"] = callback.window_s, callback.answer_factor
    row["follows_up"] = follow_up is not None
    if follow_up is not None:
        row["p_kept"], row["kept_after"] = follow_up.p_kept, dist_index(follow_up.after_s, dists)
        row["retry_broken"] = follow_up.retry_broken


def _return_calls(row: Any, campaign: Campaign, queues: list[str], dists: Dists) -> None:
    row["return_queue"] = row["return_delay"] = NIL
    calls = campaign.return_calls
    if calls is not None:
        row["return_queue"], row["return_delay"] = queues.index(calls.queue), dist_index(calls.delay_s, dists)
        row["p_return"] = [getattr(calls.p_by_outcome, outcome, 0.0) for outcome in AFTER]
        row["p_return_most"] = row["p_return"].max()
