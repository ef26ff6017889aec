"""Dialing without prediction: by hand, after a preview, by lines for each ready advisor, by the answer rate."""

import math

from ccenv.rules.helpers import dial_up_to, event_coin, idle_above, round_randomly
from ccenv.rules.pacing.parts import (
    ALL,
    ANSWERS,
    COIN_STATE,
    HELD_BACK,
    KEPT,
    P_START,
    RATE,
    UNRESERVED_READS,
    answer_rate,
    at_rank,
    number,
    waiting_beside,
)
from ccenv.rules.spec import RuleSpec
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import DIAL_RESERVED, HOLD

PREVIEW_STATE = {"rule": COIN_STATE, "group": 1}  # previews that the first idle advisor of the group has skipped


@helper
def manual(snap, mask, c, params, state, u):
    """Dial with one reserved advisor who has been idle for `dial_s`: the time to choose a lead and to dial by hand.

    The advisor takes inbound contacts meanwhile. Only the first idle advisor of each group can be seen, so one dial a
    group starts at a time.
    """
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        if idle_above(snap, c, i, params.kept_for_inbound) > params.reserve[i]:
            for a in range(c.first_dial[i], c.first_dial[i + 1]):
                g = c.action[a].group
                if c.action[a].kind == DIAL_RESERVED and mask[a] and snap.idle[g] > params.kept_for_inbound[g]:
                    if snap.idle_longest_s[g] >= params.dial_s[i]:
                        return a
    return HOLD


@helper
def _previewed(snap, g, i, params, state, coin):
    """Return whether the first idle advisor of a group has seen a lead for `preview_s` and calls it."""
    at = COIN_STATE + g
    if snap.idle_longest_s[g] < state[at] * params.preview_s[i]:
        state[at] = 0.0  # another advisor is the first
    if snap.idle_longest_s[g] < (state[at] + 1.0) * params.preview_s[i]:
        return False
    if coin < params.p_skip[i]:
        state[at] += 1.0
        return False
    state[at] = 0.0
    return True


@helper
def preview(snap, mask, c, params, state, u):
    """Dial with a reserved advisor who has seen the lead for `preview_s`; with `p_skip` the lead is skipped.

    A skipped lead costs one more preview. The advisor takes inbound contacts meanwhile. Source: preview mode of Genesys
    Cloud, NICE and Amazon Connect (timer, skip).
    """
    coin = event_coin(snap, state, u)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        if idle_above(snap, c, i, params.kept_for_inbound) > params.reserve[i]:
            for a in range(c.first_dial[i], c.first_dial[i + 1]):
                g = c.action[a].group
                if c.action[a].kind == DIAL_RESERVED and mask[a] and snap.idle[g] > params.kept_for_inbound[g]:
                    if _previewed(snap, g, i, params, state, coin):
                        return a
    return HOLD


@helper
def genesys_lines(snap, mask, c, params, state, u):
    """Target = floor(m (ready - queued)) lines: m lines for each ready advisor whom no waiting contact needs.

    Source: Genesys Engage, Outbound Contact: new calls = floor(m (ready - queued - dialed / m));
    `progressive_blending_reserved_agents` is `reserve`. Genesys Cloud: at most 15 calls for each agent, and a share of
    the lines (`Max Line Utilization`).
    """
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        ready = idle_above(snap, c, i, params.kept_for_inbound) - params.reserve[i]
        queued = snap.connects_waiting[i] + waiting_beside(snap, c, i)
        most = math.floor(params.most_utilization[i] * c.campaign[i].max_lines)
        target = min(math.floor(params.lines_each[i] * max(ready - queued, 0.0)), most)
        a = dial_up_to(snap, mask, c, i, target)
        if a != HOLD:
            return a
    return HOLD


@helper
def max0_by_rate(snap, mask, c, params, state, u):
    """Target = max(0, kappa (idle - reserve)^+ / answer rate - c) ringing lines, rounded randomly."""
    coin = event_coin(snap, state, u)
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        idle = max(idle_above(snap, c, i, params.kept_for_inbound) - params.reserve[i], 0.0)
        each = params.kappa[i] / answer_rate(snap, i, params.rate, params.p_start[i])
        a = dial_up_to(snap, mask, c, i, round_randomly(max(each * idle - params.c[i], 0.0), coin))
        if a != HOLD:
            return a
    return HOLD


RULES = (
    RuleSpec(
        "manual",
        manual,
        (*ALL, KEPT, number("dial_s", 20.0, "time [s] to choose a lead and to dial", (0.0, 120.0))),
        ("idle", "idle_longest_s"),
        reserves=True,
    ),
    RuleSpec(
        "preview",
        preview,
        (
            *(*ALL, KEPT),
            number("preview_s", 15.0, "time [s] for which a lead is seen", (0.0, 120.0)),
            number("p_skip", 0.0, "probability that a lead is skipped", (0.0, 0.99), high=0.99),
        ),
        ("event_number", "idle", "idle_longest_s"),
        state=PREVIEW_STATE,
        reserves=True,
        tosses=True,
    ),
    RuleSpec(
        "genesys_lines",
        genesys_lines,
        (
            *(*ALL, KEPT),
            number("lines_each", 1.0, "lines for each ready advisor", (0.0, 15.0), high=15.0),
            number("most_utilization", 1.0, "largest share of the campaign's lines", (0.0, 1.0), high=1.0),
        ),
        ("idle", "ringing", "connects_waiting", "queue_length"),
        reserves=False,
        state_term=True,
    ),
    RuleSpec(
        "max0_by_rate",
        max0_by_rate,
        (
            *(*ALL, KEPT),
            number("kappa", 0.6, "expected answers for each idle advisor above the reserve", (0.0, 2.0)),
            HELD_BACK,
            RATE,
            P_START,
        ),
        (*UNRESERVED_READS, *ANSWERS),
        state=COIN_STATE,
        reserves=False,
        tosses=True,
        state_term=True,
    ),
)
