"""The reward trap: with some rewards it is optimal to let inbound contacts abandon.

Consider an advisor with the skills for a queue and a campaign. An inbound contact that is held back until it abandons
costs `w_ab + w_wait E[patience]`. It frees the advisor for `E[handle_in] / E[handle_out]` connects, each worth `v_out`.
If the cost is below the gain, starving inbound is optimal. This is exact for exponential times: in the reference case
`blending_full_action_check`, a reward with a penalty on waiting alone has this fault.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ccenv.rewards.terms import Reward, reward_weights
from ccenv.scenarios.compile.campaigns import p_sale, wrong_party_s
from ccenv.scenarios.compile.dists import mean_of
from ccenv.scenarios.compile.finish import handoff_factor, p_order, served_mixture
from ccenv.scenarios.compile.segments import lead_shares, p_right_party, sale_value, segments
from ccenv.scenarios.means import chat_speed, mean_s
from ccenv.scenarios.schema import Never

if TYPE_CHECKING:
    from ccenv.scenarios import Scenario
    from ccenv.scenarios.schema import Campaign, Queue


class RewardTrapWarning(UserWarning):
    """The reward pays for letting inbound contacts abandon."""


class WorthlessGoalsWarning(RewardTrapWarning):
    """A campaign reaches goals that are worth nothing under the reward."""


class Trap(NamedTuple):
    """The figures that the check compares, for a group with the skills for a queue and a campaign.

    Attributes:
        queue: Name of the queue.
        campaign: Name of the campaign.
        group: Name of the group.
        w_ab: Cost of an abandonment in place of an answer.
        w_wait: Cost of a second of waiting that ends in abandonment.
        patience_s: E[patience].
        v_out: Expected reward of a joined connect.
        handle_in_s: E[handle_in], the advisor's time for an inbound contact, including wrap-up.
        handle_out_s: E[handle_out], the same for a joined connect.
    """

    queue: str
    campaign: str
    group: str
    w_ab: float
    w_wait: float
    patience_s: float
    v_out: float
    handle_in_s: float
    handle_out_s: float

    @property
    def cost(self) -> float:
        """w_ab + w_wait E[patience]."""
        return self.w_ab + (self.w_wait * self.patience_s if self.w_wait else 0.0)

    @property
    def gain(self) -> float:
        """v_out E[handle_in] / E[handle_out]."""
        if self.handle_out_s == 0.0:
            return math.inf if self.v_out * self.handle_in_s > 0.0 else 0.0
        return self.v_out * self.handle_in_s / self.handle_out_s

    def __str__(self) -> str:
        sign = "<" if self.cost < self.gain else ">="
        cost = f"{self.w_ab:.4g} + {self.w_wait:.4g} * {self.patience_s:.4g} s = {self.cost:.4g}"
        gain = f"{self.v_out:.4g} * {self.handle_in_s:.4g} s / {self.handle_out_s:.4g} s = {self.gain:.4g}"
        return (
            f"{self.queue} and {self.campaign} in {self.group}: w_ab + w_wait * E[patience] = {cost} "
            f"{sign} v_out * E[handle_in] / E[handle_out] = {gain}"
        )


def check_reward(scenario: Scenario, reward: Reward = None) -> str | None:
    """Return a warning with the figures compared if the reward pays for starving inbound contacts, else None.

    Weights of group counters are ignored: an advisor's time costs the same for every kind of work.
    """
    caught = [trap for trap in compared(scenario, reward) if trap.cost < trap.gain]
    if not caught:
        return None
    head = "With this reward it pays to let inbound contacts give up and to dial instead:"
    return "\n".join([head, *(f"  {trap}" for trap in caught)])


def worthless_goals(scenario: Scenario, reward: Reward = None) -> list[str]:
    """Return the campaigns that reach goals although the reward gives nothing for a joined connect."""
    weights = reward_weights(scenario, reward)
    campaigns = scenario.centre.campaigns.items()
    return [
        name
        for i, (name, campaign) in enumerate(campaigns)
        if _goal(campaign)[0] > 0.0 and _gain(weights["campaign_count"][i], campaign)[0] <= 0.0
    ]


def compared(scenario: Scenario, reward: Reward = None) -> list[Trap]:
    """Return the figures for each group with the skills for a queue with abandonment and a campaign."""
    weights = reward_weights(scenario, reward)
    centre = scenario.centre
    gains = [_gain(weights["campaign_count"][c], campaign) for c, campaign in enumerate(centre.campaigns.values())]
    found = []
    for group_name, group in centre.groups.items():
        for q, (queue_name, queue) in enumerate(centre.queues.items()):
            if queue_name not in group.skills or isinstance(queue.patience_s, Never):
                continue
            mixture = served_mixture(queue, group.handle_s.get(queue_name, queue.handle_s))
            talk_s = handoff_factor(queue) * sum(p * mean_of(dist) for p, dist in mixture) / chat_speed(queue, group)
            wrap_up_s = mean_s(queue.wrap_up_s)
            w_ab, w_wait = loss_of(weights["queue_count"][q], queue, talk_s, wrap_up_s)
            patience_s = mean_s(queue.patience_s)
            for c, campaign_name in enumerate(centre.campaigns):
                if campaign_name not in group.skills:
                    continue
                v_out, out_s = gains[c]
                names = (queue_name, campaign_name, group_name)
                found.append(Trap(*names, w_ab, w_wait, patience_s, v_out, talk_s + wrap_up_s, out_s))
    return found


def loss_of(w: Any, queue: Queue, talk_s: float, wrap_up_s: float) -> tuple[float, float]:
    """Return w_ab and w_wait; w_ab includes the reward that the contact would have earned if answered."""
    answered = w["answered"] + w["answered_in_time"] + w["talk_s"] * talk_s + w["wrap_up_s"] * wrap_up_s
    earned = answered + _settled(w, queue) - w["abandoned"]
    return float(earned), 0.0 - float(w["waiting_s"] + w["wait_abandoned_s"])


def _settled(w: Any, queue: Queue) -> float:
    """Return the expected reward after the talk of a fresh contact, answered at once by an advisor of mean quality.

    The contact is transferred, and then only the transfer counts; or it may order, is resolved or not, and is scored.
    """
    value = queue.sale.value * (1.0 + sum(c.share * (c.value_factor - 1.0) for c in queue.customer.value_classes))
    ordered = p_order(queue) * (w["orders"] + (w["order_value"] + w["expected_order_value"]) * value)
    again = queue.repeat.p if queue.repeat.max_times > 0 else 0.0
    resolved = (1.0 - again) * (w["resolved"] + w["fresh_resolved"]) + again * w["unresolved"]
    satisfied = 0.0 if queue.satisfaction is None else w["scored"] + w["score"] * queue.satisfaction.base
    p = queue.transfer.p
    settled = p * w["transferred_out"] + (1.0 - p) * (resolved + satisfied)
    return float(w["fresh_answered"] + ordered + settled)


def _gain(w: Any, campaign: Campaign) -> tuple[float, float]:
    """Return v_out and E[handle_out] of a joined connect; the value of the lead it uses up is ignored."""
    sale, value = _goal(campaign)
    no_sale_s = mean_s(campaign.handle_s)
    sale_s = no_sale_s if campaign.handle_sale_s is None else mean_s(campaign.handle_sale_s)
    wrong = _wrong_party(campaign)
    talk_s = sale * sale_s + (1.0 - wrong - sale) * no_sale_s + wrong * mean_s(wrong_party_s(campaign))
    wrap_up_s = mean_s(campaign.wrap_up_s)
    sold = sale * w["sales"]
    if campaign.follow_up is not None:
        p_kept = campaign.follow_up.p_kept
        sold += sale * (p_kept * w["kept"] + (1.0 - p_kept) * w["broken"])
        value *= p_kept
    sold += value * (w["sale_value"] + w["expected_sale_value"])
    met = wrong * w["wrong_party"] + (1.0 - wrong) * w["right_party"]
    return float(w["joined"] + met + sold + w["talk_s"] * talk_s + w["wrap_up_s"] * wrap_up_s), talk_s + wrap_up_s


def _wrong_party(campaign: Campaign) -> float:
    """Return the probability that a joined person is not the one on the list: the mean over the leads."""
    parts = zip(lead_shares(campaign), segments(campaign), strict=True)
    return sum(share * (1.0 - p_right_party(segment, campaign)) for share, segment in parts)


def _goal(campaign: Campaign) -> tuple[float, float]:
    """Return the probability that a joined connect reaches the goal, and the expected value: means over the leads."""
    by_number = p_sale(campaign)[: len(campaign.contact_number)]
    sale = value = 0.0
    for share, segment in zip(lead_shares(campaign), segments(campaign), strict=True):
        share *= p_right_party(segment, campaign)
        p = share * float(np.dot(campaign.contact_number, np.minimum(1.0, segment.propensity * by_number)))
        sale += p
        value += p * sale_value(segment, campaign)
    return sale, value
