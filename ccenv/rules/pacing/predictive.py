"""Quantile dialing: the most lines whose expected drops stay within a share of their expected connects."""

import math

from ccenv.rules.declared import FOR_INBOUND
from ccenv.rules.helpers import dial_up_to, idle_above, next_member
from ccenv.rules.pacing.parts import (
    CAMPAIGN_ORDER,
    DEFINITION,
    DUTY,
    KEPT,
    LIMIT,
    P_START,
    RATE,
    SHARE,
    answer_rate,
    at_rank,
    dropped_share,
    number,
    on_duty,
    share_base,
    shares,
    waiting_beside,
)
from ccenv.rules.spec import RuleSpec
from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import HOLD, NIL
from ccenv.sim.state.fields import FINISH_HORIZONS_S, RINGING_AGES_S

AGE_S = (2.5, 7.5, 15.0, 25.0)  # age [s] that stands for a class of `RINGING_AGES_S`
ROUNDING = 1e-9  # a number of lines this little above a whole one is that whole one
NEGLIGIBLE = 1e-12  # weight relative to that of the mode below which a term is left out
N_AGES = len(RINGING_AGES_S)


@helper
def _excess(n, p, free, finishing):
    """Return E[(X - free - Y)^+] for X binomial (n, p) and Y Poisson with mean `finishing`.

    Weights are relative to those at the modes, so no power or factorial underflows.
    """
    if n < 1.0 or p <= 0.0:
        return 0.0
    mode = math.floor(min((n + 1.0) * p, n))
    total = 0.0
    over = 0.0
    w = 1.0
    x = mode
    while x <= n and w > NEGLIGIBLE:
        total += w
        over += w * _loss(x - free, finishing)
        w = w * (n - x) / (x + 1.0) * p / (1.0 - p) if p < 1.0 else 0.0
        x += 1.0
    w = mode / (n - mode + 1.0) * (1.0 - p) / p
    x = mode - 1.0
    while x >= 0.0 and w > NEGLIGIBLE:
        total += w
        over += w * _loss(x - free, finishing)
        w = w * x / (n - x + 1.0) * (1.0 - p) / p
        x -= 1.0
    return over / total


@helper
def _loss(short, finishing):
    """Return E[(short - Y)^+] for Y Poisson with mean `finishing`."""
    if short <= 0.0 or finishing <= 0.0:
        return max(short, 0.0)
    mode = math.floor(finishing)
    total = 0.0
    loss = 0.0
    w = 1.0
    y = mode
    while w > NEGLIGIBLE:
        total += w
        loss += w * max(short - y, 0.0)
        w *= finishing / (y + 1.0)
        y += 1.0
    w = mode / finishing
    y = mode - 1.0
    while y >= 0.0 and w > NEGLIGIBLE:
        total += w
        loss += w * max(short - y, 0.0)
        w *= y / finishing
        y -= 1.0
    return loss / total


@helper
def _p_by_age(p, age_s, from_s, until_s):
    """Return P(a line is answered that has rung for `age_s`) if answers come uniformly in [from_s, until_s].

    `p`: share of all lines that are answered. Lines without an answer are taken to ring on.
    """
    if age_s <= from_s:
        return p
    left = p * max(0.0, 1.0 - (age_s - from_s) / max(until_s - from_s, 1e-9))
    return left / (left + 1.0 - p) if left > 0.0 else 0.0


@helper
def _ringing_connects(snap, i, p, params, power):
    """Return the sum of the probabilities that the lines of campaign i are answered, or that of their squares.

    Lines that were answered and that the detector has not yet decided count with probability 1. `power`: 1.0 or 2.0.
    """
    total = min(snap.deciding[i], snap.ringing[i])
    still = 1.0 - total / max(snap.ringing[i], 1.0)
    for k in range(N_AGES):
        answered = _p_by_age(p, AGE_S[k], params.answer_from_s[i], params.answer_until_s[i])
        total += still * snap.ringing_by_age[i, k] * (answered if power == 1.0 else answered * answered)
    return total


@helper
def _finishing(snap, c, i, horizon_s):
    """Return the contacts of eligible groups that are expected to finish within a horizon; linear between fields."""
    total = 0.0
    g = next_member(c.campaign_groups, i, NIL)
    while g >= 0:
        before_s = 0.0
        before = 0.0
        for h in range(len(FINISH_HORIZONS_S)):
            step_s = FINISH_HORIZONS_S[h] - before_s
            part = min(max((horizon_s - before_s) / step_s, 0.0), 1.0)
            total += part * (snap.finishes[g, h] - before)
            before = snap.finishes[g, h]
            before_s = FINISH_HORIZONS_S[h]
        g = next_member(c.campaign_groups, i, g)
    return total


@helper
def _inbound(snap, c, i, horizon_s):
    """Return the contacts that are expected to arrive at shared queues within a horizon, at the recent rate."""
    total = 0.0
    for q in range(c.n_queues):
        if c.queue[q].deferrable == 0 and shares(c, i, q):
            total += snap.arrivals_recent_per_hour[q] * horizon_s / 3600.0
    return total


