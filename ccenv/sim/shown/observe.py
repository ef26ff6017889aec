"""Fields of the snapshot outside the core, written only when an observation is needed, and their encoding."""

from ccenv.sim.advisors.chat_levels import first_chat, rate_of
from ccenv.sim.arriving.arrivals import forecast
from ccenv.sim.kernel.bits import WORD, WORD_BITS, is_empty, lowest, without_lowest
from ccenv.sim.kernel.draws import U, exp
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.recent import recent_per_hour, recent_service_level
from ccenv.sim.lists.compliance import roll_hours, window_sums
from ccenv.sim.lists.next_lead import fresh_left
from ccenv.sim.shown.core import MANY
from ccenv.sim.shown.marks import mark_hour
from ccenv.sim.shown.observed import (
    show_callbacks,
    show_campaign,
    show_centre,
    show_group_slots,
    show_idle,
    show_line,
    show_preferred,
    show_queue_slots,
    show_recent,
    show_ringing,
    show_service,
    show_states,
    show_talks,
    show_windows,
)
from ccenv.sim.state.codes import ADVISOR_CHATTING, ADVISOR_WRAP_UP, AWAITING_ANSWER, AWAY, DAY_S, NIL, OFF
from ccenv.sim.state.definitions import N_DEFINITIONS
from ccenv.sim.state.fields import FINISH_HORIZONS_S, N_OLDEST, RINGING_AGES_S
from ccenv.sim.state.layout import FINISH_BINS, FINISH_STEP_S

AGE_1, AGE_2, AGE_3 = RINGING_AGES_S[1:]
N_HORIZONS = len(FINISH_HORIZONS_S)
BINS_PER_S = 1.0 / FINISH_STEP_S


@block
def _overdue(e, s):
    """Return the number of items in line from s on that are due and not done; the whole line is read."""
    n = 0.0
    while s != NIL:
        if e.contact[s].accepted_s < e.t:
            n += 1.0
        s = e.contact[s].next
    return n


@helper
def write_line(e, c, snap, q):
    """Write the waits at the head of queue q, and encode its default group of fields."""
    s = e.queue[q].head
    snap.head_priority[q] = 0.0 if s == NIL else e.contact[s].priority
    snap.overdue[q] = _overdue(e, s) if c.queue[q].deferrable != 0 else 0.0
    for k in range(N_OLDEST):
        if s == NIL or c.queue[q].deferrable != 0:
            snap.oldest_wait_s[q, k] = 0.0
        else:
            snap.oldest_wait_s[q, k] = e.t - e.contact[s].entry_s
            s = e.contact[s].next
    show_line(c, snap, q)


@helper
def write_callbacks(e, c, snap, q):
    """Write the pending callbacks of queue q."""
    snap.callbacks_pending[q] = e.queue[q].n_callbacks


@helper
def write_alerting(e, c, snap, q):
    """Write the contacts of queue q that ring at an advisor."""
    snap.alerting[q] = e.queue[q].alerting


@helper
def write_served(e, c, snap, q):
    """Write the recent service level and the estimated wait of queue q, and encode its fields that events change."""
    snap.service_level_recent[q] = recent_service_level(e, q)
    snap.estimated_wait_s[q] = e.queue[q].last_wait_s
    show_callbacks(c, snap, q)


@helper
def _write_queues(e, c, snap):
    if c.prefers != 0 and not is_empty(e.rest_queues):
        show_preferred(c, snap, c.n_pairs)
    for word in range(e.rest_queues.shape[0]):
        left = e.rest_queues[word]
        e.rest_queues[word] = U(0)
        while left != U(0):
            write_line(e, c, snap, WORD * word + lowest(left))
            left = without_lowest(left)
        left = e.news_queues[word]
        e.news_queues[word] = U(0)
        while left != U(0):
            write_callbacks(e, c, snap, WORD * word + lowest(left))
            write_alerting(e, c, snap, WORD * word + lowest(left))
            write_served(e, c, snap, WORD * word + lowest(left))
            left = without_lowest(left)


@helper
def write_queue_slot(e, c, snap, following):
    """Write the forecasts of each queue in this slot and the following one."""
    for q in range(c.n_queues):
        snap.forecast_per_hour[q] = forecast(c, q, e.slot)
        snap.forecast_next_per_hour[q] = forecast(c, q, following)
    show_queue_slots(c, snap, c.n_queues)


@helper
def write_group_slot(c, snap, following):
    """Write the staffing of each group in the following slot."""
    for g in range(c.n_groups):
        snap.staffed_next[g] = c.staffing[g, following]
    show_group_slots(c, snap, c.n_groups)


@block
def _write_slot(e, c, snap):
    """Write the fields that change only with the slot."""
    following = (e.slot + 1) % c.n_slots if c.continuous != 0 else min(e.slot + 1, c.n_slots - 1)
    write_queue_slot(e, c, snap, following)
    write_group_slot(c, snap, following)


