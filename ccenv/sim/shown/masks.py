"""Legal actions, computed from the core of a snapshot alone, so that the kernel and the service share the code."""

from ccenv.sim.kernel.bits import WORD, add, bit, clear, is_empty, lowest, without_lowest
from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.kernel.record import WHOLE
from ccenv.sim.state.codes import ASSIGN, DIAL, HOLD, RESERVED_DIALS, UNRESERVED_DIALS


@helper
def mark_waiting(snap, c):
    """Set `snap.ready` to the queues with a contact in line."""
    clear(snap.ready)
    for q in range(c.n_queues):
        if snap.queue_length[q] > 0.0:
            add(snap.ready, q)


@helper
def _head_may_go(snap, c, q):
    """Return whether the head of queue q may be assigned, if there is one.

    A callback needs a free line; deferrable work is begun before closing only.
    """
    if c.queue[q].deferrable != 0:
        return snap.closed == 0.0
    return snap.head_callback[q] == 0.0 or snap.lines_left >= 1.0


@block
def _may_interrupt(snap, c, q):
    """Return whether the head of queue q may go to a busy advisor: it waits on a line, and no own one is idle."""
    if c.queue[q].deferrable != 0 or c.queue[q].chat != 0 or snap.head_callback[q] != 0.0:
        return False
    for a in range(c.first_assign[q], c.first_assign[q + 1]):
        g = c.action[a].group
        if snap.idle[g] > 0.0 and c.group[g].service == 0:
            return False
    return True


@helper
def may_take(snap, c, a):
    """Return whether an advisor may take the contact of assignment a.

    It may be an idle one, for a chat one at the level below, for a call one with few chats or on interruptible work.
    """
    level = c.action[a].n
    g = c.action[a].group
    if level == 1:
        return snap.idle[g] > 0.0 or (snap.interruptible[g] > 0.0 and _may_interrupt(snap, c, c.action[a].index))
    return snap.chat_levels[c.action[a].group, level - 2] > 0.0


@helper
def may_hold(snap, c):
    """Return whether `hold` is legal; `snap.ready` must be up to date."""
    return is_empty(snap.ready) or (snap.closed == 0.0 and c.work_conserving == 0)


@helper
def dialable_at_once(snap, i):
    """Return the number of leads that campaign i may dial at once, an integer."""
    return WHOLE(min(snap.lines_free[i], snap.leads_dialable[i]))


@helper
def may_dial(snap, c, a, most, dials):
    """Return whether dial action a is legal; `most`: leads that its campaign may dial; `dials`: kinds of dials."""
    if c.action[a].n > most:
        return False
    if c.action[a].kind == DIAL:
        return dials & UNRESERVED_DIALS != 0
    return dials & RESERVED_DIALS != 0 and snap.idle[c.action[a].group] > 0.0


@helper
def legal(snap, c, a):
    """Return the mask of one action; False outside the catalogue.

    `write_mask` must have set `snap.ready` before.
    """
    if a == HOLD:
        return may_hold(snap, c)
    if not 0 < a < c.n_actions:
        return False
    i = c.action[a].index
    if c.action[a].kind == ASSIGN:
        return snap.queue_length[i] > 0.0 and _head_may_go(snap, c, i) and may_take(snap, c, a)
    return may_dial(snap, c, a, dialable_at_once(snap, i), c.campaign[i].dials)


@block
def write_mask(snap, c, mask, queues):
    """Write the mask and `snap.ready` from the core of a snapshot. Returns the number of legal actions.

    `queues`: set of queues with a contact in line.
    """
    for a in range(mask.shape[0]):
        mask[a] = False
    n = 0
    for word in range(snap.ready.shape[0]):
        left = queues[word]
        ready = U(0)
        while left != U(0):
            one = lowest(left)
            q = WORD * word + one
            if _head_may_go(snap, c, q):
                for a in range(c.first_assign[q], c.first_assign[q + 1]):
                    if may_take(snap, c, a):
                        mask[a] = True
                        n += 1
                        ready |= bit(one)
            left = without_lowest(left)
        snap.ready[word] = ready
    if may_hold(snap, c):
        mask[HOLD] = True
        n += 1
    for i in range(c.n_campaigns):
        leads = dialable_at_once(snap, i)
        dials = c.campaign[i].dials
        for a in range(c.first_dial[i], c.first_dial[i + 1]):
            mask[a] = may_dial(snap, c, a, leads, dials)
            n += int(mask[a])
    return n
