"""Which queues can be assigned to an advisor now. Only pairs whose queue or group has changed are tested again."""

from ccenv.sim.kernel.bits import WORD, bit, contains, is_empty, lowest, meet, without_lowest
from ccenv.sim.kernel.draws import U
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import OPEN, VIRTUAL, WAITING


@helper
def _heads(e, c, word):
    """The queues of one word whose head may be assigned; a virtual head needs a free line."""
    bits = e.waiting_bits[word]
    if e.n_virtual > 0 and e.lines >= c.trunks:
        left = bits
        while left != U(0):
            one = lowest(left)
            if e.contact[e.queue[WORD * word + one].head].phase == VIRTUAL:
                bits &= ~bit(one)
            left = without_lowest(left)
    return bits


@helper
def _served_by_news(e, c, word):
    """The queues of one word that a group serves which has become idle since the last call."""
    queues = U(0)
    for k in range(e.idle_bits.shape[0]):
        left = e.idle_bits[k] & ~e.vain_groups[k]
        while left != U(0):
            queues |= c.queue_skill[WORD * k + lowest(left), word]
            left = without_lowest(left)
    return queues


@helper
def _matched(e, c, word, news):
    """Those of the queues in `news`, of one word, that an idle group serves."""
    found = U(0)
    while news != U(0):
        one = lowest(news)
        if meet(c.queue_groups, WORD * word + one, e.idle_bits):
            found |= bit(one)
        news = without_lowest(news)
    return found


@helper
def may_interrupt(e, c, q):
    """Return whether queue q's head may go to a busy advisor: it waits on a line, and no own advisor is idle."""
    if c.queue[q].chat != 0 or e.contact[e.queue[q].head].phase != WAITING:
        return False
    return not meet(c.own_groups, q, e.idle_bits)


@helper
def takes(e, c, q, g):
    """Return whether group g can take the head of queue q, whose line is not empty."""
    if c.defers == 0 and c.beside == 0:
        return contains(e.idle_bits, g)
    if c.queue[q].deferrable != 0:
        return e.stage == OPEN and contains(e.idle_bits, g)
    return contains(e.idle_bits, g) or (contains(e.interruptible_bits, g) and may_interrupt(e, c, q))


@helper
def _someone_takes(e, c, q):
    if c.queue[q].deferrable != 0:
        return e.stage == OPEN and meet(c.queue_groups, q, e.idle_bits)
    if meet(c.queue_groups, q, e.idle_bits):
        return True
    return meet(c.queue_groups, q, e.interruptible_bits) and may_interrupt(e, c, q)


@block
def _assignable_beside_work(e, c):
    """Do what `assignable` does where busy advisors may take a call: every waiting queue is tested again."""
    some = U(0)
    for word in range(e.waiting_bits.shape[0]):
        left = _heads(e, c, word)
        found = U(0)
        while left != U(0):
            one = lowest(left)
            if _someone_takes(e, c, WORD * word + one):
                found |= bit(one)
            left = without_lowest(left)
        e.assignable[word] = found
        some |= found
    return some != U(0)


@helper
def assignable(e, c):
    """Write the queues with a legal assignment to `e.assignable`, and return whether there is one.

    `e.vain_queues` and `e.vain_groups` hold the waiting queues and idle groups that had no pair in common at the last
    call. Only a queue or a group that is new since then can form a pair.
    """
    if is_empty(e.waiting_bits):
        for word in range(e.assignable.shape[0]):
            e.assignable[word] = U(0)
        return False
    if c.defers != 0 or c.beside != 0:
        return _assignable_beside_work(e, c)
    some = U(0)
    for word in range(e.waiting_bits.shape[0]):
        waiting = _heads(e, c, word)
        if waiting == U(0):
            e.vain_queues[word] = U(0)
            e.assignable[word] = U(0)
            continue
        found = _matched(e, c, word, waiting & (~e.vain_queues[word] | _served_by_news(e, c, word)))
        e.vain_queues[word] = waiting & ~found
        e.assignable[word] = found
        some |= found
    for k in range(e.idle_bits.shape[0]):
        e.vain_groups[k] = e.idle_bits[k]
    return some != U(0)
