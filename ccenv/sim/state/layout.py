"""The records of the kernel: configuration, environment and snapshot, one set for each size class."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np

from ccenv.sim.state.codes import AFTER, RING_DISTS, VALUE_CLASSES
from ccenv.sim.state.counters import COMPLIANCE_COUNTERS, COUNTERS
from ccenv.sim.state.definitions import N_DEFINITIONS
from ccenv.sim.state.entities import (
    ACTION,
    ADVISOR,
    CAMPAIGN_STATE,
    CONTACT,
    DEFINITION,
    DIST,
    EVENT,
    GROUP,
    GROUP_STATE,
    ROSTER_ENTRY,
    SEGMENT_STATE,
    STAFFED,
)
from ccenv.sim.state.fields import FIELDS, OBSERVED, Field
from ccenv.sim.state.sizes import SIZES, Size

HEAP_WAYS = 4
HEAP_PADDING = HEAP_WAYS - 1  # events that never come, behind the last one: none of its siblings is missing
CONTACT_NUMBERS = 16
ATTEMPT_NUMBERS = 16
GRID_TIMES, GRID_S = 3, 120.0  # last attempts of a lead whose times are kept, and to what they are rounded up
DAY_BITS = 4  # of `lead_days`, for the attempts of one local day, the last day lowest
MOST_A_DAY = 2**DAY_BITS - 1
FINISH_STEP_S, FINISH_BINS = 15.0, 64
ROUTING_STATE, PACING_STATE = 4, 4  # what a rule may remember
HELD = ROUTING_STATE + PACING_STATE  # place of the flag "routing has held in this epoch"
RULE_STATE = HELD + 1
PACING_PARAMS = 8
RANKS = 1  # place of the first queue's rank among the parameters of a routing rule


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


def _queue(z: Size) -> np.dtype:
    return np.dtype([
        ("stream", "u8"), ("linear", "i4"), ("surges", "i4"),
        ("first_recorded", "i4"), ("n_recorded", "i4"),  # where the recorded arrivals begin, NIL if there are none
        ("p_priority", "f8"), ("credit_s", "f8"), ("service_level_s", "f8"),
        ("p_redial", "f8"), ("p_repeat", "f8"), ("max_redials", "i4"), ("max_repeats", "i4"), ("patience", "i4"),
        ("wrap_up", "i4"), ("redial_delay", "i4"), ("repeat_delay", "i4"),
        ("ivr_time", "i4"), ("detect", "i4"), ("p_contained", "f8"), ("p_hangup", "f8"),
        ("p_balk", "f8"), ("announces", "i4"), ("tolerance", "i4"), ("patience_factor", "f8"),
        ("calls_back", "i4"), ("callback_ring", "i4"), ("callback_retry", "i4"), ("max_tries", "i4"),
        ("offer_above_s", "f8"), ("p_accept", "f8"), ("p_callback_answer", "f8"),
        ("p_transfer", "f8"), ("transfer_to", "i4"), ("warm", "i4"), ("handover", "i4"),
        ("knows", "i4"), ("p_identified", "f8"), ("p_returning", "f8"), ("returning_factor", "f8"),
        ("p_preferred", "f8"), ("preferred_factor", "f8"), ("n_able", "i4"),
        ("class_share", "f8", (VALUE_CLASSES,)),  # cumulative, of classes 1, 2, ...
        ("class_value", "f8", (VALUE_CLASSES,)), ("class_credit_s", "f8", (VALUE_CLASSES,)),
        ("p_sale", "f8"), ("sale_value", "f8"), ("handle_sale", "i4"),
        ("scores", "i4"), ("score_base", "f8"), ("score_wait", "f8"), ("score_transfer", "f8"), ("score_repeat", "f8"),
        ("score_quality", "f8"),
        ("rate", "f8", (z.slots + 1,)), ("handle", "i4", (z.groups,)), ("route", "f8", (z.queues,)),
    ], align=True)  # fmt: skip


def _campaign(z: Size) -> np.dtype:
    return np.dtype([
        ("stream", "u8"), ("first_segment", "i4"), ("n_segments", "i4"),
        ("p_machine", "f8"), ("p_busy", "f8"), ("p_invalid", "f8"),
        ("p_false_positive", "f8"), ("p_machine_passed", "f8"), ("p_sale", "f8", (CONTACT_NUMBERS,)),
        ("share", "f8", (CONTACT_NUMBERS,)), ("reserves", "i4"), ("max_lines", "i4"), ("ring", "i4"),
        ("ring_differs", "i4"), ("ring_of", "i4", (len(RING_DISTS),)), ("drop_after", "i4"), ("hang_up", "i4"),
        ("handle", "i4"), ("handle_sale", "i4"), ("handle_machine", "i4"), ("wrap_up", "i4"),
        ("value_sigma", "f8"), ("value_handle", "f8"),  # correlation with the handle time
        ("keeps", "i4"), ("max_attempts", "i4"), ("retry", "i4", (len(AFTER),)), ("retry_order", "i4"),
        ("fresh_every", "i8"), ("mix", "i4"), ("p_stop", "f8"),
        ("p_agree", "f8"), ("agree_after", "i4"), ("agree_window_s", "f8"), ("agree_factor", "f8"),
        ("follows_up", "i4"), ("p_kept", "f8"), ("kept_after", "i4"), ("retry_broken", "i4"),
        ("max_per_24h", "i4"), ("max_per_7_days", "i4"), ("lockout_s", "f8"), ("quiet_s", "f8"),
        ("needs_consent", "i4"), ("drop_limit", "f8"), ("greeting_s", "f8"),
        ("definition", DEFINITION, (N_DEFINITIONS,)),
    ], align=True)  # fmt: skip


def _segment(z: Size) -> np.dtype:
    return np.dtype([
        ("stream", "u8"), ("campaign", "i4"), ("n_listed", "i8"), ("first_row", "i4"), ("n_rows", "i4"),
        ("propensity", "f8"),
        ("sale_value", "f8"), ("zone_s", "f8"), ("from_s", "f8"), ("until_s", "f8"),  # the hours, in centre time
        ("p_consent", "f8"), ("p_do_not_call", "f8"), ("score", "f8"), ("weight", "f8"), ("value_left", "f8"),
        ("p_answer", "f8", (z.slots,)), ("by_attempt", "f8", (ATTEMPT_NUMBERS,)),
    ], align=True)  # fmt: skip


def _config(z: Size) -> np.dtype:
    n_observed = _n_observed(z)
    return np.dtype(
        [
            ("n_queues", "i4"), ("n_groups", "i4"), ("n_campaigns", "i4"), ("n_pairs", "i4"), ("n_actions", "i4"),
            ("n_segments", "i4"),
            ("n_advisors", "i4"), ("n_slots", "i4"), ("days", "i4"), ("steady", "i4"), ("work_conserving", "i4"),
            ("order_total_wait", "i4"), ("trunks", "i8"), ("open_s", "f8"), ("close_s", "f8"), ("overtime_s", "f8"),
            ("slot_s", "f8"), ("warm_up_s", "f8"), ("review_s", "f8"),
            ("day_dist", "i4"), ("slot_sigma", "f8"), ("slot_correlation", "f8"),
            ("switches", "i4"), ("mode_seen", "i4"), ("mode_mean_s", "f8", (2,)), ("mode_arrivals", "f8", (2,)),
            ("mode_answers", "f8", (2,)),
            ("p_surge", "f8"), ("surge_factor", "f8"), ("surge_from_s", "f8"), ("surge_until_s", "f8"),
            ("surge_lasts", "i4"), ("day_stream", "u8"), ("slot_stream", "u8"), ("mode_stream", "u8"),
            ("surge_stream", "u8"), ("advisor_stream", "u8"), ("policy_stream", "u8"),
            ("prefers", "i4"),  # does anybody have a preferred advisor?
            ("n_roster", "i4"), ("roster", ROSTER_ENTRY, (z.roster,)),
            ("recorded", "f8", (z.trace,)),
            ("group", GROUP, (z.groups,)),
            ("queue", _queue(z), (z.queues,)),
            ("campaign", _campaign(z), (z.campaigns,)),
            ("segment", _segment(z), (z.segments,)),
            ("queue_skill", "u8", (z.groups,)),  # bit q: the group handles queue q
            ("campaign_skill", "u8", (z.groups,)),
            ("queue_groups", "u8", (z.queues,)),  # bit g: the group handles the queue
            ("campaign_groups", "u8", (z.campaigns,)),
            ("reserving", "u8"),  # bit i: campaign i reserves an advisor for each attempt
            ("most_lines", "i8"),  # of a campaign
            ("staffing", "i4", (z.groups, z.slots)),
            ("first_advisor", "i4", (z.groups + 1,)),
            ("advisor_group", "i4", (z.advisors,)),
            ("queue_pair", "i4", (z.queues, z.groups)),
            ("campaign_pair", "i4", (z.campaigns, z.groups)),
            ("action", ACTION, (z.actions,)),
            # the actions of queue q are first_assign[q] to first_assign[q + 1] - 1, and so for dials of a campaign
            ("first_assign", "i4", (z.queues + 1,)),
            ("first_dial", "i4", (z.campaigns + 1,)),
            ("dist", DIST, (z.dists,)),
            ("finish", "f8", (z.pairs, FINISH_BINS, 3)),
            # how a batch runs the scenario: who decides, what it sees, what it is paid for
            ("own", "i4"), ("routing", "i4"), ("pacing", "i4"), ("tosses", "i4"), ("n_observed", "i4"),
            ("n_terms", "i4"), ("n_free", "i4"), ("n_costs", "i4"), ("n_staffed", "i4"),
            ("routing_params", "f8", (max(RANKS + z.queues, PACING_PARAMS),)),
            ("pacing_params", "f8", (PACING_PARAMS,)),
            # of the observation: by field the place of its first number, by number its bound and scale
            ("observed_at", np.dtype([(f.name, "i8") for f in OBSERVED])),
            ("observed_high", "f8", (n_observed,)), ("observed_scale", "f8", (n_observed,)),
            # by term, a counter that is paid for: its place among the counters, and its weights; first those without a
            # cost, then up to `n_costs` the others, up to `n_staffed` time of advisors, and last time of waiting
            ("term_place", "u4", (_n_counts(z),)), ("term_reward", "f8", (_n_counts(z),)),
            ("term_cost", "f8", (_n_counts(z),)), ("term_cost_base", "f8", (_n_counts(z),)),
            ("staffed", STAFFED, (_n_counts(z),)),  # by term
            ("waiting_term", "i4", (z.queues,)),  # NIL where waiting in the queue is not paid for
        ],
        align=True,
    )  # fmt: skip


def _counts(axis: str) -> np.dtype:
    """The counters of one entity by name; those of compliance also as an array by definition."""
    names = [counter.name for counter in COUNTERS[axis]]
    offsets = [8 * k for k in range(len(names))]
    formats: list[Any] = ["f8"] * len(names)
    if axis == "campaign":
        shape = (N_DEFINITIONS, len(COMPLIANCE_COUNTERS))
        names, formats = [*names, "compliance"], [*formats, ("f8", shape)]
        offsets.append(offsets[-1] + 8 - 8 * shape[0] * shape[1])
    size = 8 * len(COUNTERS[axis])
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": size})


def _queue_state(z: Size) -> np.dtype:
    return np.dtype([
        ("n_fresh", "i8"), ("residual", "f8"), ("residual_t", "f8"), ("factor", "f8"), ("replays", "i4"),
        ("residual_slot", "i4"),
        ("n_virtual", "i4"), ("n_callbacks", "i4"), ("since", "f8"), ("head", "i4"), ("tail", "i4"), ("length", "i4"),
        ("n_lost", "i4", (z.slots,)), ("n_finished", "i4", (z.slots,)),  # by recent slot: who may come again
    ], align=True)  # fmt: skip


def _env(z: Size) -> np.dtype:
    counts = [(f"{axis}_count", _counts(axis), (_entities(z)[axis],)) for axis in COUNTERS]
    n_counts = _n_counts(z)
    kind = np.dtype(
        [
            ("root", "u8"), ("t", "f8"), ("level", "f8"), ("open_t", "f8"), ("close_t", "f8"), ("night_over_t", "f8"),
            ("last_decision_t", "f8"), ("recent_t", "f8"), ("seed", "u8"), ("seed_0", "u8"), ("episode", "i8"),
            ("n_events", "i8"), ("event_number", "i8"),
            ("n_decisions", "i8"), ("n_illegal", "i8"),
            # sets, as in `bits.py`: queues with somebody in line, groups with an idle advisor, campaigns with a connect
            # that waits; queues and groups known to have no pair in common; what changed since it was shown
            ("waiting_bits", "u8"), ("idle_bits", "u8"), ("connect_bits", "u8"),
            ("vain_queues", "u8"), ("vain_groups", "u8"), ("news_groups", "u8"), ("news_campaigns", "u8"),
            ("news_queues", "u8"), ("news_advisors", "u8"), ("news_windows", "u8"), ("rest_queues", "u8"),
            ("rest_campaigns", "u8"),
            # since the last pay: queues with somebody in line at any time; and how many events there had been
            ("waited_queues", "u8"), ("paid_events", "i8"), ("coin_key", "u8"),
            # what was shown last: to rules, queues and campaigns with a legal action, to a policy, queues with a line;
            # and what it depended on
            ("shown_events", "i8"), ("shown_hour", "i8"), ("shown_slot", "i4"),
            ("shown_queues", "u8"), ("shown_dials", "u8"), ("shown_until", "f8"), ("shown_lines", "i4"),
            ("shown_stage", "i4"), ("shown", "i4"), ("sequence", "i4"), ("heap_n", "i4"),
            ("free_head", "i4"), ("n_active", "i4"), ("lines", "i4"), ("day", "i4"), ("slot", "i4"), ("stage", "i4"),
            ("counting", "i4"), ("in_epoch", "i4"), ("epoch_kind", "i4"), ("failure", "i4"),
            ("unarmed", "i4"), ("unarmed_sequence", "i4"),  # who came last, and whose patience is not drawn yet
            ("stop_at_slots", "i4"), ("stopped", "i4"), ("unsettled", "i4"), ("done", "i4"),
            ("given", "i4"), ("illegal", "i4"), ("n_modes", "i8"), ("idle_count", "i8"), ("mode", "i4"),
            ("surging", "i4"), ("roster_at", "i4"), ("past_days", "i4"), ("in_ivr", "i4"), ("n_virtual", "i4"),
            ("rule_state", "f8", (RULE_STATE,)), ("slot_level", "f8", (z.slots,)),
            *counts,
            ("counts_before", "f8", (n_counts,)),  # the counters when counting started
            ("previous", "f8", (n_counts,)),  # those that are paid for at the last decision, by term
            ("queue", _queue_state(z), (z.queues,)),
            ("recent_arrivals", "f8", (z.queues,)), ("recent_abandoned", "f8", (z.queues,)),  # as of `recent_t`
            ("group", GROUP_STATE, (z.groups,)),
            ("campaign", CAMPAIGN_STATE, (z.campaigns,)),
            ("segment", SEGMENT_STATE, (z.segments,)),
            ("in_service", "i4", (z.pairs,)),
            ("talking", "u8", (-(-z.advisors // 64),)),  # advisors that talk, 64 to a word
            # of advisors that talk: since when, and as which compatible pair; together, for who looks at all of them
            ("talk_t", "f8", (z.advisors,)), ("talk_pair", "i2", (z.advisors,)),
            ("advisor", ADVISOR, (z.advisors,)),
            ("idle", "i4", (z.advisors,)),  # a group's idle list or the first in it, where its advisors are numbered
            ("heap", EVENT, (z.heap + HEAP_PADDING,)),
            ("place", "i4", (z.heap,)),
            ("contact", CONTACT, (z.contacts,)),
            # the table of touched leads, one array a column, since a row must be small
            ("lead_due", "f8", (z.leads,)), ("lead_number", "u4", (z.leads,)), ("lead_days", "u4", (z.leads,)),
            ("lead_order", "i4", (z.leads,)),  # of each segment: a heap of waiting rows, and from its end of ready ones
            ("lead_grid", "u2", (z.leads, GRID_TIMES)), ("lead_talk", "u2", (z.leads,)),
            ("lead_attempts", "u1", (z.leads,)),
            ("lead_joins", "u1", (z.leads,)), ("lead_state", "u1", (z.leads,)),
        ],
        align=True,
    )  # fmt: skip
    return _with_counts(kind, n_counts)


def _with_counts(kind: np.dtype, n: int) -> np.dtype:
    """The same record, in which all counters are also one array, `counts`."""
    fields: Any = kind.fields
    first = fields[f"{next(iter(COUNTERS))}_count"][1]
    return np.dtype({
        "names": [*fields, "counts"],
        "formats": [*(what for what, _ in fields.values()), ("f8", (n,))],
        "offsets": [*(offset for _, offset in fields.values()), first],
        "itemsize": kind.itemsize,
    }, align=True)  # fmt: skip


def _field_shape(f: Field, z: Size) -> tuple[int, ...]:
    capacity = {"Q": z.queues, "G": z.groups, "C": z.campaigns, "P": z.pairs}
    return (() if f.axis == "" else (capacity[f.axis],)) + (() if f.width == 1 else (f.width,))


def _n_observed(z: Size) -> int:
    return sum(int(np.prod(_field_shape(f, z), dtype=int)) for f in OBSERVED)


def _snapshot(z: Size) -> np.dtype:
    fields: list[tuple] = []
    for f in FIELDS:
        shape = _field_shape(f, z)
        fields.append((f.name, "f8", shape) if shape else (f.name, "f8"))
    fields.append(("ready", "u8"))  # queues with a legal assignment, as in `bits.py`; written with the mask, for rules
    fields.append(("observed", "f4", (_n_observed(z),)))  # see `observed.py`
    return np.dtype(fields, align=True)


@functools.cache
def layout(size: str) -> Layout:
    """Record types of a size class; always the same objects, because numba dispatches on their identity."""
    z = SIZES[size]
    return Layout(z, _config(z), _env(z), _snapshot(z))
