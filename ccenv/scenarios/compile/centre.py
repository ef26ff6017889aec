"""Compile a checked centre to the kernel's configuration record."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

from ccenv.scenarios.catalogue import make_catalogue, make_pairs
from ccenv.scenarios.compile.campaigns import fill_campaign
from ccenv.scenarios.compile.dials import fill_dials
from ccenv.scenarios.compile.dists import DistValues, dist_values, level_values, mean_of
from ccenv.scenarios.compile.finish import finish_table, hazard_table
from ccenv.scenarios.compile.groups import fill_groups
from ccenv.scenarios.compile.handle_slots import campaign_factors, handled_by_slot, queue_factors, varies_by_slot
from ccenv.scenarios.compile.lines import max_lines
from ccenv.scenarios.compile.queues import INT32, fill_queue
from ccenv.scenarios.compile.segment_rows import fill_segments
from ccenv.scenarios.compile.slots import day_slots, n_slots
from ccenv.scenarios.compile.streams import stream_id
from ccenv.scenarios.compile.times import times
from ccenv.scenarios.compile.zones import weekday
from ccenv.scenarios.schema import Centre, Switching
from ccenv.sim.state.codes import ASSIGN, DIAL, DIAL_RESERVED, NIL
from ccenv.sim.state.layout import layout

Order = Literal["entry", "total_wait"]
UNLIMITED_TRUNKS = 2**40
STREAMS = {  # fields of the record, with the names of their random streams
    "day_stream": "day",
    "slot_stream": "slot",
    "mode_stream": "mode",
    "surge_stream": "surge",
    "advisor_stream": "advisors",
    "policy_stream": "policy",
}


def collect_dists(centre: Centre) -> dict[DistValues, int]:
    """Number the distinct distributions of a centre: those of its times, and that of the day level."""
    values = [dist_values(time) for _, time in times(centre)]
    if centre.day_level_cv > 0.0:
        values.append(level_values(centre.day_level_dist, centre.day_level_cv))
    return {dist: i for i, dist in enumerate(dict.fromkeys(values))}


def compile_centre(centre: Centre, size: str, days: int, order: Order) -> np.ndarray:
    """Return the kernel's configuration.

    Args:
        centre: A checked centre that fits the size class.
        size: Name of the size class.
        days: Days of an episode.
        order: Key by which queues are sorted.

    Returns:
        Array of shape (1,) and type `layout(size).config`.
    """
    config = np.zeros(1, layout(size).config)
    row = config[0]
    dists = collect_dists(centre)
    _clock(row, centre, days, order)
    _levels(row, centre, dists)
    _dists(row, dists)
    for q, name in enumerate(centre.queues):
        row["queue"][q]["stream"] = stream_id(f"queue:{name}")
        fill_queue(row["queue"][q], name, centre, dists)
    row["contained_at"] = NIL
    row["chats"] = any(queue.chat is not None for queue in centre.queues.values())
    row["beside"] = any(group.capacity.chats_beside_voice > 0 for group in centre.groups.values())
    row["defers"] = any(queue.deferrable is not None for queue in centre.queues.values())
    row["prefers"] = any(queue.customer.p_preferred > 0.0 for queue in centre.queues.values())
    row["calls_return"] = any(campaign.return_calls is not None for campaign in centre.campaigns.values())
    _traces(row, centre)
    for c, (name, campaign) in enumerate(centre.campaigns.items()):
        row["campaign"][c]["stream"] = stream_id(f"campaign:{name}")
        fill_campaign(row["campaign"][c], campaign, list(centre.queues), dists)
        row["campaign"][c]["max_lines"] = min(max_lines(centre, name), INT32)
    fill_dials(row, centre)
    row["most_lines"] = row["campaign"]["max_lines"].max()
    fill_segments(row, centre, layout(size).size.leads, days)
    fill_groups(row, centre)
    _pairs(row, centre)
    return config


def _clock(row: Any, centre: Centre, days: int, order: Order) -> None:
    clock, steady = centre.clock, centre.clock.kind == "steady"
    row["n_queues"], row["n_groups"], row["n_campaigns"] = len(centre.queues), len(centre.groups), len(centre.campaigns)
    row["n_slots"], row["days"], row["steady"] = n_slots(clock), days, steady
    row["continuous"], row["day_slots"] = clock.kind == "continuous", day_slots(clock)
    row["first_slot"] = weekday(clock) * day_slots(clock) if clock.weekly else 0
    row["work_conserving"], row["order_total_wait"] = centre.work_conserving, order == "total_wait"
    row["trunks"] = UNLIMITED_TRUNKS if centre.trunks is None else centre.trunks
    row["open_s"] = 0.0 if steady else clock.open_s
    row["close_s"] = clock.warm_up_s + clock.horizon_s if steady else clock.close_s
    row["overtime_s"], row["slot_s"], row["review_s"] = clock.overtime_s, clock.slot_s, clock.review_s
    row["warm_up_s"] = 0.0 if clock.kind == "day" else clock.warm_up_s
    for field, stream in STREAMS.items():
        row[field] = stream_id(stream)


def _levels(row: Any, centre: Centre, dists: dict[DistValues, int]) -> None:
    """Fill the factors of the arrival rates: levels of day and slots, mode, surge."""
    cv, slot, surge = centre.day_level_cv, centre.slot_level, centre.surge
    row["day_dist"] = dists[level_values(centre.day_level_dist, cv)] if cv > 0.0 else NIL
    row["slot_sigma"], row["slot_correlation"] = math.sqrt(math.log1p(slot.cv**2)), slot.correlation
    switching = centre.switching or Switching([1.0, 1.0])
    row["switches"], row["mode_seen"] = centre.switching is not None, switching.observed
    row["mode_mean_s"], row["mode_arrivals"] = switching.mean_s, switching.arrivals
    row["mode_answers"], row["surge_factor"], row["surge_lasts"] = switching.answers, 1.0, NIL
    if surge is not None:
        row["p_surge"], row["surge_factor"] = surge.p, surge.factor
        row["surge_from_s"], row["surge_until_s"] = surge.from_s, surge.until_s
        row["surge_lasts"] = dists[dist_values(surge.lasts_s)]


def _dists(row: Any, dists: dict[DistValues, int]) -> None:
    for values, i in dists.items():
        dist = row["dist"][i]
        dist["kind"], dist["n"], dist["a"], dist["b"] = values.kind, len(values.start), values.a, values.b
        dist["mean_s"] = mean_of(values)
        dist["start"][: len(values.start)] = values.start
        dist["hazard"][: len(values.hazard)] = values.hazard


def _traces(row: Any, centre: Centre) -> None:
    """Fill the recorded arrivals of the queues, one queue after the other."""
    first = 0
    for q, queue in enumerate(centre.queues.values()):
        record, trace = row["queue"][q], queue.trace_s
        record["first_recorded"], record["n_recorded"] = (NIL, 0) if trace is None else (first, len(trace))
        if trace is not None:
            row["recorded"][first : first + len(trace)] = trace
            first += len(trace)


def _pairs(row: Any, centre: Centre) -> None:
    row["queue_pair"] = row["campaign_pair"] = NIL
    row["by_slot_handled"] = varies_by_slot(centre)
    slots = n_slots(centre.clock)
    for q, queue in enumerate(centre.queues.values()):
        row["queue"][q]["handle_factor"][:slots] = queue_factors(queue, centre)
    for i, campaign in enumerate(centre.campaigns.values()):
        row["campaign"][i]["handle_factor"][:slots] = campaign_factors(campaign, centre)
    pairs = make_pairs(centre)
    for p, (kind, index, g) in enumerate(pairs):
        row[f"{kind}_pair"][index, g] = p
        row["finish"][p] = finish_table(centre, pairs[p])
        if row["by_slot_handled"]:
            row["hazard"][p] = hazard_table(centre, pairs[p])
            row["scaled"][p] = handled_by_slot(centre, pairs[p])
    actions = make_catalogue(centre)
    row["n_pairs"], row["n_actions"] = len(pairs), len(actions)
    for a, action in enumerate(actions):
        record = row["action"][a]
        record["kind"], record["index"], record["group"], record["n"] = action[:4]
        table = {ASSIGN: "queue_pair", DIAL_RESERVED: "campaign_pair"}.get(action.kind)
        record["pair"] = NIL if table is None else row[table][action.index, action.group]
    assigns = [action.index for action in actions if action.kind == ASSIGN]
    dials = [action.index for action in actions if action.kind in (DIAL, DIAL_RESERVED)]
    row["first_assign"][: len(centre.queues) + 1] = 1 + np.searchsorted(assigns, range(len(centre.queues) + 1))
    after = 1 + len(assigns)
    row["first_dial"][: len(centre.campaigns) + 1] = after + np.searchsorted(dials, range(len(centre.campaigns) + 1))
