"""A contact in service: the link to its advisor, the count by pair, and the end of the talk."""

from ccenv.sim.advisors.chat_levels import begin_call
from ccenv.sim.advisors.day_factors import note_scale
from ccenv.sim.advisors.fairness import begins_contact
from ccenv.sim.kernel.bits import add
from ccenv.sim.kernel.contacts import schedule_end
from ccenv.sim.kernel.jit import helper
from ccenv.sim.kernel.recent import note_served
from ccenv.sim.state.codes import FRESH, LEAD, TALKING


@helper
def _pair_of(e, c, s):
    """Return the index of the pair (queue or campaign, group) of a contact in service."""
    g = c.advisor_group[e.contact[s].advisor]
    if e.contact[s].kind == LEAD:
        return c.campaign_pair[e.contact[s].index, g]
    return c.queue_pair[e.contact[s].index, g]


@helper
def _is_call(e, c, s):
    """Return whether contact s, which is no chat, is no item of deferrable work either."""
    return e.contact[s].kind == LEAD or c.queue[e.contact[s].index].deferrable == 0


@helper
def count_answered(e, c, s, wait):
    """Count an answered inbound contact.

    `wait` is the seconds since it joined the queue or, for a callback, since it accepted the callback.
    """
    q = e.contact[s].index
    e.queue_count[q].answered += 1
    if e.contact[s].kind == FRESH and e.contact[s].n_transfers == 0:
        e.queue_count[e.contact[s].origin].fresh_answered += 1
    in_time = 1.0 if wait <= c.queue[q].service_level_s else 0.0
    e.queue_count[q].answered_in_time += in_time
    note_served(e, q, in_time)


@helper
def enter_service(e, c, s, a):
    """Link a contact with its advisor; the caller has set the advisor's state to talking."""
    e.contact[s].advisor = a
    e.contact[s].phase = TALKING
    e.contact[s].since = e.t
    e.talk_t[a] = e.t  # `talk_for` sets it again at the end of a handover
    e.advisor[a].contact = s
    note_scale(e, c, s, a)
    p = _pair_of(e, c, s)
    e.talk_pair[a] = p
    e.in_service[p] += 1
    add(e.news_advisors, c.advisor_group[a])
    if c.beside != 0 and c.group[c.advisor_group[a]].beside > 0 and _is_call(e, c, s):
        begin_call(e, c, a)


@helper
def leave_service(e, c, s):
    """End the talk of contact s and count it for the advisor. Returns its length in seconds."""
    talk = e.t - e.contact[s].since
    a = e.contact[s].advisor
    e.in_service[e.talk_pair[a]] -= 1
    e.advisor[a].talk_s += talk
    add(e.news_advisors, c.advisor_group[a])
    return talk


@helper
def talk_for(e, c, s, handle_s):
    """Begin to handle contact s: count it for the advisor and schedule the talk's end in `handle_s` seconds."""
    a = e.contact[s].advisor
    e.advisor[a].n_contacts += 1.0
    g = c.advisor_group[a]
    if c.group[g].service != 0:
        e.group_count[g].service_contacts += 1
        e.group_count[g].service_fees += c.group[g].price
    else:
        e.group_count[g].handled += 1
        begins_contact(e, g, a)
    add(e.news_advisors, g)
    e.talk_t[a] = e.t
    note_scale(e, c, s, a)
    schedule_end(e, s, e.t + handle_s)
