"""What a contact is worth under a reward: in expectation, by queue and group, and by segment of a campaign.

All figures are optimistic where the scenario leaves a choice, so that they may stand in an upper bound. `assumed` names
the parts of a centre for which they are means or guesses instead.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ccenv.rewards.terms import Reward, reward_weights
from ccenv.scenarios import Scenario
from ccenv.scenarios.compile.campaigns import p_sale
from ccenv.scenarios.compile.finish import p_order
from ccenv.scenarios.compile.segments import p_right_party, sale_value, segments
from ccenv.scenarios.means import mean_s
from ccenv.scenarios.offered import handle_times
from ccenv.scenarios.schema import Campaign, Centre, Customer, Group, Queue, Segment

Floats = np.ndarray

LOST = ("abandoned", "silent", "balked", "blocked", "unserved", "callback_lost", "carried_out")
OF_QUEUE = (
    *LOST, "waiting_s", "answered", "answered_in_time", "score", "resolved", "unresolved", "orders", "order_value",
    "expected_order_value", "transferred_out", "contained", "contained_unresolved", "ivr_cost", "items_done_in_time",
    "items_done", "items_left",
)  # fmt: skip
OF_CAMPAIGN = (
    "joined", "sales", "sale_value", "expected_sale_value", "dropped", "hung_up", "closed_value", "broken", "agreed",
    "agreed_kept",
)  # fmt: skip
SECONDS_IN_MINUTE = 60.0


class QueueWorth(NamedTuple):
    """The worth of the contacts of a queue.

    Attributes:
        answered: Largest expected reward of one that a group answers, order included, (G,); nan without the skill.
        order: Part of it that is the value of an order, (G,).
        order_share: Value of an order of a mean contact over that of the class of customers of the largest value.
        handle_s: Least mean time of an advisor for one, wrap-up included, (G,) [s]; nan without the skill.
        lost: Rewards, at most 0, of a contact lost, by its kind, for the kinds that can occur.
        waiting: Reward, at most 0, of a second of waiting on a line.
        contained: Expected reward of a contact that the IVR keeps.
        entering: Expected reward, at most 0, of entering the IVR.
        p_again: Largest share of those that a group answers which come again, (G,).
    """

    answered: Floats
    order: Floats
    order_share: float
    handle_s: Floats
    lost: dict[str, float]
    waiting: float
    contained: float
    entering: float
    p_again: Floats


class SegmentWorth(NamedTuple):
    """The worth of the leads of a segment.

    Attributes:
        campaign: Index of its campaign.
        joined: Largest expected reward of a joined person, by the number of talks with the lead before, (2,): of the
            first talk and of a later one.
        handle_s: Least mean time of an advisor for one, wrap-up included, by the same number, (2,) [s].
        leads: Leads that a person can answer at least once; infinity for an unlimited list.
        talks: Largest expected number of talks with all leads of the segment; infinity for an unlimited list.
    """

    campaign: int
    joined: Floats
    handle_s: Floats
    leads: float
    talks: float


class Worth(NamedTuple):
    """The worth of all contacts of a centre.

    Attributes:
        queues: By queue.
        segments: Of all campaigns.
        speed: Factor by which the advisors of a group do more work than such of mean handle time, (G,).
        assumed: Why the figures are no bounds, as phrases; empty if they are.
    """

    queues: tuple[QueueWorth, ...]
    segments: tuple[SegmentWorth, ...]
    speed: Floats
    assumed: tuple[str, ...]


def worth_of(scenario: Scenario, reward: Reward = None) -> Worth:
    """Return the worth of the contacts of a scenario.

    Raises:
        ValueError: If the reward has a term that this module does not know.
    """
    centre, weights = scenario.centre, reward_weights(scenario, reward)
    _check(weights)
    handle, groups = handle_times(centre), list(centre.groups.values())
    queues = tuple(
        _queue(centre, queue, groups, handle[q], {name: float(weights["queue_count"][name][q]) for name in OF_QUEUE})
        for q, queue in enumerate(centre.queues.values())
    )
    lists = tuple(
        _segment(
            i, campaign, segment, {name: float(weights["campaign_count"][name][i]) for name in OF_CAMPAIGN}, groups
        )
        for i, campaign in enumerate(centre.campaigns.values())
        for segment in segments(campaign)
    )
    speed = np.array([(1.0 + group.speed_cv**2) * (1.0 + group.busyness_cv**2) for group in groups])
    return Worth(queues, lists, speed, tuple(_assumed(centre)))


def _check(weights: np.ndarray) -> None:
    for axis, known in (("queue_count", OF_QUEUE), ("group_count", ()), ("campaign_count", OF_CAMPAIGN)):
        for name in weights[axis].dtype.names or ():
            if np.any(weights[axis][name]) and name not in known:
                raise ValueError(f"reward term {name}: it has a weight; allowed here: {', '.join(known) or 'none'}")


def _queue(centre: Centre, queue: Queue, groups: list[Group], handle_s: Floats, w: dict[str, float]) -> QueueWorth:
    again = queue.repeat.p if queue.repeat.max_times else 0.0
    factors = np.array([math.exp(group.quality.on_repeat * _short_of(group)) for group in groups])
    p_again = np.minimum(1.0, again * factors)
    most, mean = _value_factors(queue.customer)
    lift = np.array([math.exp(0.5 * (group.quality.on_sale * group.quality.sd) ** 2) for group in groups])
    order = p_order(queue) * lift * most * queue.sale.value * (w["order_value"] + w["expected_order_value"])
    score = 0.0 if queue.satisfaction is None else min(100.0, queue.satisfaction.base) * w["score"]
    solved = (1.0 - p_again) * w["resolved"] + p_again * w["unresolved"]
    if queue.deferrable is None:
        answered = w["answered"] + max(0.0, w["answered_in_time"]) + solved + score
        answered = answered + order + p_order(queue) * lift * w["orders"]
    else:
        answered = w["items_done"] + max(0.0, w["items_done_in_time"]) + solved + score
    can = np.isfinite(handle_s)
    least = np.where(can, handle_s * _shortest(queue.customer), np.nan)
    return QueueWorth(
        np.where(can, answered, np.nan), order, mean / most, least, _lost(centre, queue, w),
        0.0 if queue.deferrable else w["waiting_s"], *_machine(queue, w), p_again,
    )  # fmt: skip


def _value_factors(customer: Customer) -> tuple[float, float]:
    """Return the largest factor of the value of an order among the classes of customers, and its mean."""
    classes = customer.value_classes
    rest = 1.0 - sum(each.share for each in classes)
    return max([1.0, *(each.value_factor for each in classes)]), rest + sum(c.share * c.value_factor for c in classes)


def _short_of(group: Group) -> float:
    """Points of quality by which a group is below what the queue's probabilities hold for."""
    service = group.answering_service
    return 0.0 if service is None or service.own_quality is None else service.own_quality - group.quality.mean


