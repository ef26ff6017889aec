"""The rest of the snapshot, written only where somebody looks, and its encoding as an observation."""

import numpy as np

from ccenv.sim.arrivals import forecast
from ccenv.sim.codes import ADVISOR_TALKING, ADVISOR_WRAP_UP, AWAY, DAY_S, LEAD, NIL, OFF, RESERVED
from ccenv.sim.compliance import roll_hours, window_sums
from ccenv.sim.decide import MANY
from ccenv.sim.draws import exp
from ccenv.sim.fields import N_OLDEST, RECENT_S, RINGING_AGES_S
from ccenv.sim.jit import block, helper
from ccenv.sim.layout import FINISH_BINS, FINISH_STEP_S
from ccenv.sim.legal import N_DEFINITIONS
from ccenv.sim.next_lead import fresh_left

PER_HOUR = 3600.0 / RECENT_S
AGE_1, AGE_2, AGE_3 = RINGING_AGES_S[1:]


@helper
def _write_queues(e, c, snap):
    following = min(e.slot + 1, c.n_slots - 1)
    for q in range(c.n_queues):
        s = e.queue[q].head
        snap.head_priority[q] = 0.0 if s == NIL else e.contact[s].priority
        for k in range(N_OLDEST):
            if s == NIL:
                snap.oldest_wait_s[q, k] = 0.0
            else:
                snap.oldest_wait_s[q, k] = e.t - e.contact[s].entry_s
                s = e.contact[s].next
        per_hour = exp((e.queue[q].recent_t - e.t) / RECENT_S) * PER_HOUR
        snap.arrivals_recent_per_hour[q] = e.queue[q].arrivals * per_hour
        snap.abandoned_recent_per_hour[q] = e.queue[q].abandoned * per_hour
        snap.callbacks_pending[q] = e.queue[q].n_callbacks
        snap.forecast_per_hour[q] = forecast(c, q, e.slot)
        snap.forecast_next_per_hour[q] = forecast(c, q, following)


@helper
def _pair(e, c, s, g):
    """The compatible pair of a contact that talks to an advisor of group g."""
    i = e.contact[s].index
    return c.campaign_pair[i, g] if e.contact[s].kind == LEAD else c.queue_pair[i, g]


@helper
def _between(c, p, i, part, h):
    """Share of the contacts of pair p that end within horizon h, between two ages of the table."""
    return (1.0 - part) * c.finish[p, i, h] + part * c.finish[p, i + 1, h]


@helper
def _write_finishes(e, c, snap, g):
    """Expected number of contacts that end soon, from the ages of those in service."""
    soon = 0.0
    later = 0.0
    last = 0.0
    left = e.group[g].n[ADVISOR_TALKING]
    a = c.first_advisor[g]
    while left > 0:
        if e.advisor[a].state == ADVISOR_TALKING:
            left -= 1
            s = e.advisor[a].contact
            p = _pair(e, c, s, g)
            x = min((e.t - e.contact[s].talk_t) / FINISH_STEP_S, FINISH_BINS - 1.000001)
            i = int(x)
            soon += _between(c, p, i, x - i, 0)
            later += _between(c, p, i, x - i, 1)
            last += _between(c, p, i, x - i, 2)
        a += 1
    snap.finishes[g, 0] = soon
    snap.finishes[g, 1] = later
    snap.finishes[g, 2] = last


@helper
def _write_groups(e, c, snap):
    following = min(e.slot + 1, c.n_slots - 1)
    for p in range(c.n_pairs):
        snap.in_service[p] = e.in_service[p]
    for g in range(c.n_groups):
        n = e.group[g].n
        snap.reserved[g] = n[RESERVED]
        snap.wrap_up[g] = n[ADVISOR_WRAP_UP]
        snap.away[g] = n[AWAY]
        snap.staffed[g] = c.first_advisor[g + 1] - c.first_advisor[g] - n[OFF]
        snap.staffed_next[g] = c.staffing[g, following]
        _write_finishes(e, c, snap, g)


@helper
def _write_list(e, c, snap, i):
    """The leads of a campaign that are not closed."""
    snap.leads_left[i] = 0.0
    snap.retries_ready[i] = 0.0
    snap.retries_waiting[i] = 0.0
    snap.promises_pending[i] = 0.0
    for k in range(c.campaign[i].first_segment, c.campaign[i].first_segment + c.campaign[i].n_segments):
        rows = e.segment[k].n_ready + e.segment[k].n_waiting
        snap.leads_left[i] = min(snap.leads_left[i] + rows + min(fresh_left(e, c, k), MANY), MANY)
        snap.retries_ready[i] += e.segment[k].n_ready
        snap.retries_waiting[i] += e.segment[k].n_waiting - e.segment[k].n_promised
        snap.promises_pending[i] += e.segment[k].n_promised


@helper
def _write_campaigns(e, c, snap):
    for i in range(c.n_campaigns):
        for k in range(4):
            snap.ringing_by_age[i, k] = 0.0
        s = e.campaign[i].ring_head
        while s != NIL:
            age = e.t - e.contact[s].since
            k = int(age >= AGE_1) + int(age >= AGE_2) + int(age >= AGE_3)
            snap.ringing_by_age[i, k] += 1.0
            s = e.contact[s].next
        for k in range(2):  # both counts fade alike, so their ratio is that of the last attempt
            ended = e.campaign[i].ended[k]
            snap.answer_rate[i, k] = e.campaign[i].answered[k] / ended if ended > 1e-3 else 0.0
        dropped = e.campaign_count[i].dropped
        snap.dropped[i] = dropped
        snap.joined_or_dropped[i] = dropped + e.campaign_count[i].joined
        _write_list(e, c, snap, i)
        roll_hours(e, i)
        for d in range(N_DEFINITIONS):
            over, base = window_sums(e, c, i, d)
            snap.compliance_over[i, d] = over
            snap.compliance_base[i, d] = base


@block
def write_rest(e, c, snap):
    """All fields that are not core; the core has been written for this instant."""
    snap.time_of_day_s = e.t - e.day * DAY_S
    snap.to_close_s = 0.0 if c.steady != 0 else max(0.0, e.close_t - e.t)
    snap.since_last_s = e.t - e.last_decision_t
    snap.mode = e.mode if c.mode_seen != 0 else 0.0
    snap.in_ivr = e.in_ivr
    _write_queues(e, c, snap)
    _write_groups(e, c, snap)
    _write_campaigns(e, c, snap)


@helper
def encode(flat, c, obs, numbers):
    """An observation from a snapshot as a flat vector: what a policy may see, clipped, times its scale.

    `numbers` has room for as many: gathered first, they are encoded several at once. The bounds of both loops are those
    of the arrays, so that the compiler need not look at each index.
    """
    n = min(obs.shape[0], numbers.shape[0], c.observed_place.shape[0])
    for k in range(n):
        numbers[k] = flat[c.observed_place[k]]
    for k in range(n):
        obs[k] = np.float32(min(max(numbers[k], 0.0), c.observed_high[k]) * c.observed_scale[k])
