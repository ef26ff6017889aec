"""Epochs: what may be done now, and doing it.

Masks are made from the core of the snapshot alone, here and in the service.
"""

import numpy as np

from ccenv.sim.assigning import assign
from ccenv.sim.bits import bit, lowest, without_lowest
from ccenv.sim.codes import (
    ASSIGN,
    COIN,
    DIAL,
    DIAL_RESERVED,
    HOLD,
    IDLE,
    NIL,
    OPEN,
    REVIEW_SLOT,
    SAME_INSTANT,
    VIRTUAL,
)
from ccenv.sim.dialing import dial, dial_reserved
from ccenv.sim.draws import U, entity_key, uniform
from ccenv.sim.heap import cancel, schedule
from ccenv.sim.idle_line import first_idle
from ccenv.sim.jit import block, helper
from ccenv.sim.lawful import segment_open
from ccenv.sim.matching import assignable
from ccenv.sim.next_lead import dialable
from ccenv.sim.record import note_action
from ccenv.sim.shown import TO_POLICY, mark_all, mark_campaigns
from ccenv.sim.waiting import arm

MANY = 1_000_000


@helper
def lines_free(e, c, i):
    """Lines that campaign i may dial now."""
    return max(0, min(c.campaign[i].max_lines - e.campaign[i].lines, c.trunks - e.lines))


@helper
def _has_lead(e, c, i):
    """Is there a lead that campaign i may dial now?"""
    for k in range(c.campaign[i].first_segment, c.campaign[i].first_segment + c.campaign[i].n_segments):
        if dialable(e, c, k) > 0 and segment_open(e, c, k):
            return True
    return False


@helper
def can_act(e, c):
    """Is anything but `hold` legal?"""
    return (e.waiting_bits != U(0) or c.n_campaigns > 0) and _can_act(e, c)


@block
def _can_act(e, c):
    if assignable(e, c) != U(0):
        return True
    if e.stage != OPEN:
        return False
    for i in range(c.n_campaigns):
        if c.campaign[i].reserves == 0 or (c.campaign_groups[i] & e.idle_bits) != U(0):
            if lines_free(e, c, i) > 0 and _has_lead(e, c, i):
                return True
    return False


@helper
def _write_preferred(e, c, snap, q, s):
    """Which group has the advisor whom the head of a queue prefers, and who is idle."""
    left = c.queue_groups[q]
    while left != U(0):
        snap.head_preferred[c.queue_pair[q, lowest(left)]] = 0.0
        left = without_lowest(left)
    if s != NIL and e.contact[s].identified != 0 and e.contact[s].preferred != NIL:
        a = e.contact[s].preferred
        p = c.queue_pair[q, c.advisor_group[a]]
        if p != NIL and e.advisor[a].state == IDLE:
            snap.head_preferred[p] = 1.0


@helper
def write_head(e, c, snap, q):
    """The line of a queue, and what is known of the first in it."""
    s = e.queue[q].head
    snap.queue_length[q] = e.queue[q].length
    snap.head_entry_wait_s[q] = 0.0
    snap.head_total_wait_s[q] = 0.0
    snap.head_callback[q] = 0.0
    snap.head_returning[q] = 0.0
    snap.head_value_class[q] = 0.0
    snap.head_transfers[q] = 0.0
    if s != NIL:
        wait = e.t - e.contact[s].entry_s
        snap.head_entry_wait_s[q] = wait
        snap.head_total_wait_s[q] = wait + e.contact[s].credit_s
        snap.head_callback[q] = 1.0 if e.contact[s].phase == VIRTUAL else 0.0
        snap.head_transfers[q] = e.contact[s].n_transfers
        if e.contact[s].identified != 0:
            snap.head_returning[q] = e.contact[s].returning
            snap.head_value_class[q] = e.contact[s].value_class
    if c.prefers != 0:
        _write_preferred(e, c, snap, q, s)


@helper
def _write_lists(e, c, snap, i):
    """What a campaign may dial now."""
    n = np.int64(0)
    snap.agreed_ready[i] = 0.0
    snap.dialing_open[i] = 0.0
    for k in range(c.campaign[i].first_segment, c.campaign[i].first_segment + c.campaign[i].n_segments):
        if segment_open(e, c, k):
            n = min(n + dialable(e, c, k), MANY)
            snap.dialing_open[i] = 1.0
            snap.agreed_ready[i] += e.segment[k].n_agreed
    snap.leads_dialable[i] = n


@helper
def write_campaign(e, c, snap, i):
    """Lines and leads of a campaign."""
    snap.ringing[i] = e.campaign[i].ringing
    snap.connects_waiting[i] = e.campaign[i].waiting
    snap.lines_free[i] = lines_free(e, c, i)
    _write_lists(e, c, snap, i)


@helper
def write_centre(e, c, snap):
    """What concerns the whole centre."""
    snap.epoch_kind = e.epoch_kind
    snap.event_number = e.event_number
    snap.closed = 0.0 if e.stage == OPEN else 1.0
    snap.lines_left = min(c.trunks - e.lines, MANY)


