"""A reference kernel of the model of the ContactCenters library: a centre of ccenv under the library's conventions.

It runs centres whose routing rule is `experiments.published.routing:lists`. Each of `CONVENTIONS` is a point in which
the library differs from ccenv; without them, the kernel simulates ccenv's own model. Written from the library's manual
and the descriptions of its examples. Times are in seconds.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping
from typing import Any

import numba
import numpy as np

from experiments.published.library_model import BY_GROUP, BY_QUEUE, GROUP, calls_of, model_of
from experiments.published.routing import TOLERANCE_S

FRESH, REDIALS, BLOCKED, ANSWERED, ANSWERED_IN_TIME, ABANDONED, ABANDONED_IN_TIME, UNSERVED = range(len(BY_QUEUE))
END, STAFFING, ENTRY, SECOND_LOOK, END_OF_PATIENCE = range(5)
AWAY, WAITING, IN_SERVICE = range(3)


def kernel_table(
    centre: Mapping[str, Any], seeds: range, days: int, conventions: Collection[str]
) -> dict[str, np.ndarray]:
    """Return columns as a KPI table of ccenv names them: in total, and by queue or group. One row for each seed.

    Args:
        centre: The centre, as plain values.
        seeds: One run for each; the same seed gives the same calls under all conventions.
        days: Days of a run.
        conventions: Names of the conventions of the library that hold.

    Raises:
        ValueError: If the centre has a key that the kernel does not know, or a convention has another name.
    """
    model = model_of(centre, conventions)
    by_queue = np.zeros((len(seeds), len(model.target_s), len(BY_QUEUE)))
    by_group = np.zeros((len(seeds), model.staffing.shape[1], len(BY_GROUP)))
    for n, seed in enumerate(seeds):
        rng = np.random.default_rng(seed)
        for _ in range(days):
            groups = np.zeros(model.staffing.shape[1], GROUP)
            simulate_day(int(rng.integers(2**31)), model, calls_of(centre, rng), groups, by_queue[n])
            by_group[n] += np.column_stack([groups[name] for name in BY_GROUP])
    table = {}
    for names, entities, found in ((BY_QUEUE, centre["queues"], by_queue), (BY_GROUP, centre["groups"], by_group)):
        for k, name in enumerate(names):
            table[name] = found[:, :, k].sum(axis=1)
            table |= {f"{name}:{entity}": found[:, i, k] for i, entity in enumerate(entities)}
    return table


@numba.njit(cache=True)
def _free(groups, i):  # type: ignore[no-untyped-def]
    """Return the advisors of a group who can take a call."""
    return max(0, groups[i].staff - (groups[i].busy - groups[i].leaving))


@numba.njit(cache=True)
def _group_for(m, k, waited_s, groups):  # type: ignore[no-untyped-def]
    """Return the group that serves a call of queue k which has waited so long; -1 for none."""
    chosen, best, free = -1, np.inf, 0
    for i in range(len(groups)):
        n = _free(groups, i)
        if n == 0 or m.queue_rank[k, i] == np.inf or waited_s < m.open_after_s[k, i] - TOLERANCE_S:
            continue
        free += n
        if m.uniform[k]:
            if np.random.random() * free < n:
                chosen = i
        elif m.group_rank[k, i] < best:
            chosen, best = i, m.group_rank[k, i]
    return chosen


@numba.njit(cache=True)
def _next_call(m, i, t, line, calls):  # type: ignore[no-untyped-def]
    """Return the waiting call that a free advisor of group i takes; -1 for none. The line is in order of entry."""
    chosen, best = -1, np.inf
    for c in line:
        k = calls[c].queue
        if m.queue_rank[k, i] < best and t - calls[c].t >= m.open_after_s[k, i] - TOLERANCE_S:
            chosen, best = c, m.queue_rank[k, i]
    return chosen


@numba.njit(cache=True)
def _serve(m, c, i, t, heap, calls, groups, counts):  # type: ignore[no-untyped-def]
    """Start the service of call c by group i."""
    k = calls[c].queue
    calls[c].state, calls[c].group = IN_SERVICE, i
    groups[i].busy += 1
    counts[k, ANSWERED] += 1
    counts[k, ANSWERED_IN_TIME] += calls[c].waited_s + t - calls[c].t < m.target_s[k]
    heapq.heappush(heap, (t + calls[c].handle_s, END, c))


@numba.njit(cache=True)
def _take_calls(m, i, t, heap, line, calls, groups, counts):  # type: ignore[no-untyped-def]
    """Let the free advisors of group i take waiting calls."""
    while _free(groups, i) > 0:
        c = _next_call(m, i, t, line, calls)
        if c < 0:
            return
        line.remove(c)
        _serve(m, c, i, t, heap, calls, groups, counts)


@numba.njit(cache=True)
def _enter(m, c, t, heap, line, calls, groups, counts):  # type: ignore[no-untyped-def]
    """Let call c enter: it is turned away, served, or joins the line."""
    k = calls[c].queue
    counts[k, REDIALS if calls[c].again else FRESH] += 1
    if len(line) + groups.busy.sum() >= m.lines:
        counts[k, BLOCKED] += 1
        return
    calls[c].t, calls[c].state = t, WAITING
    i = _group_for(m, k, 0.0, groups)
    if i >= 0:
        _serve(m, c, i, t, heap, calls, groups, counts)
        return
    line.append(c)
    heapq.heappush(heap, (t + calls[c].patience_s, END_OF_PATIENCE, c))
    if m.open_after_s[k].max() > 0.0:
        heapq.heappush(heap, (t + m.open_after_s[k].max(), SECOND_LOOK, c))


@numba.njit(cache=True)
def _give_up(m, c, t, heap, line, calls, counts):  # type: ignore[no-untyped-def]
    """Let call c leave the line; perhaps the caller calls again."""
    k = calls[c].queue
    line.remove(c)
    waited_s = calls[c].waited_s + calls[c].patience_s
    calls[c].state = AWAY
    counts[k, ABANDONED] += 1
    counts[k, ABANDONED_IN_TIME] += waited_s < m.target_s[k]
    if np.random.random() >= m.p_again[k]:
        return
    calls[c].again = True
    if m.same_caller:
        calls[c].waited_s = waited_s
    else:
        calls[c].patience_s = np.random.exponential(m.patience_s[k])
    if m.same_caller or t + m.again_after_s[k] < m.slot_s * len(m.staffing):
        heapq.heappush(heap, (t + m.again_after_s[k], ENTRY, c))


@numba.njit(cache=True)
def _name_leavers(i, n, calls, groups):  # type: ignore[no-untyped-def]
    """Choose the advisors who leave so that n stay, all equally likely, and mark the calls of those who are busy."""
    to_leave, staff = groups[i].staff - n, groups[i].staff
    for c in range(len(calls)):
        if calls[c].state == IN_SERVICE and calls[c].group == i and not calls[c].leaver:
            if np.random.random() * staff < to_leave:
                calls[c].leaver = True
                groups[i].leaving += 1
                to_leave -= 1
            staff -= 1


@numba.njit(cache=True)
def _change_staffing(m, slot, calls, groups, line, counts):  # type: ignore[no-untyped-def]
    """Begin a slot; the one after the last is the time after closing, when the line is cleared or served by all."""
    closed = slot == len(m.staffing)
    if closed and not m.clears:
        return
    for i in range(len(groups)):
        n = 0 if closed else m.staffing[slot, i]
        if n < groups[i].staff and not m.first_free_leave:
            _name_leavers(i, n, calls, groups)
        groups[i].staff = n
    if closed:
        for c in line:
            calls[c].state = AWAY
            counts[calls[c].queue, UNSERVED] += 1
        line.clear()


@numba.njit(cache=True)
def simulate_day(seed, m, calls, groups, counts):  # type: ignore[no-untyped-def]
    """Simulate a day to its last call: add to the counts by queue, (queues, `BY_QUEUE`), and to the times of groups."""
    np.random.seed(seed)
    heap = [(m.slot_s * slot, STAFFING, slot) for slot in range(len(m.staffing) + 1)]
    heap += [(calls[c].t, ENTRY, c) for c in range(len(calls))]
    heapq.heapify(heap)
    line, last = [0 for _ in range(0)], 0.0
    while len(heap) > 0:
        t, event, x = heapq.heappop(heap)
        if t <= m.slot_s * len(m.staffing) or len(line) + groups.busy.sum() > 0:
            for i in range(len(groups)):
                groups[i].talking_s += (t - last) * groups[i].busy
                groups[i].idle_s += (t - last) * _free(groups, i)
        last = t
        if event == STAFFING:
            _change_staffing(m, x, calls, groups, line, counts)
            for i in range(len(groups)):
                _take_calls(m, i, t, heap, line, calls, groups, counts)
        elif event == ENTRY:
            _enter(m, x, t, heap, line, calls, groups, counts)
        elif event == END:
            calls[x].state = AWAY
            i = calls[x].group
            groups[i].busy -= 1
            groups[i].leaving -= calls[x].leaver
            _take_calls(m, i, t, heap, line, calls, groups, counts)
        elif calls[x].state == WAITING and event == END_OF_PATIENCE:
            _give_up(m, x, t, heap, line, calls, counts)
        elif calls[x].state == WAITING:
            i = _group_for(m, calls[x].queue, t - calls[x].t, groups)
            if i >= 0:
                line.remove(x)
                _serve(m, x, i, t, heap, calls, groups, counts)
