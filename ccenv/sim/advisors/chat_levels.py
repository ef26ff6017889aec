"""Advisors by number of chats, and how far the work on each chat has come.

An advisor with l chats works on each of them at the rate of level l. The chats of an advisor are a linked list in the
order of their assignment. `e.group[g].chatting` counts the advisors that may take another chat: those that neither go
nor owe a break.
"""

from ccenv.sim.advisors.idle_list import first_idle
from ccenv.sim.kernel.bits import WORD, add, lowest, meet, remove, without_lowest
from ccenv.sim.kernel.contacts import link, schedule_end, unlink
from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import ADVISOR_CHATTING, IDLE, NIL


@helper
def takes_more(e, a):
    """Return whether an advisor with chats takes further ones."""
    return e.advisor[a].leaving == 0 and e.advisor[a].owed_s == 0.0


@helper
def _note_room(e, c, g):
    """Update `e.chat_bits` after the levels of a group have changed."""
    room = False
    for k in range(c.group[g].chats - 1):
        room |= e.group[g].chatting[k] > 0
    if room:
        add(e.chat_bits, g)
    else:
        remove(e.chat_bits, g)


@block
def leave_level(e, c, a):
    """Take an advisor with chats out of the count of its level; called before level, `leaving` or `owed_s` change."""
    if e.advisor[a].n_chats > 0 and takes_more(e, a):
        g = c.advisor_group[a]
        e.group[g].chatting[e.advisor[a].n_chats - 1] -= 1
        _note_room(e, c, g)


@block
def join_level(e, c, a):
    """Count an advisor with chats at its level; called after level, `leaving` or `owed_s` have changed."""
    if e.advisor[a].n_chats > 0 and takes_more(e, a):
        g = c.advisor_group[a]
        e.group[g].chatting[e.advisor[a].n_chats - 1] += 1
        _note_room(e, c, g)


@helper
def chat_may_go(e, c):
    """Return whether the head of a queue of chats may be given to an advisor who has chats."""
    for word in range(e.waiting_bits.shape[0]):
        left = e.waiting_bits[word]
        while left != U(0):
            q = WORD * word + lowest(left)
            if c.queue[q].chat != 0 and meet(c.queue_groups, q, e.chat_bits):
                return True
            left = without_lowest(left)
    return False


@block
def chat_advisor(e, c, s, g, level):
    """Return the advisor of group g who gets chat s at this level.

    The preferred advisor of an identified contact goes first; then the first idle one (level 1), or the one whose last
    assignment is longest ago (equal: lowest number).
    """
    p = e.contact[s].preferred
    if p != NIL and e.contact[s].identified != 0 and c.advisor_group[p] == g and _is_at(e, p, level - 1):
        return p
    if level == 1:
        return first_idle(e, c, g)
    best = NIL
    for a in range(c.first_advisor[g], c.first_advisor[g + 1]):
        if _is_at(e, a, level - 1) and (best == NIL or e.advisor[a].assigned_s < e.advisor[best].assigned_s):
            best = a
    return best


@helper
def _is_at(e, a, n):
    """Return whether an advisor has n chats and takes another: it is idle if n is 0."""
    if n == 0:
        return e.advisor[a].state == IDLE
    return e.advisor[a].state == ADVISOR_CHATTING and e.advisor[a].n_chats == n and takes_more(e, a)


@helper
def rate_of(e, c, s):
    """Return the rate at which the advisor of chat s works on it now."""
    return c.queue[e.contact[s].index].chat_rate[e.advisor[e.contact[s].advisor].n_chats - 1]


@helper
def bring_up(e, c, a):
    """Bring the work on all chats of an advisor up to now; called before the level changes."""
    s = e.advisor[a].contact
    while s != NIL:
        worked = (e.t - e.contact[s].chat_t) * rate_of(e, c, s)
        e.contact[s].chat_done += worked
        e.contact[s].chat_left = max(0.0, e.contact[s].chat_left - worked)
        e.contact[s].chat_t = e.t
        s = e.contact[s].next


@helper
def time_again(e, c, a):
    """Schedule the ends of all chats of an advisor; called after the level has changed."""
    s = e.advisor[a].contact
    while s != NIL:
        schedule_end(e, s, e.t + e.contact[s].chat_left / rate_of(e, c, s))
        s = e.contact[s].next


@helper
def add_chat(e, a, s):
    """Append a chat to the list of an advisor's chats."""
    last = NIL
    following = e.advisor[a].contact
    while following != NIL:
        last = following
        following = e.contact[following].next
    link(e, s, last, NIL)
    if last == NIL:
        e.advisor[a].contact = s


@helper
def remove_chat(e, a, s):
    """Remove a chat from the list of an advisor's chats."""
    before, after = unlink(e, s)
    if before == NIL:
        e.advisor[a].contact = after