def _shortest(customer: Customer) -> float:
    """Return the factor of the shortest handle times among the kinds of customers that a policy can tell apart."""
    known = min(1.0, customer.returning_factor) if customer.p_identified > 0.0 else 1.0
    return known * (min(1.0, customer.preferred_factor) if customer.p_preferred > 0.0 else 1.0)


def _lost(centre: Centre, queue: Queue, w: dict[str, float]) -> dict[str, float]:
    """Return the reward of a contact lost, by the kinds that can occur."""
    if queue.deferrable is not None:
        return {"left": w["items_left"]}
    kinds = {"abandoned": w["abandoned"], "unserved": w["unserved"]}
    if queue.p_balk > 0.0 or queue.announcement is not None:
        kinds["balked"] = w["balked"]
    if centre.trunks is not None and queue.chat is None:
        kinds["blocked"] = w["blocked"]
    if queue.callback is not None:
        kinds |= {name: w[name] for name in ("callback_lost", "carried_out")}
    if queue.chat is not None and queue.chat.p_silent > 0.0:
        kinds["silent"] = w["silent"]
    return kinds


def _machine(queue: Queue, w: dict[str, float]) -> tuple[float, float]:
    """Return the reward of a contact that the IVR keeps, and of entering the IVR."""
    if queue.ivr is None:
        return 0.0, 0.0
    resolved = queue.ivr.p_resolved_easy + (queue.ivr.p_resolved_hard - queue.ivr.p_resolved_easy) * (
        0.5 * queue.ivr.p_contained
    )
    cost = queue.ivr.price_per_minute * mean_s(queue.ivr.time_s) / SECONDS_IN_MINUTE * w["ivr_cost"]
    return w["contained"] + (1.0 - resolved) * w["contained_unresolved"], cost