@helper
def write_service(e, c, snap):
    """Write the contacts in service of each compatible pair."""
    for p in range(c.n_pairs):
        snap.in_service[p] = e.in_service[p]
    show_service(c, snap, c.n_pairs)


@helper
def _between(c, p, i, part, h):
    """Return P(a contact of pair p ends within horizon h), interpolated between ages i and i + 1 of the table."""
    return (1.0 - part) * c.finish[p, i, h] + part * c.finish[p, i + 1, h]


@helper
def _part(horizon_s, h):
    """Return how far a horizon lies between declared horizon h - 1 (0 s before the first) and h; from 0 to 1."""
    low = FINISH_HORIZONS_S[h - 1] if h > 0 else 0.0
    return min(max((horizon_s - low) / (FINISH_HORIZONS_S[h] - low), 0.0), 1.0)


@helper
def _chat_ends(e, c, s, p, horizon_s):
    """Return P(the chat ends within work of `horizon_s`), linear between the horizons and ages of the table."""
    x = min(
        (e.contact[s].chat_done + (e.t - e.contact[s].chat_t) * rate_of(e, c, s)) * BINS_PER_S, FINISH_BINS - 1.000001
    )
    i = int(x)
    total = 0.0
    before = 0.0
    for h in range(N_HORIZONS):
        now = _between(c, p, i, x - i, h)
        total += _part(horizon_s, h) * (now - before)
        before = now
    return total


@block
def _chats_ending(e, c, a, h):
    """Return the chats of advisor a expected to end within horizon h: less work is done at the rate of its level."""
    total = 0.0
    s = first_chat(e, a)
    while s != NIL:
        p = c.queue_pair[e.contact[s].index, c.advisor_group[a]]
        total += _chat_ends(e, c, s, p, FINISH_HORIZONS_S[h] * rate_of(e, c, s))
        s = e.contact[s].next
    return total


@helper
def _hazard_until(c, p, x):
    """Return the integrated hazard of the talks of pair p up to age x [s], linear between the ages of the table."""
    i = min(int(x * BINS_PER_S), FINISH_BINS - 1)
    return c.hazard[p, i] + (x * BINS_PER_S - i) * (c.hazard[p, i + 1] - c.hazard[p, i])


@helper
def _scaled_end(e, c, a, p, horizon):
    """Return P(the talk of advisor a ends within `horizon`), scaled by the factor of the slot in which it began."""
    age = e.t - e.talk_t[a]
    before = _hazard_until(c, p, age / e.talk_scale[a])
    return 1.0 - exp(before - _hazard_until(c, p, (age + horizon) / e.talk_scale[a]))


@helper
def write_finishes(e, c, snap):
    """Write the expected numbers of contacts that end soon, from their ages: talks, then chats, by advisor."""
    for g in range(c.n_groups):
        for h in range(N_HORIZONS):
            snap.finishes[g, h] = 0.0
    for word in range((c.n_advisors + WORD - 1) >> WORD_BITS):
        left = e.talking[word]
        while left != U(0):
            a = WORD * word + lowest(left)
            g = c.advisor_group[a]
            p = e.talk_pair[a]
            if c.by_slot_handled != 0 and c.scaled[p] != 0:
                for h in range(N_HORIZONS):
                    snap.finishes[g, h] += _scaled_end(e, c, a, p, FINISH_HORIZONS_S[h])
                left = without_lowest(left)
                continue
            x = min((e.t - e.talk_t[a]) * BINS_PER_S, FINISH_BINS - 1.000001)
            i = int(x)
            for h in range(N_HORIZONS):
                snap.finishes[g, h] += _between(c, p, i, x - i, h)
            left = without_lowest(left)
    for word in range(((c.n_advisors + WORD - 1) >> WORD_BITS) * min(c.chats, 1)):
        left = e.chatting[word]
        while left != U(0):
            a = WORD * word + lowest(left)
            for h in range(N_HORIZONS):
                snap.finishes[c.advisor_group[a], h] += _chats_ending(e, c, a, h)
            left = without_lowest(left)
    show_talks(c, snap, c.n_groups)


@helper
def write_states(e, c, snap, g):
    """Write the numbers of advisors of group g by state."""
    n = e.group[g].n
    snap.reserved[g] = n[AWAITING_ANSWER]
    snap.wrap_up[g] = n[ADVISOR_WRAP_UP]
    snap.away[g] = n[AWAY]
    snap.chatting[g] = n[ADVISOR_CHATTING]
    snap.staffed[g] = c.first_advisor[g + 1] - c.first_advisor[g] - n[OFF]
    show_states(c, snap, g)


