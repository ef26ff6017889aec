"""The records of the kernel: configuration, environment, snapshot, rule choice and log, one set for each size class."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from ccenv.sim.counters import COUNTERS
from ccenv.sim.fields import FIELDS
from ccenv.sim.sizes import SIZES, Size

LAW_POINTS = 16
CONTACT_NUMBERS = 16
FINISH_STEP_S, FINISH_BINS = 15.0, 64
ROUTING_STATE, PACING_STATE = 4, 4  # what a rule may remember
HELD = ROUTING_STATE + PACING_STATE  # place of the flag "routing has held in this epoch"
RULE_STATE = HELD + 1
PACING_PARAMS = 8
LOG_ROWS = 65_536

LAW = np.dtype(
    [
        ("kind", "i4"),
        ("n", "i4"),
        ("a", "f8"),
        ("b", "f8"),
        ("start", "f8", (LAW_POINTS,)),
        ("hazard", "f8", (LAW_POINTS,)),
    ],
    align=True,
)
LOG_ROW = np.dtype(
    [("t", "f8"), ("key", "u8"), ("number", "i8"), ("code", "i4"), ("kind", "i4"), ("index", "i4"), ("group", "i4"),
     ("advisor", "i4"), ("detail", "i4")], align=True,
)  # fmt: skip
LOG = np.dtype([("on", "i8"), ("n", "i8"), ("row", LOG_ROW, (LOG_ROWS,))], align=True)

OBSERVED = np.dtype([("place", "i8"), ("high", "f8"), ("scale", "f8")])  # one number of the observation
TERM = np.dtype(  # one counter that is paid for; `queue`, or `group` and `state`: whose time it counts, or NIL
    [("place", "i8"), ("reward", "f8"), ("cost", "f8"), ("cost_base", "f8"), ("queue", "i4"), ("group", "i4"),
     ("state", "i4")], align=True,
)  # fmt: skip
OUT = np.dtype(  # one row of a batch, after a step
    [("reward", "f8"), ("elapsed_s", "f8"), ("cost", "f8"), ("cost_base", "f8"), ("u", "f8"), ("decision", "i8"),
     ("terminated", "?"), ("truncated", "?"), ("illegal", "?"), ("starts", "?"), ("warm_up", "?"),
     ("final_u", "f8"), ("final_decision", "i8"), ("final_warm_up", "?")],  # of an episode that a same-step reset ended
     align=True,
)  # fmt: skip


class Layout(NamedTuple):
    """Record types of one size class."""

    size: Size
    config: np.dtype
    env: np.dtype
    snapshot: np.dtype


def _entities(z: Size) -> dict[str, int]:
    return {"queue": z.queues, "group": z.groups, "campaign": z.campaigns}


def _n_counts(z: Size) -> int:
    return sum(len(counters) * _entities(z)[axis] for axis, counters in COUNTERS.items())


def _config(z: Size) -> np.dtype:
    queue = [
        ("stream", "u8"), ("rate", "f8", (z.slots,)), ("p_priority", "f8"), ("credit_s", "f8"),
        ("service_level_s", "f8"), ("p_redial", "f8"), ("p_repeat", "f8"), ("max_redials", "i4"),
        ("max_repeats", "i4"), ("patience", "i4"),
        ("wrap_up", "i4"), ("redial_delay", "i4"), ("repeat_delay", "i4"), ("handle", "i4", (z.groups,)),
    ]  # fmt: skip
    campaign = [
        ("stream", "u8"), ("p_answer", "f8", (z.slots,)), ("p_machine", "f8"), ("p_busy", "f8"), ("p_invalid", "f8"),
        ("p_false_positive", "f8"), ("p_machine_passed", "f8"), ("p_sale", "f8", (CONTACT_NUMBERS,)),
        ("share", "f8", (CONTACT_NUMBERS,)), ("sale_value", "f8"), ("dial_from_s", "f8"), ("dial_until_s", "f8"),
        ("leads", "i8"), ("reserves", "i4"), ("max_lines", "i4"), ("ring", "i4"), ("drop_after", "i4"),
        ("handle", "i4"), ("handle_sale", "i4"), ("handle_machine", "i4"), ("wrap_up", "i4"),
    ]  # fmt: skip
    action = [("kind", "i4"), ("index", "i4"), ("group", "i4"), ("n", "i4"), ("pair", "i4")]
    return np.dtype(
        [
            ("n_queues", "i4"), ("n_groups", "i4"), ("n_campaigns", "i4"), ("n_pairs", "i4"), ("n_actions", "i4"),
            ("n_advisors", "i4"), ("n_slots", "i4"), ("days", "i4"), ("steady", "i4"), ("work_conserving", "i4"),
            ("order_total_wait", "i4"), ("trunks", "i8"), ("open_s", "f8"), ("close_s", "f8"), ("overtime_s", "f8"),
            ("slot_s", "f8"), ("warm_up_s", "f8"), ("review_s", "f8"), ("level_sigma", "f8"), ("day_stream", "u8"),
            ("policy_stream", "u8"),
            ("queue", np.dtype(queue, align=True), (z.queues,)),
            ("campaign", np.dtype(campaign, align=True), (z.campaigns,)),
            ("queue_skill", "u8", (z.groups,)),  # bit q: the group handles queue q
            ("campaign_skill", "u8", (z.groups,)),
            ("staffing", "i4", (z.groups, z.slots)),
            ("first_advisor", "i4", (z.groups + 1,)),
            ("advisor_group", "i4", (z.advisors,)),
            ("queue_pair", "i4", (z.queues, z.groups)),
            ("campaign_pair", "i4", (z.campaigns, z.groups)),
            ("action", np.dtype(action, align=True), (z.actions,)),
            ("law", LAW, (z.laws,)),
            ("finish", "f8", (z.pairs, FINISH_BINS, 3)),
            # how a batch runs the scenario: who decides, what it sees, what it is paid for
            ("own", "i4"), ("routing", "i4"), ("pacing", "i4"), ("n_observed", "i4"), ("n_terms", "i4"),
            ("routing_params", "f8", (max(z.queues, PACING_PARAMS),)), ("pacing_params", "f8", (PACING_PARAMS,)),
            ("observed", OBSERVED, (_snapshot(z).itemsize // 8,)),
            ("term", TERM, (_n_counts(z),)),
        ],
        align=True,
    )  # fmt: skip


def _env(z: Size) -> np.dtype:
    queue = [
        ("n_fresh", "i8"), ("residual", "f8"), ("since", "f8"), ("recent_t", "f8"), ("arrivals", "f8"),
        ("abandoned", "f8"), ("head", "i4"), ("tail", "i4"), ("length", "i4"),
        ("n_lost", "i4", (z.slots,)), ("n_finished", "i4", (z.slots,)),  # by recent slot: who may come again
    ]  # fmt: skip
    group = [("head", "i4"), ("tail", "i4"), ("n", "i4", (5,))]
    campaign = [
        ("n_leads", "i8"), ("recent_t", "f8"), ("answered", "f8", (2,)), ("ended", "f8", (2,)), ("ring_head", "i4"),
        ("ring_tail", "i4"), ("ringing", "i4"), ("wait_head", "i4"), ("wait_tail", "i4"), ("waiting", "i4"),
        ("lines", "i4"),
    ]  # fmt: skip
    advisor = [
        ("since", "f8"),
        ("idle_since", "f8"),
        ("state", "i4"),
        ("contact", "i4"),
        ("previous", "i4"),
        ("next", "i4"),
        ("leaving", "i4"),
    ]
    contact = [
        ("key", "u8"), ("number", "i8"), ("entry_s", "f8"), ("credit_s", "f8"), ("since", "f8"), ("phase", "i4"),
        ("kind", "i4"),
        ("index", "i4"), ("advisor", "i4"), ("previous", "i4"), ("next", "i4"), ("n_redials", "i4"),
        ("n_repeats", "i4"), ("priority", "i4"), ("contact_number", "i4"), ("machine", "i4"), ("flag", "i4"),
    ]  # fmt: skip
    counts = [
        (f"{axis}_count", np.dtype([(c.name, "f8") for c in counters]), (_entities(z)[axis],))
        for axis, counters in COUNTERS.items()
    ]
    n_counts = _n_counts(z)
    return np.dtype(
        [
            ("root", "u8"), ("t", "f8"), ("level", "f8"), ("open_t", "f8"), ("close_t", "f8"),
            ("last_decision_t", "f8"), ("seed", "u8"), ("seed_0", "u8"), ("episode", "i8"), ("n_events", "i8"),
            ("event_number", "i8"),
            ("n_decisions", "i8"), ("n_illegal", "i8"), ("waiting_bits", "u8"), ("sequence", "i4"), ("heap_n", "i4"),
            ("free_head", "i4"), ("n_active", "i4"), ("lines", "i4"), ("day", "i4"), ("slot", "i4"), ("stage", "i4"),
            ("counting", "i4"), ("in_epoch", "i4"), ("epoch_kind", "i4"), ("failure", "i4"),
            ("stop_at_slots", "i4"), ("stopped", "i4"), ("unsettled", "i4"), ("done", "i4"),
            ("given", "i4"), ("illegal", "i4"),
            ("rule_state", "f8", (RULE_STATE,)),
            *counts,
            ("base", "f8", (n_counts,)),  # the counters when counting started
            ("previous", "f8", (n_counts,)),  # the counters at the last decision
            ("queue", np.dtype(queue, align=True), (z.queues,)),
            ("group", np.dtype(group, align=True), (z.groups,)),
            ("campaign", np.dtype(campaign, align=True), (z.campaigns,)),
            ("in_service", "i4", (z.pairs,)),
            ("advisor", np.dtype(advisor, align=True), (z.advisors,)),
            ("heap", np.dtype([("t", "f8"), ("slot", "i4"), ("sequence", "i4")], align=True), (z.heap,)),
            ("place", "i4", (z.heap,)),
            ("contact", np.dtype(contact, align=True), (z.contacts,)),
        ],
        align=True,
    )  # fmt: skip


def _snapshot(z: Size) -> np.dtype:
    capacity = {"Q": z.queues, "G": z.groups, "C": z.campaigns, "P": z.pairs}
    fields: list[tuple] = []
    for f in FIELDS:
        shape = (() if f.axis == "" else (capacity[f.axis],)) + (() if f.width == 1 else (f.width,))
        fields.append((f.name, "f8", shape) if shape else (f.name, "f8"))
    return np.dtype(fields)


@functools.cache
def layout(size: str) -> Layout:
    """Record types of a size class; always the same objects, because numba dispatches on their identity."""
    z = SIZES[size]
    return Layout(z, _config(z), _env(z), _snapshot(z))
