"""Fairness: how evenly contacts and work fall on the advisors of a group, and on groups, day by day.

Fair routing equalises idleness, or occupancy, over advisors and pools (Armony and Ward 2010; Atar, Shaki and Shwartz
2011). The squared differences of contacts accrue with each contact, so they can be paid as they arise; occupancies are
compared at the end of each day.
"""

import math

from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import ADVISOR_CHATTING, ADVISOR_TALKING, ADVISOR_WRAP_UP, AWAITING_ANSWER, IDLE, OFF


@helper
def comes_today(e, c, g, a):
    """Note an advisor who is on duty today; one more without a contact changes the mean of the group.

    The lines of an answering service are no advisors.
    """
    if e.share[a].came == 0 and c.group[g].service == 0:
        e.share[a].came = 1
        n = e.group[g].n_came
        if n > 0.0:
            e.group_count[g].uneven_contacts += e.group[g].n_begun ** 2 / (n * (n + 1.0))
        e.group[g].n_came = n + 1.0


@helper
def begins_contact(e, g, a):
    """Count a contact that the advisor begins: the change of the squared differences from the group's mean."""
    change = 2.0 * e.share[a].n_today + 1.0 - (2.0 * e.group[g].n_begun + 1.0) / e.group[g].n_came
    e.group_count[g].uneven_contacts += change
    e.share[a].n_today += 1.0
    e.group[g].n_begun += 1.0


@block
def _clear_shares(e, c):
    for g in range(c.n_groups):
        e.group[g].n_came = 0.0
        e.group[g].n_begun = 0.0
    for a in range(c.n_advisors):
        e.share[a].n_today = 0.0
        e.share[a].came = 0
        uncounted_work_s, uncounted_ready_s = _uncounted(e, a)
        e.share[a].work_s = -uncounted_work_s
        e.share[a].ready_s = -uncounted_ready_s


@block
def begin_shares(e, c):
    """Begin a day, or the counted part of a run: nobody has worked yet; who is on duty has come."""
    _clear_shares(e, c)
    for a in range(c.n_advisors):
        if e.advisor[a].state != OFF:
            comes_today(e, c, c.advisor_group[a], a)


@helper
def _uncounted(e, a):
    """Return the seconds of work and of readiness in the advisor's present state, which are not counted yet."""
    spent = e.t - e.advisor[a].since
    state = e.advisor[a].state
    at_work = state == ADVISOR_TALKING or state == ADVISOR_WRAP_UP or state == ADVISOR_CHATTING
    ready = state == IDLE or state == AWAITING_ANSWER
    return spent if at_work else 0.0, spent if ready else 0.0


@helper
def _times(e, a):
    """Return the seconds of work, and of work and readiness, of an advisor today."""
    uncounted_work_s, uncounted_ready_s = _uncounted(e, a)
    work = e.share[a].work_s + uncounted_work_s
    return work, work + e.share[a].ready_s + uncounted_ready_s


@helper
def _occupied(e, c, g):
    """Return the seconds of work, and of work and readiness, of the advisors of a group."""
    work = 0.0
    total = 0.0
    for a in range(c.first_advisor[g], c.first_advisor[g + 1]):
        one, both = _times(e, a)
        work += one
        total += both
    return work, total


@block
def _count_spread(e, c, g, overall):
    """Count the spread of occupancy over the advisors of a group today, and its distance from the overall one."""
    n = 0.0
    sum_1 = 0.0
    sum_2 = 0.0
    least = 1.0
    most = 0.0
    for a in range(c.first_advisor[g], c.first_advisor[g + 1]):
        work, total = _times(e, a)
        if total > 0.0:
            x = work / total
            n += 1.0
            sum_1 += x
            sum_2 += x * x
            least = min(least, x)
            most = max(most, x)
    if n > 0.0:
        e.group_count[g].group_days += 1
        e.group_count[g].occupancy_spread_sum += math.sqrt(max(0.0, sum_2 / n - (sum_1 / n) ** 2))
        e.group_count[g].occupancy_range_sum += most - least
        work, total = _occupied(e, c, g)
        e.group_count[g].occupancy_gap_sum += abs(work / total - overall)


@block
def end_shares(e, c):
    """At the end of a day, or of a run, count how evenly it was shared."""
    all_work = 0.0
    all_time = 0.0
    for g in range(c.n_groups):
        if c.group[g].service == 0:
            work, total = _occupied(e, c, g)
            all_work += work
            all_time += total
    for g in range(c.n_groups):
        if c.group[g].service == 0 and all_time > 0.0:
            _count_spread(e, c, g, all_work / all_time)
        e.group_count[g].advisor_days += e.group[g].n_came
    _clear_shares(e, c)  # a run that is asked to go on at its end counts nothing twice