@helper
def _write_groups(e, c, snap, eventful):
    changed = not is_empty(e.news_advisors)
    if eventful or changed:
        write_finishes(e, c, snap)
    if changed:
        write_service(e, c, snap)
    for word in range(e.news_advisors.shape[0]):
        left = e.news_advisors[word]
        e.news_advisors[word] = U(0)
        while left != U(0):
            write_states(e, c, snap, WORD * word + lowest(left))
            left = without_lowest(left)
    show_idle(c, snap, c.n_groups)


@helper
def write_leads(e, c, snap, i):
    """Write the leads of campaign i that are not closed."""
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
def write_ringing(e, c, snap, i):
    """Write the ringing lines of campaign i by age class."""
    n = 0.0
    over_1 = 0.0
    over_2 = 0.0
    over_3 = 0.0
    s = e.campaign[i].ring_head
    while s != NIL:
        age = e.t - e.contact[s].since
        n += 1.0
        over_1 += 1.0 if age >= AGE_1 else 0.0
        over_2 += 1.0 if age >= AGE_2 else 0.0
        over_3 += 1.0 if age >= AGE_3 else 0.0
        s = e.contact[s].next
    snap.ringing_by_age[i, 0] = n - over_1
    snap.ringing_by_age[i, 1] = over_1 - over_2
    snap.ringing_by_age[i, 2] = over_2 - over_3
    snap.ringing_by_age[i, 3] = over_3
    show_ringing(c, snap, i)


@helper
def write_outcomes(e, c, snap, i):
    """Write the answer rates and the dropped connects of campaign i."""
    for k in range(2):  # both counts decay alike, so their ratio needs no update to now
        ended = e.campaign[i].ended[k]
        snap.answer_rate[i, k] = e.campaign[i].answered[k] / ended if ended > 1e-3 else 0.0
    dropped = e.campaign_count[i].dropped
    snap.dropped[i] = dropped
    snap.joined_or_dropped[i] = dropped + e.campaign_count[i].joined


@helper
def _write_campaign(e, c, snap, i):
    """Write the default group of fields of campaign i: answer rates, dropped connects, leads."""
    write_outcomes(e, c, snap, i)
    write_leads(e, c, snap, i)
    show_campaign(c, snap, i)


@block
def write_windows(e, c, snap, i):
    """Write the dropped share of the current windows of campaign i, over and base, by definition."""
    roll_hours(e, i)
    for d in range(N_DEFINITIONS):
        over, base = window_sums(e, c, i, d)
        snap.compliance_over[i, d] = over
        snap.compliance_base[i, d] = base
    show_windows(c, snap, i)


@helper
def _write_campaigns(e, c, snap):
    for i in range(c.n_campaigns):
        write_ringing(e, c, snap, i)
    left = e.rest_campaigns
    e.rest_campaigns = U(0)
    while left != U(0):
        _write_campaign(e, c, snap, lowest(left))
        left = without_lowest(left)
    left = e.news_windows
    e.news_windows = U(0)
    while left != U(0):
        write_windows(e, c, snap, lowest(left))
        left = without_lowest(left)


@helper
def write_recent(e, c, snap, per_hour):
    """Write the recent rates of arrival and abandonment; `per_hour` converts the decayed counts."""
    for q in range(c.n_queues):
        snap.arrivals_recent_per_hour[q] = e.recent_arrivals[q] * per_hour
        snap.abandoned_recent_per_hour[q] = e.recent_abandoned[q] * per_hour
    show_recent(c, snap, c.n_queues)


@helper
def write_clock(e, c, snap):
    """Write what the clock shows, the mode and the contacts in the IVR."""
    snap.time_of_day_s = e.t - e.day * DAY_S
    snap.to_close_s = 0.0 if c.steady != 0 or c.continuous != 0 else max(0.0, e.close_t - e.t)
    snap.since_last_s = e.t - e.last_decision_t
    snap.mode = e.mode if c.mode_seen != 0 else 0.0
    snap.in_ivr = e.in_ivr


@block
def write_rest(e, c, snap):
    """Write and encode all fields outside the core; the core must have been written at this instant."""
    eventful = e.n_events != e.shown_events  # else no time has passed: only actions can have changed fields
    e.shown_events = e.n_events
    per_hour = 0.0
    if eventful:
        per_hour = recent_per_hour(e)  # started early and used last, because of its long latency
        mark_hour(e, c)
        if e.slot != e.shown_slot:
            e.shown_slot = e.slot
            _write_slot(e, c, snap)
    write_clock(e, c, snap)
    show_centre(c, snap)
    _write_queues(e, c, snap)
    _write_groups(e, c, snap, eventful)
    if c.n_campaigns > 0:
        _write_campaigns(e, c, snap)
    if eventful:
        write_recent(e, c, snap, per_hour)
