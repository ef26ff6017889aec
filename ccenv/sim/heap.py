"""Indexed 4-ary heap of event slots, at most one pending event a slot; ties go to the one scheduled first."""

from ccenv.sim.codes import INFINITY, NIL
from ccenv.sim.jit import block, helper
from ccenv.sim.layout import HEAP_PADDING, HEAP_WAYS


@helper
def clear_heap(e):
    """Nothing is pending."""
    for slot in range(e.place.shape[0]):
        e.place[slot] = NIL
    for i in range(HEAP_PADDING):
        e.heap[i].t = INFINITY


@helper
def _put(e, i, slot, t, sequence):
    e.heap[i].t = t
    e.heap[i].slot = slot
    e.heap[i].sequence = sequence
    e.place[slot] = i


@helper
def _up(e, i, slot, t, sequence):
    while i > 0:
        j = (i - 1) // HEAP_WAYS
        tj = e.heap[j].t
        qj = e.heap[j].sequence
        if tj < t or (tj == t and qj < sequence):
            break
        _put(e, i, e.heap[j].slot, tj, qj)
        i = j
    _put(e, i, slot, t, sequence)


@helper
def _earlier(e, i, j):
    """Where the earlier of two events stands. It is found without a branch, which the processor could not foretell."""
    ti = e.heap[i].t
    tj = e.heap[j].t
    first = (ti < tj) | ((ti == tj) & (e.heap[i].sequence < e.heap[j].sequence))
    return i if first else j


@helper
def _down(e, i, slot, t, sequence):
    n = e.heap_n
    while True:
        j = HEAP_WAYS * i + 1
        if j >= n:
            break
        best = _earlier(e, _earlier(e, j, j + 1), _earlier(e, j + 2, j + 3))
        tb = e.heap[best].t
        qb = e.heap[best].sequence
        if t < tb or (t == tb and sequence < qb):
            break
        _put(e, i, e.heap[best].slot, tb, qb)
        i = best
    _put(e, i, slot, t, sequence)


@block
def schedule_as(e, slot, t, sequence):
    """Schedule an event that is not pending, as if that had been done when the sequence had this number."""
    i = e.heap_n
    e.heap_n = i + 1
    e.heap[i + HEAP_PADDING].t = INFINITY
    _up(e, i, slot, t, sequence)


@block
def schedule(e, slot, t):
    """Schedule the slot's event at time t, or move it there if it is pending."""
    e.sequence += 1
    i = e.place[slot]
    if i < 0:
        i = e.heap_n
        e.heap_n = i + 1
        e.heap[i + HEAP_PADDING].t = INFINITY
        _up(e, i, slot, t, e.sequence)
    elif t < e.heap[i].t:
        _up(e, i, slot, t, e.sequence)
    else:
        _down(e, i, slot, t, e.sequence)


@helper
def cancel(e, slot):
    """Forget the slot's event, if it has one."""
    if e.place[slot] >= 0:
        _remove(e, slot)


@block
def _remove(e, slot):
    i = e.place[slot]
    n = e.heap_n - 1
    e.heap_n = n
    e.place[slot] = NIL
    if i == n:
        e.heap[n].t = INFINITY
        return
    t = e.heap[n].t
    moved = e.heap[n].slot
    sequence = e.heap[n].sequence
    e.heap[n].t = INFINITY
    j = (i - 1) // HEAP_WAYS
    if i > 0 and (t < e.heap[j].t or (t == e.heap[j].t and sequence < e.heap[j].sequence)):
        _up(e, i, moved, t, sequence)
    else:
        _down(e, i, moved, t, sequence)
