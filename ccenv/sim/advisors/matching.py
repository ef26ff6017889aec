"""Which queues can be assigned to an advisor now; pairs are looked at only where something has changed."""

from ccenv.sim.kernel.bits import bit, lowest, without_lowest
from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import helper
from ccenv.sim.state.codes import VIRTUAL


@helper
def _heads(e, c):
    """Queues whose head may be assigned, as bits: a callback needs a line."""
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
    """Queues with a legal assignment, as bits.

    Queues and groups that were found to have no pair in common are remembered, and only those looked at that have come
    to wait, or to be idle, since.
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
