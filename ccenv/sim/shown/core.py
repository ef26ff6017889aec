"""Core of the snapshot: the fields that masks and rules may read. Only what changed or ages is written."""

import numpy as np

from ccenv.sim.advisors.idle_list import first_idle_s
from ccenv.sim.kernel.bits import WORD, lowest, without_lowest
from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import helper
from ccenv.sim.lists.lawful import segment_open
from ccenv.sim.lists.next_lead import dialable
from ccenv.sim.shown.marks import TO_POLICY, mark_all, mark_campaigns
from ccenv.sim.state.codes import IDLE, MOST_CHATS, NIL, OPEN, RETURN_CALL, VIRTUAL

MANY = 1_000_000  # clip of counts that may be unlimited


@helper
def lines_free(e, c, i):
    """Return the lines that campaign i may dial now, limited by its `max_lines` and by the trunks."""
    return max(0, min(c.campaign[i].max_lines - e.campaign[i].lines, c.trunks - e.lines))


@helper
def write_preferred(e, c, snap, q, s):
    """Set `head_preferred` of queue q: 1 for the group whose idle advisor the head (record s, NIL: none) prefers."""
    for word in range(c.queue_groups.shape[1]):
        left = c.queue_groups[q, word]
        while left != U(0):
            snap.head_preferred[c.queue_pair[q, WORD * word + lowest(left)]] = 0.0
            left = without_lowest(left)
    if s != NIL and e.contact[s].identified != 0 and e.contact[s].preferred != NIL:
        a = e.contact[s].preferred
        p = c.queue_pair[q, c.advisor_group[a]]
        if p != NIL and e.advisor[a].state == IDLE:
            snap.head_preferred[p] = 1.0


@helper
def write_head(e, c, snap, q):
    """Write the fields of queue q: length of the line, and what is known of its head."""
    s = e.queue[q].head
    snap.queue_length[q] = e.queue[q].length
    snap.head_entry_wait_s[q] = 0.0
    snap.head_total_wait_s[q] = 0.0
    snap.head_callback[q] = 0.0
    snap.head_returning[q] = 0.0
    snap.head_value_class[q] = 0.0
    snap.head_transfers[q] = 0.0
    snap.head_age_s[q] = 0.0
    snap.head_campaign[q] = 0.0
    if s != NIL and c.queue[q].deferrable != 0:
        snap.head_age_s[q] = e.t - e.contact[s].entry_s
        if e.contact[s].identified != 0:
            snap.head_returning[q] = e.contact[s].returning
            snap.head_value_class[q] = e.contact[s].value_class
    elif s != NIL:
        wait = e.t - e.contact[s].entry_s
        snap.head_entry_wait_s[q] = wait
        snap.head_total_wait_s[q] = wait + e.contact[s].credit_s
        snap.head_callback[q] = 1.0 if e.contact[s].phase == VIRTUAL else 0.0
        snap.head_transfers[q] = e.contact[s].n_transfers
        if e.contact[s].kind == RETURN_CALL:
            snap.head_campaign[q] = 1.0 + c.segment[e.contact[s].segment].campaign
        if e.contact[s].identified != 0:
            snap.head_returning[q] = e.contact[s].returning
            snap.head_value_class[q] = e.contact[s].value_class
    if c.prefers != 0:
        write_preferred(e, c, snap, q, s)


@helper
def write_lists(e, c, snap, i):
    """Write the leads that campaign i may dial now, from its open segments."""
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
def write_lines(e, c, snap, i):
    """Write the lines and waiting connects of campaign i."""
    snap.ringing[i] = e.campaign[i].ringing
    snap.deciding[i] = e.campaign[i].deciding
    snap.connects_waiting[i] = e.campaign[i].waiting + e.campaign[i].alerting
    snap.lines_free[i] = lines_free(e, c, i)


@helper
def write_campaign(e, c, snap, i):
    """Write the core fields of campaign i."""
    write_lines(e, c, snap, i)
    write_lists(e, c, snap, i)


@helper
def write_centre(e, c, snap):
    """Write the core fields of the whole centre."""
    snap.epoch_kind = e.epoch_kind
    snap.event_number = e.event_number
    snap.closed = 0.0 if e.stage == OPEN else 1.0
    snap.lines_left = min(c.trunks - e.lines, MANY)


@helper
def write_idle(e, c, snap, g):
    """Write the idle advisors of group g, the busy ones who may take a call, and, where there are chats, the levels."""
    snap.idle[g] = e.group[g].n[IDLE]
    snap.interruptible[g] = e.group[g].n_interruptible
    snap.idle_longest_s[g] = first_idle_s(e, g)
    if c.chats != 0:
        for k in range(MOST_CHATS):
            snap.chat_levels[g, k] = e.group[g].chatting[k]


@helper
def write_core(e, c, snap):
    """Write the core for a policy.

    Always written: the centre, queues with a contact in line now or at the last write, and all groups. Campaigns are
    written only if they are marked as changed.
    """
    if e.shown != TO_POLICY:
        mark_all(e, c, TO_POLICY)
    write_centre(e, c, snap)
    for word in range(e.waiting_bits.shape[0]):
        left = e.waiting_bits[word] | e.shown_queues[word]
        e.rest_queues[word] |= left
        e.shown_queues[word] = e.waiting_bits[word]
        while left != U(0):
            write_head(e, c, snap, WORD * word + lowest(left))
            left = without_lowest(left)
    for g in range(c.n_groups):
        write_idle(e, c, snap, g)
    if c.n_campaigns > 0:
        mark_campaigns(e, c)
    left = e.news_campaigns
    e.news_campaigns = U(0)
    e.rest_campaigns |= left
    while left != U(0):
        write_campaign(e, c, snap, lowest(left))
        left = without_lowest(left)
