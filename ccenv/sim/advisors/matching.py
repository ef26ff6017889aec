"""Queues with a legal assignment; only pairs that have changed since the last call are checked."""

from ccenv.sim.kernel.bits import bit, lowest, without_lowest
from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import VIRTUAL


@helper
def _heads(e, c):
    """Return the queues whose head may be assigned, as bits; a virtual head needs a free line."""
    bits = e.waiting_bits
    if e.n_virtual > 0 and e.lines >= c.trunks:
        left = bits
        while left != U(0):
            q = lowest(left)
            if e.contact[e.queue[q].head].phase == VIRTUAL:
                bits &= ~bit(q)
            left = without_lowest(left)
    return bits


@helper
def assignable(e, c):
    """Return the queues with a legal assignment, as bits.

    `e.vain_queues` and `e.vain_groups` hold the queues and groups that had no pair in common at the last call. Only
    queues that have begun to wait since, and queues of groups that have become idle since, are checked.
    """
    if e.waiting_bits == U(0):
        return U(0)
    waiting = _heads(e, c)
    news = waiting & ~e.vain_queues
    left = e.idle_bits & ~e.vain_groups
    while left != U(0):
        news |= c.queue_skill[lowest(left)] & waiting
        left = without_lowest(left)
    found = U(0)
    while news != U(0):
        q = lowest(news)
        if (c.queue_groups[q] & e.idle_bits) != U(0):
            found |= bit(q)
        news = without_lowest(news)
    e.vain_queues = waiting & ~found
    e.vain_groups = e.idle_bits
    return found
