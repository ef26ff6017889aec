"""Snapshot and mask for rules that own both halves: only the fields that rules read, and only what has changed.

For a policy, `write_core` and `write_mask` write everything. Most rules read the waits of queues and groups with a
legal action, the numbers of idle advisors, and the campaigns. If the rules of a run declare no other fields, only
the changes since the rules were last asked are written, so the cost of a decision does not grow with the centre. This
relies on snapshot and mask keeping their values: until the reader changes, only the kernel writes to them.
"""

from ccenv.sim.advisors.idle_list import first_idle_s
from ccenv.sim.advisors.matching import assignable, takes
from ccenv.sim.kernel.bits import WORD, bit, clear, contains, lowest, without_lowest
from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.shown.core import write_campaign, write_centre, write_head
from ccenv.sim.shown.marks import TO_RULES, mark_all, mark_campaigns
from ccenv.sim.shown.masks import dialable_at_once, may_dial, may_hold
from ccenv.sim.state.codes import HOLD, IDLE, NIL
from ccenv.sim.state.fields import FIELDS

# What is written before rules are asked (`c.rules_see`): what changed, of what the fields below say (`show_rules`); the
# core; all fields.
FAST, CORE, EVERYTHING = range(3)
# fields that `show_rules` writes of every entity, and fields that it writes of queues and groups with a legal action
SHOWN_ALWAYS = frozenset(
    f.name for f in FIELDS if f.core and (f.axis in ("", "C") or f.name in ("idle", "interruptible"))
)
SHOWN_IF_LEGAL = frozenset(f.name for f in FIELDS if f.core) - SHOWN_ALWAYS


@helper
def _forget(e, c, mask):
    """Clear the mask and mark everything: the contents of snapshot and mask are not those of this reader."""
    for a in range(c.n_actions):
        mask[a] = False
    mark_all(e, c, TO_RULES)
    clear(e.shown_queues)
    e.shown_dials = U(0)


@helper
def _show_groups(e, c, snap):
    """Write the idle advisors of changed groups, and mark the reserving campaigns that these groups serve.

    A group that gained its first or lost its last idle advisor changes which reserving campaigns may dial.
    """
    for word in range(e.news_groups.shape[0]):
        left = e.news_groups[word]
        e.news_groups[word] = U(0)
        while left != U(0):
            g = WORD * word + lowest(left)
            snap.idle[g] = e.group[g].n[IDLE]
            snap.interruptible[g] = e.group[g].n_interruptible
            if e.group[g].n[IDLE] == 0:
                snap.idle_longest_s[g] = 0.0
            e.news_campaigns |= c.campaign_skill[g] & c.reserving
            left = without_lowest(left)


@helper
def _show_idle_times(e, snap):
    for word in range(e.idle_bits.shape[0]):
        left = e.shown_groups[word] & e.idle_bits[word]
        while left != U(0):
            g = WORD * word + lowest(left)
            snap.idle_longest_s[g] = first_idle_s(e, g)
            left = without_lowest(left)


@helper
def _show_queue(e, c, snap, mask, q):
    """Write the head of a queue with a legal assignment and its actions. Returns the number of legal ones."""
    write_head(e, c, snap, q)
    for word in range(e.shown_groups.shape[0]):
        e.shown_groups[word] |= c.queue_groups[q, word]
    n = 0
    for a in range(c.first_assign[q], c.first_assign[q + 1]):
        legal = takes(e, c, q, c.action[a].group)
        mask[a] = legal
        if legal:
            n += 1
    return n


@helper
def _show_queues(e, c, snap, mask):
    """Write the heads and the mask of all queues with a legal assignment.

    Returns the number of legal assignments, and the set of groups with the skill for one of these queues.
    """
    assignable(e, c)
    clear(e.shown_groups)
    n = 0
    for word in range(e.assignable.shape[0]):
        ready = e.assignable[word]
        left = e.shown_queues[word] & ~ready
        while left != U(0):
            q = WORD * word + lowest(left)
            for a in range(c.first_assign[q], c.first_assign[q + 1]):
                mask[a] = False
            left = without_lowest(left)
        e.shown_queues[word] = ready
        snap.ready[word] = ready
        left = ready
        while left != U(0):
            n += _show_queue(e, c, snap, mask, WORD * word + lowest(left))
            left = without_lowest(left)
    return n


@helper
def _show_campaign(e, c, snap, mask, i):
    """Write campaign i and the mask of its actions."""
    write_campaign(e, c, snap, i)
    most = dialable_at_once(snap, i)
    dials = c.campaign[i].dials
    e.shown_dials &= ~bit(i)
    for a in range(c.first_dial[i], c.first_dial[i + 1]):
        legal = may_dial(snap, c, a, most, dials)
        mask[a] = legal
        if legal:
            e.shown_dials |= bit(i)


@helper
def _show_campaigns(e, c, snap, mask):
    """Write all campaigns that are marked as changed, and the mask of their actions."""
    mark_campaigns(e, c)
    left = e.news_campaigns
    e.news_campaigns = U(0)
    while left != U(0):
        _show_campaign(e, c, snap, mask, lowest(left))
        left = without_lowest(left)


@helper
def _with_dials(e, c, mask, n):
    """Return n plus the number of legal dials; the count stops once the sum exceeds 1."""
    left = e.shown_dials
    while left != U(0) and n <= 1:
        i = lowest(left)
        for a in range(c.first_dial[i], c.first_dial[i + 1]):
            if mask[a]:
                n += 1
        left = without_lowest(left)
    return n


@block
def spoil(e, c, snap, value):
    """Set the fields of `SHOWN_IF_LEGAL` to `value` where there is no legal action, to find undeclared reads."""
    for q in range(c.n_queues):
        if not contains(snap.ready, q):
            snap.queue_length[q] = value
            snap.head_entry_wait_s[q] = value
            snap.head_total_wait_s[q] = value
            snap.head_callback[q] = value
            snap.head_returning[q] = value
            snap.head_value_class[q] = value
            snap.head_transfers[q] = value
            snap.head_age_s[q] = value
            for g in range(c.n_groups):
                if c.queue_pair[q, g] != NIL:
                    snap.head_preferred[c.queue_pair[q, g]] = value
    for g in range(c.n_groups):
        if not contains(e.shown_groups, g) or not contains(e.idle_bits, g):
            snap.idle_longest_s[g] = value


@block
def show_rules(e, c, snap, mask):
    """Write the fields that rules read, and the mask. Returns the number of legal actions, exact if it is below 2."""
    if e.shown != TO_RULES:
        _forget(e, c, mask)
    write_centre(e, c, snap)
    _show_groups(e, c, snap)
    n = _show_queues(e, c, snap, mask)
    if c.n_campaigns > 0:
        _show_campaigns(e, c, snap, mask)
        left = c.reserving
        while left != U(0):
            i = lowest(left)
            for word in range(e.shown_groups.shape[0]):
                e.shown_groups[word] |= c.campaign_groups[i, word]
            left = without_lowest(left)
    _show_idle_times(e, snap)
    if may_hold(snap, c):
        mask[HOLD] = True
        n += 1
    else:
        mask[HOLD] = False
    return _with_dials(e, c, mask, n)
