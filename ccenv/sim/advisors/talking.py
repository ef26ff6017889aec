"""A contact in service: linked to its advisor, counted by pair, talking for a known time."""

from ccenv.sim.kernel.bits import bit
from ccenv.sim.kernel.contacts import schedule_end
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import FRESH, LEAD, TALKING


@helper
def _pair_of(e, c, s):
    """Index of the compatible pair that a contact in service belongs to."""
    g = c.advisor_group[e.contact[s].advisor]
    if e.contact[s].kind == LEAD:
        return c.campaign_pair[e.contact[s].index, g]
    return c.queue_pair[e.contact[s].index, g]


@helper
def count_answered(e, c, s, wait):
    """Count an inbound contact that has met its advisor `wait` seconds after it joined the queue."""
    q = e.contact[s].index
    e.queue_count[q].answered += 1
    if e.contact[s].kind == FRESH and e.contact[s].n_transfers == 0:
        e.queue_count[e.contact[s].origin].fresh_answered += 1
    if wait <= c.queue[q].service_level_s:
        e.queue_count[q].answered_in_time += 1


@helper
def enter_service(e, c, s, a):
    """Link a contact with its advisor, whom the caller has set to talk."""
    e.contact[s].advisor = a
    e.contact[s].phase = TALKING
    e.contact[s].since = e.t
    e.talk_t[a] = e.t  # until the talk of its own begins, after a handover
    e.advisor[a].contact = s
    p = _pair_of(e, c, s)
    e.talk_pair[a] = p
    e.in_service[p] += 1
    e.news_advisors |= bit(c.advisor_group[a])


@helper
def leave_service(e, c, s):
    """The talk is over; counted for the advisor. Returns its seconds."""
    talk = e.t - e.contact[s].since
    a = e.contact[s].advisor
    e.in_service[e.talk_pair[a]] -= 1
    e.advisor[a].talk_s += talk
    e.news_advisors |= bit(c.advisor_group[a])
    return talk


@helper
def talk_for(e, c, s, handle_s):
    """The advisor begins to handle the contact, and will talk for `handle_s` seconds."""
    a = e.contact[s].advisor
    e.advisor[a].n_contacts += 1.0
    g = c.advisor_group[a]
    e.group_count[g].handled += 1
    e.news_advisors |= bit(g)
    e.talk_t[a] = e.t
    schedule_end(e, s, e.t + handle_s)