@helper
def _write_idle(e, c, snap, g):
    """The idle advisors of a group."""
    a = first_idle(e, c, g)
    snap.idle[g] = e.group[g].n[IDLE]
    snap.idle_longest_s[g] = 0.0 if a == NIL else e.t - e.advisor[a].idle_since


@helper
def write_core(e, c, snap):
    """The fields that masks and rules may read: what has changed, and what ages."""
    if e.shown != TO_POLICY:
        mark_all(e, c, TO_POLICY)
    write_centre(e, c, snap)
    left = e.waiting_bits | e.shown_queues
    e.rest_queues |= left
    e.shown_queues = e.waiting_bits
    while left != U(0):
        write_head(e, c, snap, lowest(left))
        left = without_lowest(left)
    left = e.idle_bits | e.news_groups
    e.news_groups = U(0)
    while left != U(0):
        _write_idle(e, c, snap, lowest(left))
        left = without_lowest(left)
    if c.n_campaigns > 0:
        mark_campaigns(e, c)
    left = e.news_campaigns
    e.news_campaigns = U(0)
    e.rest_campaigns |= left
    while left != U(0):
        write_campaign(e, c, snap, lowest(left))
        left = without_lowest(left)


@helper
def _assignable(snap, q):
    """May the head of a queue be assigned? A callback needs a line. The parts are joined without a branch."""
    return (snap.queue_length[q] > 0.0) & ((snap.head_callback[q] == 0.0) | (snap.lines_left >= 1.0))


@helper
def _may_hold(snap, c):
    """Is it legal to hold, with what `ready` says?"""
    return snap.ready == U(0) or (snap.closed == 0.0 and c.work_conserving == 0)


@helper
def _most(snap, i):
    """Leads that campaign i may dial at once."""
    return min(snap.lines_free[i], snap.leads_dialable[i])


@helper
def _may_dial(snap, c, a, most):
    """Is a dial legal, where `most` leads may be dialed?"""
    return c.action[a].n <= most and (c.action[a].kind == DIAL or snap.idle[c.action[a].group] > 0.0)


@helper
def legal(snap, c, a):
    """What `write_mask` says of one action, which need not be in the catalogue; it has been called before."""
    if a == HOLD:
        return _may_hold(snap, c)
    if not 0 < a < c.n_actions:
        return False
    i = c.action[a].index
    if c.action[a].kind == ASSIGN:
        return _assignable(snap, i) and snap.idle[c.action[a].group] > 0.0
    return _may_dial(snap, c, a, _most(snap, i))


@block
def write_mask(snap, c, mask):
    """Legal actions, from the core of a snapshot; returns their number."""
    for a in range(mask.shape[0]):
        mask[a] = False
    left = U(0)
    for q in range(c.n_queues):
        left |= U(_assignable(snap, q)) << U(q)
    n = 0
    ready = U(0)
    while left != U(0):
        q = lowest(left)
        for a in range(c.first_assign[q], c.first_assign[q + 1]):
            if snap.idle[c.action[a].group] > 0.0:
                mask[a] = True
                n += 1
                ready |= bit(q)
        left = without_lowest(left)
    snap.ready = ready
    if _may_hold(snap, c):
        mask[HOLD] = True
        n += 1
    for i in range(c.n_campaigns):
        most = _most(snap, i)
        for a in range(c.first_dial[i], c.first_dial[i + 1]):
            may_dial = _may_dial(snap, c, a, most)
            mask[a] = may_dial
            n += int(may_dial)
    return n


@helper
def begin_epoch(e, kind):
    """An epoch begins."""
    e.in_epoch = 1
    e.epoch_kind = kind


@helper
def end_epoch(e, c):
    """Time moves on; come back after `review_s` if there was something to do."""
    e.in_epoch = 0
    arm(e, c)
    if e.stage != OPEN and e.n_active == 0:  # the last contact was over at once: nobody answered a ring of 0 s
        e.unsettled = 1
    if c.review_s > 0.0 and can_act(e, c):
        schedule(e, REVIEW_SLOT, e.t + c.review_s)
    else:
        cancel(e, REVIEW_SLOT)


@helper
def coin(e, c):
    """The policy's uniform for the coming decision."""
    return uniform(entity_key(e.root, c.policy_stream, e.n_decisions), COIN)


@block
def apply_action(e, c, log, a, number):
    """Do a legal action; `number` is the decision's, or NIL for one that was forced."""
    note_action(e, log, number, a)
    e.epoch_kind = SAME_INSTANT
    kind = c.action[a].kind
    i = c.action[a].index
    if kind == ASSIGN:
        assign(e, c, log, i, c.action[a].group)
    elif kind == DIAL:
        for _ in range(c.action[a].n):
            dial(e, c, log, i)
    elif kind == DIAL_RESERVED:
        dial_reserved(e, c, log, i, c.action[a].group)