@helper
def _others(snap, c, i, params):
    """Return the expected answers of the ringing lines of other campaigns that share a group with campaign i."""
    total = 0.0
    for j in range(c.n_campaigns):
        shared = False
        for word in range(c.campaign_groups.shape[1]):
            shared |= c.campaign_groups[i, word] & c.campaign_groups[j, word] != U(0)
        if j != i and shared:
            rate = answer_rate(snap, j, params.rate, params.p_start[j])
            total += _ringing_connects(snap, j, rate, params, 1.0) + snap.connects_waiting[j]
    return total


@helper
def _allowed(snap, i, params):
    """Return the share of the next connects that may be dropped, so that the window ends at the limit."""
    limit = params.limit[i]
    base = share_base(snap, i, params.definition)
    over = dropped_share(snap, i, params.definition) * base
    spare = (limit * base - over) / params.horizon_connects[i]
    return min(max(limit + spare, 0.0), params.most_share[i])


@helper
def _most_lines(snap, c, i, p, free, finishing, params):
    """Return the most ringing lines of campaign i whose expected drops stay within the allowed share of connects."""
    share = _allowed(snap, i, params)
    now = snap.ringing[i]
    mean = _ringing_connects(snap, i, p, params, 1.0)
    squares = _ringing_connects(snap, i, p, params, 2.0)
    low = 0.0
    high = snap.lines_free[i] + 1.0
    while high - low > 1.0:  # the expected share of drops grows with the lines
        new = math.floor(0.5 * (low + high))
        answers = mean + new * p
        n = math.ceil(answers * answers / (squares + new * p * p) - ROUNDING)
        if _excess(n, answers / n, free, finishing) <= share * answers:
            low = new
        else:
            high = new
    return now + low


@helper
def predictive(snap, mask, c, params, state, u):
    """Dial the most lines whose expected drops stay within the share of expected connects that the window allows.

    The answers of the ringing lines are X, binomial with the mean and, to whole lines, the variance of the sum of
    their answers, each with the probability that its age leaves. Free are the idle advisors above the reserve, less
    connects that wait, less the expected connects of other campaigns with a shared group, and a Poisson number with
    the mean of the contacts expected to finish within `horizon_s` beyond those in line, less `inbound` times the
    contacts expected to arrive. The target is the largest n with E[(X - free)^+] <= epsilon E[X]. epsilon = limit +
    (limit base - over) / horizon_connects, within [0, most_share]: connects ahead use up what the window has left, or
    make up for what it lacks. Below `least_advisors` eligible advisors on duty the rule is progressive: one line for
    each idle advisor above the reserve.

    Source: the predictive dialer of the trade (Samuelson 1999, "Predictive dialing for outbound telephone call
    centers", Interfaces 29(5)), written as an explicit bound; 15 advisors: Genesys Engage, Outbound.
    """
    for rank in range(c.n_campaigns):
        i = at_rank(c, params.order, rank)
        idle = idle_above(snap, c, i, params.kept_for_inbound) - params.reserve[i]
        target = idle
        if on_duty(snap, c, i) >= params.least_advisors[i]:
            p = answer_rate(snap, i, params.rate, params.p_start[i])
            coming = max(_finishing(snap, c, i, params.horizon_s[i]) - waiting_beside(snap, c, i), 0.0)
            net = coming - params.inbound[i] * _inbound(snap, c, i, params.horizon_s[i])
            taken = snap.connects_waiting[i] + _others(snap, c, i, params)
            free = max(idle - taken + min(net, 0.0), 0.0)
            target = _most_lines(snap, c, i, p, free, max(net, 0.0), params)
        a = dial_up_to(snap, mask, c, i, target)
        if a != HOLD:
            return a
    return HOLD


RULES = (
    RuleSpec(
        "predictive",
        predictive,
        (
            CAMPAIGN_ORDER,
            FOR_INBOUND,
            KEPT,
            LIMIT,
            number("most_share", 0.1, "largest share of drops that is aimed at", (0.0, 0.5), high=1.0),
            number("horizon_connects", 100.0, "connects within which the window shall be back at the limit", low=1.0),
            number("least_advisors", 15.0, "eligible advisors on duty below which the rule is progressive"),
            number("horizon_s", 10.0, "time [s] within which finishing advisors count", (0.0, 60.0), high=60.0),
            number("inbound", 0.0, "share of the expected inbound contacts that take an advisor", (0.0, 1.0), high=1.0),
            number("answer_from_s", 4.0, "shortest time [s] to an answer"),
            number("answer_until_s", 3600.0, "longest time [s] to an answer; far above ring times: age tells nothing"),
            RATE,
            P_START,
            DEFINITION,
        ),
        (
            *("idle", "ringing", "deciding", "connects_waiting", "lines_free", "ringing_by_age", "finishes"),
            *("arrivals_recent_per_hour", "answer_rate", "queue_length"),
            *DUTY,
            *SHARE,
        ),
        reserves=False,
        state_term=True,
    ),
)
