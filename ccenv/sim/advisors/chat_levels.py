"""Advisors by level, and how far the work on each chat has come.

The level of an advisor is its number of chats, plus 1 on a call in a group that may have chats beside one. An advisor
at level l works on each chat at the rate of level l. The chats of an advisor are a linked list in the order of their
assignment. `e.group[g].chatting` counts the advisors that may take another chat: those that neither go nor owe a break
nor have as many chats as may be beside their call.
"""

from ccenv.sim.advisors.idle_list import first_idle
from ccenv.sim.advisors.state import note_interruptible, set_state
from ccenv.sim.kernel.bits import WORD, add, lowest, meet, remove, without_lowest
from ccenv.sim.kernel.contacts import link, schedule_end, unlink
from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import ADVISOR_CHATTING, IDLE, NIL


@helper
def level_of(e, a):
    """Return the level of an advisor: chats, and a call; 0 without either."""
    return e.advisor[a].n_chats + e.advisor[a].on_call


@helper
def _stays(e, a):
    """Return whether an advisor may begin another contact."""
    return e.advisor[a].leaving == 0 and e.advisor[a].owed_s == 0.0


@helper
def _takes_more(e, c, a):
    """Return whether an advisor takes another chat, were there room in its group."""
    if e.advisor[a].on_call != 0 and e.advisor[a].n_chats >= c.group[c.advisor_group[a]].beside:
        return False
    return level_of(e, a) > 0 and _stays(e, a)


@helper
def _takes_call(e, c, a):
    """Return whether an advisor with chats may be given a call beside them."""
    n = e.advisor[a].n_chats
    return 0 < n <= c.group[c.advisor_group[a]].beside and e.advisor[a].on_call == 0 and _stays(e, a)


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


@helper
def _count_level(e, c, a, change):
    """Add 1 or -1 to the counts that advisor a belongs to."""
    if _takes_more(e, c, a):
        g = c.advisor_group[a]
        e.group[g].chatting[level_of(e, a) - 1] += change
        _note_room(e, c, g)
    if c.beside != 0 and _takes_call(e, c, a):
        note_interruptible(e, c, a, change)


@block
def leave_level(e, c, a):
    """Take an advisor out of the count of its level, if any; called before level, `leaving` or `owed_s` change."""
    _count_level(e, c, a, -1)


@block
def join_level(e, c, a):
    """Count an advisor at its level, if any; called after level, `leaving` or `owed_s` have changed."""
    _count_level(e, c, a, 1)


@helper
def chat_may_go(e, c):
    """Return whether the head of a queue of chats may be given to an advisor at a level."""
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
    if p != NIL and e.contact[s].identified != 0 and c.advisor_group[p] == g and _is_at(e, c, p, level - 1):
        return p
    if level == 1:
        return first_idle(e, c, g)
    best = NIL
    for a in range(c.first_advisor[g], c.first_advisor[g + 1]):
        if _is_at(e, c, a, level - 1) and (best == NIL or e.advisor[a].assigned_s < e.advisor[best].assigned_s):
            best = a
    return best


@helper
def _is_at(e, c, a, n):
    """Return whether an advisor is at level n and takes another chat: it is idle if n is 0."""
    if n == 0:
        return e.advisor[a].state == IDLE
    return level_of(e, a) == n and _takes_more(e, c, a)


@helper
def rate_of(e, c, s):
    """Return the rate at which the advisor of chat s works on it now."""
    return c.queue[e.contact[s].index].chat_rate[level_of(e, e.contact[s].advisor) - 1]


@helper
def first_chat(e, a):
    """Return the first chat of an advisor; NIL if there is none."""
    return e.advisor[a].chat if e.advisor[a].n_chats > 0 else NIL


@helper
def bring_up(e, c, a):
    """Bring the work on all chats of an advisor up to now; called before the level changes."""
    s = first_chat(e, a)
    while s != NIL:
        worked = (e.t - e.contact[s].chat_t) * rate_of(e, c, s)
        e.contact[s].chat_done += worked
        e.contact[s].chat_left = max(0.0, e.contact[s].chat_left - worked)
        e.contact[s].chat_t = e.t
        s = e.contact[s].next


@helper
def time_again(e, c, a):
    """Schedule the ends of all chats of an advisor; called after the level has changed."""
    s = first_chat(e, a)
    while s != NIL:
        schedule_end(e, s, e.t + e.contact[s].chat_left / rate_of(e, c, s))
        s = e.contact[s].next


@helper
def add_chat(e, a, s):
    """Append a chat to the list of an advisor's chats; the caller then counts it in `n_chats`."""
    last = NIL
    following = first_chat(e, a)
    while following != NIL:
        last = following
        following = e.contact[following].next
    link(e, s, last, NIL)
    if last == NIL:
        e.advisor[a].chat = s


@helper
def remove_chat(e, a, s):
    """Remove a chat from the list of an advisor's chats."""
    before, after = unlink(e, s)
    if before == NIL:
        e.advisor[a].chat = after


@block
def call_advisor(e, c, g):
    """Return the advisor with chats of group g who gets a call beside them; NIL if none may.

    It has the fewest chats, then its last assignment is longest ago (equal: lowest number).
    """
    best = NIL
    for a in range(c.first_advisor[g], c.first_advisor[g + 1]):
        if _takes_call(e, c, a) and (best == NIL or _goes_before(e, a, best)):
            best = a
    return best


@helper
def _goes_before(e, a, b):
    n, other = e.advisor[a].n_chats, e.advisor[b].n_chats
    return n < other or (n == other and e.advisor[a].assigned_s < e.advisor[b].assigned_s)


@block
def begin_call(e, c, a):
    """Begin a call of an advisor whose group may have chats beside it; the ends of its chats are scheduled anew."""
    leave_level(e, c, a)
    bring_up(e, c, a)
    e.advisor[a].on_call = 1
    e.advisor[a].assigned_s = e.t
    join_level(e, c, a)
    time_again(e, c, a)


@block
def end_call(e, c, a):
    """End the call of an advisor, if it was one. Returns whether the advisor goes on with chats, and is not freed."""
    if e.advisor[a].on_call == 0:
        return False
    leave_level(e, c, a)
    bring_up(e, c, a)
    goes_on = e.advisor[a].n_chats > 0
    if goes_on:
        set_state(e, c, a, ADVISOR_CHATTING)  # counts the time on the call, so before `on_call` changes
    e.advisor[a].on_call = 0
    join_level(e, c, a)
    time_again(e, c, a)
    return goes_on
