"""The table of touched leads: each segment has a binary heap of waiting rows and one of ready rows.

A lead has a row from its first dial until it is closed. The rows of a segment are contiguous, and so is its part of
`lead_order`, which holds both heaps: waiting rows grow from the first element upwards, ready rows from the last
downwards.
"""

import numpy as np

from ccenv.sim.kernel.contacts import campaign_timer
from ccenv.sim.kernel.draws import child_key, entity_key, uniform
from ccenv.sim.kernel.heap import schedule
from ccenv.sim.kernel.jit import block, helper
from ccenv.sim.state.codes import (
    AGREED,
    ATTEMPT,
    BY_ATTEMPTS,
    BY_CHANCE,
    BY_DUE,
    BY_LAST,
    BY_NEWEST,
    CLOCK_EVENT,
    LEADS_FULL,
    LIST_ORDER,
    NIL,
    PROMISED,
)

WAITING_ROWS, READY_ROWS = range(2)


@helper
def lead_key(e, c, k, number):
    """Return the key of lead `number` of segment k."""
    return entity_key(e.root, c.segment[k].stream, number)


@helper
def attempt_key(e, c, k, number, attempt):
    """Return the key of a lead's attempt 1, 2, ...; attempt 1 has the key of the lead."""
    key = lead_key(e, c, k, number)
    return key if attempt == 1 else child_key(key, ATTEMPT, attempt - 1)


@helper
def take_row(e, c, k):
    """Return a free row of segment k; if there is none, set the failure LEADS_FULL and return NIL."""
    r = np.int64(e.segment[k].free_row) - 1
    if r != NIL:
        e.segment[k].free_row = np.int64(e.lead_number[r])
        return r
    if e.segment[k].n_used >= c.segment[k].n_rows:
        e.failure = LEADS_FULL
        return np.int64(NIL)
    e.segment[k].n_used += 1
    return np.int64(c.segment[k].first_row + e.segment[k].n_used - 1)


@helper
def free_row(e, k, r):
    """Free a row (it must be in no heap).

    Free-list links are stored as index + 1 because records are zero-initialised.
    """
    e.lead_number[r] = e.segment[k].free_row
    e.segment[k].free_row = r + 1


@helper
def _sort_value(e, c, k, r):
    """Return the value by which the campaign's retries are sorted; the smallest comes first, ties go by due time."""
    order = c.campaign[c.segment[k].campaign].retry_order
    if order == BY_DUE:
        return e.lead_due[r]
    if order == BY_ATTEMPTS:
        return float(e.lead_attempts[r])
    if order == BY_LAST:
        return float(e.lead_grid[r, 0])
    if order == BY_NEWEST:
        return -float(e.lead_number[r])
    if order == BY_CHANCE:
        return uniform(attempt_key(e, c, k, np.int64(e.lead_number[r]), np.int64(e.lead_attempts[r]) + 1), LIST_ORDER)
    return -c.segment[k].score


@block
def goes_first(e, c, k, r, m, o):
    """Return whether ready row r of segment k is dialed before ready row o of segment m."""
    agreed = e.lead_state[r] == AGREED
    if agreed != (e.lead_state[o] == AGREED):
        return agreed
    if not agreed:
        mine = _sort_value(e, c, k, r)
        other = _sort_value(e, c, m, o)
        if mine != other:
            return mine < other
    if e.lead_due[r] != e.lead_due[o]:
        return e.lead_due[r] < e.lead_due[o]
    if k != m:
        return k < m
    return e.lead_number[r] < e.lead_number[o]


@helper
def _before(e, c, k, heap, r, o):
    """Return whether row r precedes row o in the same heap."""
    if heap == READY_ROWS:
        return goes_first(e, c, k, r, k, o)
    if e.lead_due[r] != e.lead_due[o]:
        return e.lead_due[r] < e.lead_due[o]
    return e.lead_number[r] < e.lead_number[o]


@helper
def _place(c, k, heap, j):
    """Return the index in `lead_order` of element j of a segment's heap."""
    if heap == READY_ROWS:
        return c.segment[k].first_row + c.segment[k].n_rows - 1 - j
    return c.segment[k].first_row + j


@helper
def _size(e, k, heap):
    return e.segment[k].n_ready if heap == READY_ROWS else e.segment[k].n_waiting


