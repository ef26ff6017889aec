"""The next lead of a campaign: first agreed callbacks that are due, then retries and fresh leads by the list order."""

import numpy as np

from ccenv.sim.kernel.bits import bit
from ccenv.sim.kernel.draws import entity_key, uniform
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import note_lead
from ccenv.sim.lists.lawful import segment_open
from ccenv.sim.lists.leads import READY_ROWS, goes_first, lead_key, pop_row, top_row
from ccenv.sim.state.codes import (
    AGREED,
    BEST_SCORE,
    BY_WEIGHT,
    CONSENT,
    DO_NOT_CALL,
    EVEN,
    LEAD,
    LOG_SCRUBBED,
    MIX,
    NIL,
)

WITHOUT_CONSENT, ON_A_LIST = range(2)


@helper
def fresh_left(e, c, k):
    """Return the number of leads of segment k that were neither dialed nor scrubbed yet."""
    return c.segment[k].n_listed - e.segment[k].n_leads


@helper
def dialable(e, c, k):
    """Return the number of leads of segment k that may be dialed when it is open.

    These are ready rows and fresh leads; some of the fresh ones may still be scrubbed.
    """
    return e.segment[k].n_ready + fresh_left(e, c, k)


@helper
def _has_fresh(e, c, k):
    return fresh_left(e, c, k) > 0 and segment_open(e, c, k)


@helper
def _ready_segment(e, c, i):
    """Return the open segment whose first ready row is dialed first; NIL if there is none."""
    best = np.int64(NIL)
    first = np.int64(NIL)
    for k in range(c.campaign[i].first_segment, c.campaign[i].first_segment + c.campaign[i].n_segments):
        if e.segment[k].n_ready > 0 and segment_open(e, c, k):
            r = top_row(e, c, k, READY_ROWS)
            if best == NIL or goes_first(e, c, k, r, best, first):
                best = np.int64(k)
                first = r
    return best


@helper
def _by_weight(e, c, i, total):
    """Draw a segment by weight among the open ones with fresh leads; `total` is the sum of their weights."""
    v = uniform(entity_key(e.root, c.campaign[i].stream, e.campaign[i].n_fresh), MIX) * total
    chosen = np.int64(NIL)
    edge = 0.0
    for k in range(c.campaign[i].first_segment, c.campaign[i].first_segment + c.campaign[i].n_segments):
        if _has_fresh(e, c, k) and (chosen == NIL or edge <= v):
            chosen = np.int64(k)
            edge += c.segment[k].weight
    return chosen


@block
def _fresh_segment(e, c, i):
    """Return the segment of the next fresh lead by the campaign's `order.mix`; NIL if there is none."""
    first = c.campaign[i].first_segment
    n = c.campaign[i].n_segments
    mix = c.campaign[i].mix
    best = np.int64(NIL)
    total = 0.0
    for j in range(n):
        k = np.int64(first + j)
        if mix == EVEN:
            k = np.int64(first + (e.campaign[i].turn + j) % n)
        if _has_fresh(e, c, k):
            total += c.segment[k].weight
            if best == NIL or (mix == BEST_SCORE and c.segment[k].score > c.segment[best].score):
                best = k
    if mix == BY_WEIGHT and best != NIL:
        return _by_weight(e, c, i, total)
    return best


@helper
def close_lead(e, c, k):
    """Count a lead of segment k as closed: it will not be dialed again."""
    i = c.segment[k].campaign
    e.campaign_count[i].closed += 1
    e.campaign_count[i].closed_value += c.segment[k].value_left


@helper
def _scrub(e, c, log, k, number, what):
    """Scrub a fresh lead that may not be called: count it and close it.

    `what`: WITHOUT_CONSENT or ON_A_LIST.
    """
    i = c.segment[k].campaign
    e.segment[k].n_leads += 1
    if what == WITHOUT_CONSENT:
        e.campaign_count[i].without_consent += 1
    else:
        e.campaign_count[i].do_not_call += 1
    close_lead(e, c, k)
    note_lead(e, log, LOG_SCRUBBED, LEAD, i, number, lead_key(e, c, k, number), what)


@helper
def _may_be_called(e, c, log, k):
    """Check consent and do-not-call of the next fresh lead of segment k; False if it was scrubbed."""
    i = c.segment[k].campaign
    number = np.int64(e.segment[k].n_leads)
    key = lead_key(e, c, k, number)
    if c.campaign[i].needs_consent != 0 and uniform(key, CONSENT) >= c.segment[k].p_consent:
        _scrub(e, c, log, k, number, WITHOUT_CONSENT)
        return False
    if c.segment[k].p_do_not_call > 0.0 and uniform(key, DO_NOT_CALL) < c.segment[k].p_do_not_call:
        _scrub(e, c, log, k, number, ON_A_LIST)
        return False
    return True


@block
def next_lead(e, c, log, i):
    """Choose the next lead of campaign i. Returns its segment and its row.

    A ready row is removed from its heap. The row is NIL for a fresh lead, which the caller counts. Both are NIL if
    there is no lead.
    """
    e.news_campaigns |= bit(i)
    while True:
        ready = _ready_segment(e, c, i)
        fresh = np.int64(NIL)
        if ready == NIL or e.lead_state[top_row(e, c, ready, READY_ROWS)] != AGREED:
            fresh = _fresh_segment(e, c, i)
        every = c.campaign[i].fresh_every
        if ready != NIL and (fresh == NIL or every == 0 or e.campaign[i].since_fresh < every - 1):
            return ready, pop_row(e, c, ready, READY_ROWS)
        if fresh == NIL:
            return np.int64(NIL), np.int64(NIL)
        if _may_be_called(e, c, log, fresh):
            return fresh, np.int64(NIL)
