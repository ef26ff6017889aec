"""Indexed 4-ary heap of events: at most one pending event per timer.

Events are in order of time. Of events at one instant the lower kind comes first (from `CLOCK_EVENT` to
`REVIEW_EVENT`), and within a kind the one scheduled first. One integer, `order`, holds kind, sequence number and timer,
so a tie of time takes one comparison.
"""

import numpy as np

from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import NIL
from ccenv.sim.state.entities import KIND_AT_BIT, TIMER_BITS
from ccenv.sim.state.layout import HEAP_PADDING, HEAP_WAYS

# Time of the sentinel events behind the last one; callers schedule no event at or after it. Finite, because differences
# of infinities would be NaN.
NEVER_S = 1e100
TIMER_MASK = 2**TIMER_BITS - 1


@helper
def clear_heap(e):
    """Remove all events and set the sentinels."""
    for timer in range(e.place.shape[0]):
        e.place[timer] = NIL
    for i in range(HEAP_PADDING):
        e.heap[i].t = NEVER_S


@helper
def _order(kind, sequence, timer):
    return (np.int64(kind) << KIND_AT_BIT) | (np.int64(sequence) << TIMER_BITS) | np.int64(timer)


@helper
def first_timer(e):
    """Return the timer of the next event."""
    return e.heap[0].order & TIMER_MASK


@helper
def _put(e, i, t, order):
    e.heap[i].t = t
    e.heap[i].order = order
    e.place[order & TIMER_MASK] = i


@helper
def _up(e, i, t, order):
    while i > 0:
        j = (i - 1) // HEAP_WAYS
        tj = e.heap[j].t
        qj = e.heap[j].order
        if tj < t or (tj == t and qj < order):
            break
        _put(e, i, tj, qj)
        i = j
    _put(e, i, t, order)


@helper
def _earlier(e, i, j):
    ti = e.heap[i].t
    tj = e.heap[j].t
    first = (ti < tj) | ((ti == tj) & (e.heap[i].order < e.heap[j].order))
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
def _down(e, i, t, order):
    n = e.heap_n
    while True:
        j = HEAP_WAYS * i + 1
        if j >= n:
            break
        best = _first_child(e, j)
        tb = e.heap[best].t
        qb = e.heap[best].order
        if t < tb or (t == tb and order < qb):
            break
        _put(e, i, tb, qb)
        i = best
    _put(e, i, t, order)


@helper
def _insert(e, t, order):
    i = e.heap_n
    e.heap_n = i + 1
    e.heap[i + HEAP_PADDING].t = NEVER_S
    _up(e, i, t, order)


@block
def schedule_as(e, timer, t, kind, sequence):
    """Schedule an event of a timer without a pending one; within its kind it ranks by the given sequence number."""
    _insert(e, t, _order(kind, sequence, timer))


@block
def schedule(e, timer, t, kind):
    """Schedule the timer's event at time t [s], or move its pending event there; both count as a new scheduling."""
    e.sequence += 1
    order = _order(kind, e.sequence, timer)
    i = e.place[timer]
    if i < 0:
        _insert(e, t, order)
    elif t < e.heap[i].t:
        _up(e, i, t, order)
    elif t == e.heap[i].t and order < e.heap[i].order:
        _up(e, i, t, order)
    else:
        _down(e, i, t, order)


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
    order = e.heap[n].order
    e.heap[n].t = NEVER_S
    j = (i - 1) // HEAP_WAYS
    if i > 0 and (t < e.heap[j].t or (t == e.heap[j].t and order < e.heap[j].order)):
        _up(e, i, t, order)
    else:
        _down(e, i, t, order)
