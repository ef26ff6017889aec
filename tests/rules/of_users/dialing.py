"""Pacing and routing rules of a user."""

from __future__ import annotations

from ccenv.rules import (
    Param,
    assign,
    dial_up_to,
    event_coin,
    helper,
    idle_advisors,
    next_member,
    pacing_rule,
    round_randomly,
    routing_rule,
)

HOLD = 0
LINES = ("idle", "ringing")


@helper
def somebody_waits(snap, c):
    """Return whether a contact waits in any queue."""
    for q in range(c.n_queues):  # noqa: SIM110
        if snap.queue_length[q] > 0.0:
            return True
    return False


@pacing_rule(reads=("queue_length", *LINES), reserves=False)
def queue_gate(snap, mask, c, params, state, u):
    """Dial the idle advisors while no contact waits."""
    if somebody_waits(snap, c):
        return HOLD
    return dial_up_to(snap, mask, c, 0, idle_advisors(snap, c, 0))


@pacing_rule(
    params=(Param("least_rate", 0.05, low=0.01, high=1.0),), reads=("finishes", "answer_rate", *LINES), reserves=False
)
def predictive(snap, mask, c, params, state, u):
    """Dial for the advisors that are idle or will be within 10 s, divided by the recent answer rate."""
    for i in range(c.n_campaigns):
        free = idle_advisors(snap, c, i)
        g = next_member(c.campaign_groups, i, -1)
        while g >= 0:
            free += snap.finishes[g, 0]
            g = next_member(c.campaign_groups, i, g)
        a = dial_up_to(snap, mask, c, i, free / max(snap.answer_rate[i, 0], params.least_rate))
        if a != HOLD:
            return a
    return HOLD


@pacing_rule(
    params=(
        Param("level", 1.0, high=4.0, per="campaign", settable=(0.0, 4.0)),
        Param("mode", "on", words=("on", "off"), settable=(0.0, 1.0)),
    ),
    reads=("event_number", *LINES),
    state={"rule": 2, "group": 1},
    reserves=False,
    tosses=True,
)
def levels(snap, mask, c, params, state, u):
    """Dial a level for each idle advisor, by campaign."""
    for g in range(c.n_groups):
        state[2 + g] = snap.idle[g]
    if params.mode == 1.0:
        return HOLD
    coin = event_coin(snap, state, u)
    for i in range(c.n_campaigns):
        a = dial_up_to(snap, mask, c, i, round_randomly(params.level[i] * idle_advisors(snap, c, i), coin))
        if a != HOLD:
            return a
    return HOLD


@routing_rule(params=(Param("index", 1.0, per="pair"),), reads_if_legal=("head_entry_wait_s",))
def pair_index(snap, mask, c, params, state, u):
    """Assign the pair with the largest product of index and wait."""
    best = HOLD
    for a in range(c.first_assign[0], c.first_assign[c.n_queues]):
        if mask[a] and (best == HOLD or _worth(snap, c, params, a) > _worth(snap, c, params, best)):
            best = a
    return best


@helper
def _worth(snap, c, params, a):
    return params.index[c.action[a].pair] * (1.0 + snap.head_entry_wait_s[c.action[a].index])


@routing_rule(
    params=(Param("order", per="queue", order=True), Param("reserve", 0.0, per="group", settable=(0.0, 3.0))),
    reads=("idle", "since_last_s"),
)
def by_order(snap, mask, c, params, state, u):
    """Assign in an order of queues, to groups with more idle advisors than their reserve."""
    for rank in range(c.n_queues):
        for q in range(c.n_queues):
            if params.order[q] == rank:
                for g in range(c.n_groups):
                    if snap.idle[g] > params.reserve[g] and assign(mask, c, q, g) != HOLD:
                        return assign(mask, c, q, g)
    return HOLD


@pacing_rule(reads=("ringing",), reserves=False)
def breaks_the_mask(snap, mask, c, params, state, u):
    """Return an action that does not exist, once lines ring."""
    return 1_000 if snap.ringing[0] > 0.0 else c.n_actions - 1 if mask[c.n_actions - 1] else HOLD


@routing_rule(reads_if_legal=("queue_length", "idle_longest_s"))
def reads_more(snap, mask, c, params, state, u):
    """Read queues without a legal action, which is declared for those with one only."""
    n = 0
    for q in range(c.n_queues):
        if snap.queue_length[q] > 0.0:
            n += 1
    best = HOLD
    for a in range(c.first_assign[0], c.first_assign[c.n_queues]):
        if mask[a] and (best == HOLD or n < 2):
            best = a
    return best