@helper
def _grow(e, k, heap, by):
    if heap == READY_ROWS:
        e.segment[k].n_ready += by
    else:
        e.segment[k].n_waiting += by


@helper
def row_at(e, c, k, heap, j):
    """Return the row at element j of a heap."""
    return np.int64(e.lead_order[_place(c, k, heap, j)])


@helper
def top_row(e, c, k, heap):
    """Return the first row of a heap; NIL if the heap is empty."""
    return np.int64(e.lead_order[_place(c, k, heap, 0)]) if _size(e, k, heap) > 0 else np.int64(NIL)


@block
def _rise(e, c, k, heap, j, r):
    """Insert row r at element j of a heap, and sift it up. Returns whether it has moved."""
    at = j
    while j > 0:
        up = (j - 1) // 2
        o = np.int64(e.lead_order[_place(c, k, heap, up)])
        if not _before(e, c, k, heap, r, o):
            break
        e.lead_order[_place(c, k, heap, j)] = o
        j = up
    e.lead_order[_place(c, k, heap, j)] = r
    return j < at


@helper
def push_row(e, c, k, heap, r):
    """Insert a row into a heap."""
    j = _size(e, k, heap)
    _grow(e, k, heap, 1)
    _rise(e, c, k, heap, j, r)


@block
def _sink(e, c, k, heap, j, r):
    """Insert row r at element j of a heap, and sift it down."""
    n = _size(e, k, heap)
    while 2 * j + 1 < n:
        down = 2 * j + 1
        o = np.int64(e.lead_order[_place(c, k, heap, down)])
        if down + 1 < n:
            other = np.int64(e.lead_order[_place(c, k, heap, down + 1)])
            if _before(e, c, k, heap, other, o):
                down += 1
                o = other
        if _before(e, c, k, heap, r, o):
            break
        e.lead_order[_place(c, k, heap, j)] = o
        j = down
    e.lead_order[_place(c, k, heap, j)] = r


@helper
def pop_row(e, c, k, heap):
    """Remove and return the first row of a heap, which must not be empty."""
    first = top_row(e, c, k, heap)
    _grow(e, k, heap, -1)
    n = _size(e, k, heap)
    if n > 0:
        _sink(e, c, k, heap, 0, np.int64(e.lead_order[_place(c, k, heap, n)]))
    return first


@block
def take_out(e, c, k, heap, r):
    """Remove row r from a heap, wherever it stands in it; does nothing if it is not there."""
    n = _size(e, k, heap)
    j = 0
    while j < n and e.lead_order[_place(c, k, heap, j)] != r:
        j += 1
    if j == n:
        return
    _grow(e, k, heap, -1)
    if j < n - 1:
        last = np.int64(e.lead_order[_place(c, k, heap, n - 1)])
        if not _rise(e, c, k, heap, j, last):
            _sink(e, c, k, heap, j, last)


@helper
def order_again(e, c, k):
    """Rebuild the heap of ready rows if its order is random: the key of the run has changed, and with it the order."""
    n = e.segment[k].n_ready
    if c.campaign[c.segment[k].campaign].retry_order == BY_CHANCE:
        for down in range(n // 2):
            j = n // 2 - 1 - down
            _sink(e, c, k, READY_ROWS, j, np.int64(e.lead_order[_place(c, k, READY_ROWS, j)]))


@helper
def wait_until(e, c, k, r, state, due):
    """Set row r waiting until `due`; `state` is RETRYING, AGREED or PROMISED."""
    e.lead_state[r] = state
    e.lead_due[r] = due
    if state == PROMISED:
        e.segment[k].n_promised += 1
    push_row(e, c, k, WAITING_ROWS, r)


@helper
def wake_by(e, i, due):
    """Let the leads due event of campaign i be at `due` if it is later than that, or not scheduled."""
    timer = campaign_timer(e, i)
    at = e.place[timer]
    if due < e.close_t and (at == NIL or due < e.heap[at].t):
        schedule(e, timer, due, CLOCK_EVENT)


@block
def shift_rows(e, c, k, by):
    """Move the clock back: the due times of all rows decrease by `by` seconds."""
    for j in range(e.segment[k].n_waiting):
        e.lead_due[e.lead_order[_place(c, k, WAITING_ROWS, j)]] -= by
    for j in range(e.segment[k].n_ready):
        e.lead_due[e.lead_order[_place(c, k, READY_ROWS, j)]] -= by
