"""Indexed 4-ary heap of events: at most one pending event per timer; of equal times the first scheduled comes first."""

import numpy as np

from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import NIL
from ccenv.sim.state.layout import HEAP_PADDING, HEAP_WAYS

# Time of the sentinel events behind the last one; callers schedule no event at or after it. Finite, because differences
# of infinities would be NaN.
NEVER_S = 1e100


@helper
def clear_heap(e):
    """Remove all events and set the sentinels."""
    for timer in range(e.place.shape[0]):
        e.place[timer] = NIL
    for i in range(HEAP_PADDING):
        e.heap[i].t = NEVER_S


@helper
def _put(e, i, timer, t, sequence):
    e.heap[i].t = t
    e.heap[i].timer = timer
    e.heap[i].sequence = sequence
    e.place[timer] = i


@helper
def _up(e, i, timer, t, sequence):
    while i > 0:
        j = (i - 1) // HEAP_WAYS
        tj = e.heap[j].t
        qj = e.heap[j].sequence
        if tj < t or (tj == t and qj < sequence):
            break
        _put(e, i, e.heap[j].timer, tj, qj)
        i = j
    _put(e, i, timer, t, sequence)


@helper
def _earlier(e, i, j):
    ti = e.heap[i].t
    tj = e.heap[j].t
    first = (ti < tj) | ((ti == tj) & (e.heap[i].sequence < e.heap[j].sequence))
    return i if first else j


@block
def _first_of_tied(e, j):
    return _earlier(e, _earlier(e, j, j + 1), _earlier(e, j + 2, j + 3))


@helper
def _first_child(e, j):
    """Return the index of the earliest of the four events j, j + 1, j + 2, j + 3.

    Branch-free, because the branches would be mispredicted; only ties of time, which are rare, take a branch.
    """
    t = e.heap[j].t
    t1 = e.heap[j + 1].t
    u = e.heap[j + 2].t
    u1 = e.heap[j + 3].t
    first = j + np.int64(t1 < t)
    other = j + 2 + np.int64(u1 < u)
    earliest = min(t, t1)
    earlier = min(u, u1)
    if (t1 - t) * (u1 - u) * (earlier - earliest) == 0.0:
        return _first_of_tied(e, j)
    return other if earlier < earliest else first


@helper
def _down(e, i, timer, t, sequence):
    n = e.heap_n
    while True:
        j = HEAP_WAYS * i + 1
        if j >= n:
            break
        best = _first_child(e, j)
        tb = e.heap[best].t
        qb = e.heap[best].sequence
        if t < tb or (t == tb and sequence < qb):
            break
        _put(e, i, e.heap[best].timer, tb, qb)
        i = best
    _put(e, i, timer, t, sequence)


@helper
def _insert(e, timer, t, sequence):
    i = e.heap_n
    e.heap_n = i + 1
    e.heap[i + HEAP_PADDING].t = NEVER_S
    _up(e, i, timer, t, sequence)


@block
def schedule_as(e, timer, t, sequence):
    """Schedule an event of a timer without a pending one; among equal times it ranks by the given sequence number."""
    _insert(e, timer, t, sequence)


@block
def schedule(e, timer, t):
    """Schedule the timer's event at time t [s], or move its pending event there; both count as a new scheduling."""
    e.sequence += 1
    i = e.place[timer]
    if i < 0:
        _insert(e, timer, t, e.sequence)
    elif t < e.heap[i].t:
        _up(e, i, timer, t, e.sequence)
    else:
        _down(e, i, timer, t, e.sequence)


@helper
def cancel(e, timer):
    """Cancel the timer's event, if one is pending."""
    if e.place[timer] >= 0:
        _remove(e, timer)


@block
def _remove(e, timer):
    i = e.place[timer]
    n = e.heap_n - 1
    e.heap_n = n
    e.place[timer] = NIL
    if i == n:
        e.heap[n].t = NEVER_S
        return
    t = e.heap[n].t
    moved = e.heap[n].timer
    sequence = e.heap[n].sequence
    e.heap[n].t = NEVER_S
    j = (i - 1) // HEAP_WAYS
    if i > 0 and (t < e.heap[j].t or (t == e.heap[j].t and sequence < e.heap[j].sequence)):
        _up(e, i, moved, t, sequence)
    else:
        _down(e, i, moved, t, sequence)