def _segment(i: int, campaign: Campaign, segment: Segment, w: dict[str, float], groups: list[Group]) -> SegmentWorth:
    lift = max([1.0, *(math.exp(0.5 * (group.quality.on_sale * group.quality.sd) ** 2) for group in groups)])
    kept = 1.0 if campaign.follow_up is None else campaign.follow_up.p_kept
    right = p_right_party(segment, campaign)
    by_number = p_sale(campaign)
    first = float(np.dot(campaign.contact_number, by_number[: len(campaign.contact_number)]))
    later = (
        max(by_number[1:]) if right == 1.0 else max(by_number)
    )  # after a wrong party the first talk is still to come
    odds = np.minimum(1.0, segment.propensity * lift * np.array([first, later]))
    goals = right * odds
    closed = (goals + (right - goals) * campaign.p_stop) * segment.value_left * w["closed_value"]
    value = sale_value(segment, campaign) * kept
    joined = w["joined"] + goals * (w["sales"] + value * (w["expected_sale_value"] + w["sale_value"])) + closed
    talk, sale = mean_s(campaign.handle_s), mean_s(campaign.handle_sale_s or campaign.handle_s)
    other = mean_s(campaign.handle_wrong_party_s or campaign.handle_s)
    handle = (1.0 - right) * other + goals * sale + (right - goals) * talk + mean_s(campaign.wrap_up_s)
    return SegmentWorth(i, joined, handle, *_reach(campaign, segment))


def _reach(campaign: Campaign, segment: Segment) -> tuple[float, float]:
    """Return how many leads of a segment can be talked to, and with how many talks, if all are dialed at the best time.

    An attempt of number k is answered with probability p_k at most. An agreed callback raises it, and follows a share
    of the talks. So the talks t of a lead satisfy t <= sum of p_k + t p_agreed (factor - 1) max p_k.
    """
    if segment.size == "unlimited":
        return math.inf, math.inf
    eligible = (segment.p_consent if campaign.calling_rules.needs_consent else 1.0) * (1.0 - segment.p_do_not_call)
    profile = campaign.p_answer if segment.p_answer is None else segment.p_answer
    by_attempt = campaign.by_attempt if segment.by_attempt is None else segment.by_attempt
    attempts = 1 if campaign.retries is None else campaign.retries.max_attempts
    p = [min(1.0, float(np.max(profile)) * by_attempt[min(k, len(by_attempt) - 1)]) for k in range(attempts)]
    agreed = campaign.agreed_callback
    more = 0.0 if agreed is None else agreed.p * max(0.0, agreed.answer_factor - 1.0) * max(p)
    talks = min(float(attempts), sum(p) / (1.0 - more)) if more < 1.0 else float(attempts)
    leads = float(segment.size) * eligible
    return leads * (1.0 - math.prod(1.0 - each for each in p)), leads * talks


def _assumed(centre: Centre) -> list[str]:
    """Return, in phrases, the parts of a centre for which the figures are no bounds."""
    queues, groups, campaigns = centre.queues.values(), centre.groups.values(), centre.campaigns.values()
    quality = any(group.quality.on_repeat or group.quality.on_sale for group in groups)
    found = {
        "quality of advisors at its mean": quality,
        "all contacts are at the queue that they belong to": any(q.ivr is not None and q.ivr.routes for q in queues),
        "chats at the best number at once": any(queue.chat is not None for queue in queues),
        "the IVR at the threshold of the scenario": any(
            queue.ivr is not None and queue.ivr.price_per_minute > 0.0 for queue in queues
        ),
        "no return calls": any(campaign.return_calls is not None for campaign in campaigns),
        "nothing left from the days before": centre.history.kind != "none",
        "handle times at the mean of the day": any(queue.handle_by_slot for queue in queues)
        or any(campaign.handle_by_slot for campaign in campaigns),
    }
    return [phrase for phrase, is_so in found.items() if is_so]
