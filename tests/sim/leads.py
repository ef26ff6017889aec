"""What must be true of the table of touched leads: rows in heaps, in attempts or free, and none before it is lawful."""

from __future__ import annotations

import math

import numpy as np

from ccenv.sim.state import codes
from tests.sim.view import View

GRID_S = 120.0
DAYS_OF_A_WEEK = 7


def check_leads(v: View) -> None:
    """Each segment by itself."""
    for k in range(int(v.c["n_segments"])):
        rows_of_segment(v, k)


def heaps(v: View, k: int) -> tuple[list[int], list[int]]:
    """Rows of a segment that wait, and those that are ready, in the order of their heaps."""
    segment, state = v.c["segment"][k], v.e["segment"][k]
    first, n = int(segment["first_row"]), int(segment["n_rows"])
    places = v.e["lead_order"][first : first + n].tolist()
    n_ready = int(state["n_ready"])
    return places[: int(state["n_waiting"])], places[::-1][:n_ready]


def rows_of_segment(v: View, k: int) -> None:
    """Every row that was ever taken is in one place only; heaps are in order; counts are right."""
    segment, state = v.c["segment"][k], v.e["segment"][k]
    assert 0 <= state["n_leads"] <= segment["n_listed"], "leads"
    waiting, ready = heaps(v, k)
    in_attempt = v.x["lead"][~v.inbound & (v.x["segment"] == k) & (v.x["lead"] != codes.NIL) & ~over(v)].tolist()
    free = []
    here = int(state["free_row"])
    while here:
        assert len(free) <= state["n_used"], "free rows in a circle"
        free.append(here - 1)
        here = int(v.e["lead_number"][here - 1])
    taken = range(int(segment["first_row"]), int(segment["first_row"]) + int(state["n_used"]))
    held = waiting + ready + in_attempt + in_calls(v, k)
    assert sorted(held + free) == list(taken), f"rows of segment {k}"
    assert len(set(v.e["lead_number"][held].tolist())) == len(held), "two rows of one lead"
    promised = v.e["lead_state"][waiting] == codes.PROMISED
    assert state["n_promised"] == np.count_nonzero(promised), "promises"
    assert state["n_agreed"] == np.count_nonzero(v.e["lead_state"][ready] == codes.AGREED), "agreed callbacks"
    assert not np.any(v.e["lead_state"][ready] == codes.PROMISED), "a promise that could be dialed"
    in_order(v, waiting, ready)
    wakes(v, k, waiting)
    for row in [r for r, is_promise in zip(waiting, promised, strict=True) if not is_promise] + ready:
        lawful(v, k, row)


def in_calls(v: View, k: int) -> list[int]:
    """Rows of a segment that a return call in the centre holds, or that are held for a pending one."""
    rows = v.x["lead"]
    calls = (v.x["kind"] == codes.RETURN_CALL) & (v.x["segment"] == k) & (rows != codes.NIL)
    pending = v.is_in(codes.PENDING_RETURN, codes.PENDING_REDIAL)
    found: list[int] = rows[calls & (~pending | (v.e["lead_state"][rows] == codes.HELD))].tolist()
    return found


def over(v: View) -> np.ndarray:
    """Which contacts' attempts are over: in wrap-up, the row is put back already."""
    return v.phase == codes.WRAPPING


def in_order(v: View, waiting: list[int], ready: list[int]) -> None:
    """No row stands above one that is due earlier; agreed callbacks stand above retries."""
    due = v.e["lead_due"]
    for j in range(1, len(waiting)):
        assert due[waiting[(j - 1) // 2]] <= due[waiting[j]], "waiting rows are out of order"
    agreed = v.e["lead_state"] == codes.AGREED
    for j in range(1, len(ready)):
        assert agreed[ready[(j - 1) // 2]] >= agreed[ready[j]], "a retry stands above an agreed callback"


def wakes(v: View, k: int, waiting: list[int]) -> None:
    """While the centre is open, a timer is set for the next lead that is due before closing."""
    if v.stage != codes.OPEN or not waiting:
        return
    due = float(v.e["lead_due"][waiting[0]])
    slot = codes.FIRST_STREAM + len(v.e["queue"]) + int(v.c["segment"][k]["campaign"])
    place = int(v.e["place"][slot])
    if due < v.e["close_t"]:
        assert place != codes.NIL and v.e["heap"]["t"][place] <= due, "nobody will look when a lead is due"


def zone_of(segment: np.void, t: float) -> np.void:
    """Return the segment's offset and hours on the centre's calendar day of time t: the last period that has begun."""
    periods = segment["period"][: int(segment["n_periods"])]
    begun = periods["first_day"] <= math.floor(t / codes.DAY_S)
    return periods[max(int(begun.sum()) - 1, 0)]


def local_day(segment: np.void, t: float) -> int:
    """Return the segment's local day of time t; where the offset falls at midnight, the day does not go back."""
    midnight = codes.DAY_S * math.floor(t / codes.DAY_S)
    day = math.floor((t + zone_of(segment, t)["zone_s"]) / codes.DAY_S)
    return max(day, math.ceil((midnight + zone_of(segment, midnight - 1.0)["zone_s"]) / codes.DAY_S) - 1)


def lawful(v: View, k: int, row: int) -> None:
    """When the row is due its segment's hours are open, and no cap is broken by one more attempt."""
    segment = v.c["segment"][k]
    campaign = v.c["campaign"][int(segment["campaign"])]
    due = float(v.e["lead_due"][row])
    zone = zone_of(segment, due)
    if segment["limited"]:
        midnight = codes.DAY_S * math.floor(due / codes.DAY_S)  # added, as in the kernel: a difference would be rounded
        parts = zip(zone["from_s"][: zone["n"]], zone["until_s"][: zone["n"]], strict=True)
        assert any(midnight + start <= due < midnight + end for start, end in parts), "due outside the hours"
    n, cap = int(v.e["lead_attempts"][row]), int(campaign["max_per_24h"])
    assert 1 <= n < campaign["max_attempts"], "attempts"
    if cap and n >= cap:
        assert due >= GRID_S * int(v.e["lead_grid"][row, cap - 1]) + codes.DAY_S, "more than the cap in 24 hours"
    if campaign["max_per_7_days"]:
        last, today = (local_day(segment, t) for t in (GRID_S * int(v.e["lead_grid"][row, 0]), due))
        days = int(v.e["lead_days"][row])
        before = sum((days >> (4 * j)) & 15 for j in range(8) if last - j > today - DAYS_OF_A_WEEK)
        assert before < campaign["max_per_7_days"], "more than the cap in 7 days"
