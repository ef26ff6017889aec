"""Indexed 4-ary heap of event slots, at most one pending event a slot; ties go to the one scheduled first."""

import numpy as np

from ccenv.sim.jit import block, helper

WAYS = 4


@helper
def ix(i):
    """An unsigned index: spares the wrap-around of negative ones, and a negative one fails the bounds check."""
    return np.uint64(i)


@helper
def _put(e, i, slot, t, sequence):
    e.heap[ix(i)].t = t
    e.heap[ix(i)].slot = slot
    e.heap[ix(i)].sequence = sequence
    e.place[ix(slot)] = i


@helper
def _up(e, i, slot, t, sequence):
    while i > 0:
        j = (i - 1) // WAYS
        tj = e.heap[ix(j)].t
        qj = e.heap[ix(j)].sequence
        if tj < t or (tj == t and qj < sequence):
            break
        _put(e, i, e.heap[ix(j)].slot, tj, qj)
        i = j
    _put(e, i, slot, t, sequence)


@helper
def _down(e, i, slot, t, sequence):
    n = e.heap_n
    while True:
        j = WAYS * i + 1
        if j >= n:
            break
        best = j
        tb = e.heap[ix(j)].t
        qb = e.heap[ix(j)].sequence
        for k in range(j + 1, min(j + WAYS, n)):
            tk = e.heap[ix(k)].t
            if tk < tb or (tk == tb and e.heap[ix(k)].sequence < qb):
                best = k
                tb = tk
                qb = e.heap[ix(k)].sequence
        if t < tb or (t == tb and sequence < qb):
            break
        _put(e, i, e.heap[ix(best)].slot, tb, qb)
        i = best
    _put(e, i, slot, t, sequence)


@block
def schedule(e, slot, t):
    """Schedule the slot's event at time t, or move it there if it is pending."""
    e.sequence += 1
    i = e.place[ix(slot)]
    if i < 0:
        i = e.heap_n
        e.heap_n = i + 1
        _up(e, i, slot, t, e.sequence)
    elif t < e.heap[ix(i)].t:
        _up(e, i, slot, t, e.sequence)
    else:
        _down(e, i, slot, t, e.sequence)


@block
def cancel(e, slot):
    """Forget the slot's event, if it has one."""
    i = e.place[ix(slot)]
    if i < 0:
        return
    n = e.heap_n - 1
    e.heap_n = n
    e.place[ix(slot)] = -1
    if i == n:
        return
    t = e.heap[ix(n)].t
    moved = e.heap[ix(n)].slot
    sequence = e.heap[ix(n)].sequence
    j = (i - 1) // WAYS
    if i > 0 and (t < e.heap[ix(j)].t or (t == e.heap[ix(j)].t and sequence < e.heap[ix(j)].sequence)):
        _up(e, i, moved, t, sequence)
    else:
        _down(e, i, moved, t, sequence)
