"""Record types of the kernel: configuration, environment and snapshot, one set per size class.

The configuration (`c` in the kernel) is read-only: what the scenario declares, and how a run uses it. The environment
(`e`) is the whole mutable state of one row. The snapshot (`snap`) holds what rules and policies see. Fields of type
"i4" that name a distribution (patience, handle, ...) hold its index in `dist`; NIL means that there is none.
"""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np

from ccenv.sim.state.codes import AFTER, MOST_CHATS, RING_DISTS, VALUE_CLASSES
from ccenv.sim.state.counters import COMPLIANCE_COUNTERS, COUNTERS
from ccenv.sim.state.definitions import N_DEFINITIONS
from ccenv.sim.state.entities import (
    ACTION,
    CAMPAIGN_STATE,
    DEFINITION,
    DIST,
    EVENT,
    GROUP,
    GROUP_STATE,
    LINE_BYTES,
    ROSTER_ENTRY,
    SEGMENT_STATE,
    SHARE,
    STAFFED,
    ZONE_PERIOD,
    ZONE_PERIODS,
    advisor_record,
    contact_record,
    index_type,
)
from ccenv.sim.state.fields import FIELDS, FINISH_HORIZONS_S, OBSERVED, Field
from ccenv.sim.state.sizes import SIZES, Size, n_words

HEAP_WAYS = 4
HEAP_PADDING = HEAP_WAYS - 1  # sentinel events behind the last one, so that four siblings can always be read
CONTACT_NUMBERS = 16  # entries of the table of sale probabilities by contact number
ATTEMPT_NUMBERS = 16  # entries of the table of answer factors by attempt number
GRID_TIMES, GRID_S = 3, 120.0  # attempt times kept for a lead, and the grid [s] to which they are rounded up
DAY_BITS = 4  # bits of `lead_days` per local day: a count of attempts, the last day in the lowest bits
MOST_A_DAY = 2**DAY_BITS - 1
FINISH_STEP_S, FINISH_BINS = 15.0, 64  # step [s] and number of ages in the table `finish`
SURE = 700.0  # minus the logarithm of a probability that counts as 0
HELD = 0  # index in `rule_state` of the flag "routing has held in this epoch"; the rules' numbers follow


class Layout(NamedTuple):
    """Record types of one size class. Always use those of `layout`: numba dispatches on their identity."""

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
        # stream id; flags: the profile is linear, surges multiply it; first and number of its rows in `recorded`
        ("stream", "u8"), ("linear", "i4"), ("surges", "i4"),
        ("first_recorded", "i4"), ("n_recorded", "i4"),  # NIL and 0 without a trace
        # priority, the waiting credit of a contact that has it, and the threshold of the service level
        ("p_priority", "f8"), ("credit_s", "f8"), ("service_level_s", "f8"),
        # redials, repeats, and the distributions of patience, wrap-up and delays
        ("p_redial", "f8"), ("p_repeat", "f8"), ("max_redials", "i4"), ("max_repeats", "i4"), ("patience", "i4"),
        ("wrap_up", "i4"), ("redial_delay", "i4"), ("repeat_delay", "i4"),
        # IVR: its time, the time until an advisor detects a misrouted contact, outcomes
        ("ivr_time", "i4"), ("detect", "i4"), ("p_hangup", "f8"),
        # share kept, which is the escalation threshold; probability that a kept contact is resolved: at difficulty 0,
        # and what it gains up to difficulty 1; price of a second; factor of the handle time after it
        ("p_contained", "f8"), ("p_resolved", "f8"), ("resolved_slope", "f8"), ("ivr_price", "f8"),
        ("handoff_factor", "f8"),
        # balking, announcement of the wait (flag), the tolerated wait, and the factor of patience after it
        ("p_balk", "f8"), ("announces", "i4"), ("tolerance", "i4"), ("patience_factor", "f8"),
        # callbacks (flag): ring time, delay of the next try, number of tries, offer and probabilities
        ("calls_back", "i4"), ("callback_ring", "i4"), ("callback_retry", "i4"), ("max_tries", "i4"),
        ("offer_above_s", "f8"), ("p_accept", "f8"), ("p_callback_answer", "f8"),
        ("p_transfer", "f8"), ("transfer_to", "i4"), ("warm", "i4"), ("handover", "i4"),  # target queue; warm flag
        # customer data (flag `knows`: any is declared), with factors of the handle time of identified contacts
        ("knows", "i4"), ("p_identified", "f8"), ("p_returning", "f8"), ("returning_factor", "f8"),
        ("p_preferred", "f8"), ("preferred_factor", "f8"), ("n_able", "i4"),  # `n_able`: own advisors with the skill
        ("class_share", "f8", (VALUE_CLASSES,)),  # cumulative shares of classes 1, 2, ...
        ("class_value", "f8", (VALUE_CLASSES,)), ("class_credit_s", "f8", (VALUE_CLASSES,)),  # by class, 0 for none
        # deferrable work (flags): time until it is due, seconds more after an interruption
        ("deferrable", "i4"), ("interruptible", "i4"), ("due", "i4"), ("resume_s", "f8"),
        ("p_sale", "f8"), ("sale_value", "f8"), ("handle_sale", "i4"),  # NIL: a sale takes the time of other contacts
        # satisfaction (flag): base, then points per minute of wait, transfer, repeat and point of quality
        ("scores", "i4"), ("score_base", "f8"), ("score_wait", "f8"), ("score_transfer", "f8"), ("score_repeat", "f8"),
        ("score_quality", "f8"),
        # chat (flag), telephone lines of a contact, rate by level, probability of silent leaving, work to notice it
        ("chat", "i4"), ("line", "i4"), ("chat_rate", "f8", (MOST_CHATS,)), ("p_silent", "f8"), ("chat_detect", "i4"),
        # by slot: contacts per hour (one value more ends a linear profile), factor of handle times; by group: handle
        # time; cumulative probabilities that the IVR routes to queue 0, 1, ...; the rest goes to the own queue
        ("rate", "f8", (z.slots + 1,)), ("handle_factor", "f8", (z.slots,)),
        ("handle", "i4", (z.groups,)), ("route", "f8", (z.queues,)),
    ], align=True)  # fmt: skip


def _campaign(z: Size) -> np.dtype:
    return np.dtype([
        ("stream", "u8"), ("first_segment", "i4"), ("n_segments", "i4"),
        # outcomes of an attempt; probability of the goal by contact number
        ("p_machine", "f8"), ("p_busy", "f8"), ("p_invalid", "f8"),
        ("p_false_positive", "f8"), ("p_machine_passed", "f8"), ("p_sale", "f8", (CONTACT_NUMBERS,)),
        # cumulative shares of leads with 0, 1, ... earlier contacts; kinds of dials in use (bits of `codes.py`)
        ("share", "f8", (CONTACT_NUMBERS,)), ("dials", "i4"), ("max_lines", "i4"), ("ring", "i4"),
        # flag: the ring time depends on the outcome; ring time by outcome; waits of a connect until drop and hang-up
        ("ring_differs", "i4"), ("ring_of", "i4", (len(RING_DISTS),)), ("drop_after", "i4"), ("hang_up", "i4"),
        ("handle", "i4"), ("handle_sale", "i4"), ("handle_machine", "i4"), ("handle_wrong", "i4"), ("wrap_up", "i4"),
        ("decide", "i4"),  # time of the detector's decision; NIL: it takes none
        ("handle_factor", "f8", (z.slots,)),  # by slot
        ("value_sigma", "f8"), ("value_handle", "f8"),  # of a goal's value: log-sd, correlation with the handle time
        # flag: touched leads keep a row; distribution of the retry delay by AFTER code; order of retries
        ("keeps", "i4"), ("max_attempts", "i4"), ("retry", "i4", (len(AFTER),)), ("retry_order", "i4"),
        ("fresh_every", "i8"), ("mix", "i4"), ("p_stop", "f8"),  # a fresh lead among that many dials, 0: retries first
        ("p_agree", "f8"), ("agree_after", "i4"), ("agree_window_s", "f8"), ("agree_factor", "f8"),  # agreed callbacks
        ("follows_up", "i4"), ("p_kept", "f8"), ("kept_after", "i4"), ("retry_broken", "i4"),  # promises (flag)
        # return calls: their queue (NIL: there are none), probability by AFTER code and the largest one, delay
        ("return_queue", "i4"), ("p_return", "f8", (len(AFTER),)), ("p_return_most", "f8"), ("return_delay", "i4"),
        # calling rules: caps on attempts (0: none), lockouts after a drop and after a talk, consent (flag), limit
        ("max_per_24h", "i4"), ("max_per_7_days", "i4"), ("lockout_s", "f8"), ("quiet_s", "f8"),
        ("needs_consent", "i4"), ("drop_limit", "f8"), ("greeting_s", "f8"),
        ("definition", DEFINITION, (N_DEFINITIONS,)),
    ], align=True)  # fmt: skip


def _segment(z: Size) -> np.dtype:
    return np.dtype([
        # leads of the list; first row and number of rows in the lead table
        ("stream", "u8"), ("campaign", "i4"), ("n_listed", "i8"), ("first_row", "i4"), ("n_rows", "i4"),
        ("propensity", "f8"), ("p_right", "f8"),  # factor of the probability of the goal; P(right party)
        ("sale_value", "f8"),  # mean value of a goal
        # flag: dialing hours limit the segment on some day; zones by day
        ("limited", "i4"), ("n_periods", "i4"), ("period", ZONE_PERIOD, (ZONE_PERIODS,)),
        # score and weight serve the list order; `value_left`: value of a lead that is not closed
        ("p_consent", "f8"), ("p_do_not_call", "f8"), ("score", "f8"), ("weight", "f8"), ("value_left", "f8"),
        ("p_answer", "f8", (z.slots,)), ("by_attempt", "f8", (ATTEMPT_NUMBERS,)),  # its factor by attempt number
    ], align=True)  # fmt: skip


def _config(z: Size) -> np.dtype:
    n_observed = _n_observed(z)
    return np.dtype(
        [
            # numbers of entities, pairs and catalogue actions in this scenario; days of an episode; flags
            ("n_queues", "i4"), ("n_groups", "i4"), ("n_campaigns", "i4"), ("n_pairs", "i4"), ("n_actions", "i4"),
            ("n_segments", "i4"),
            ("n_advisors", "i4"), ("n_slots", "i4"), ("days", "i4"), ("steady", "i4"),
            # flag: open around the clock; slots of a day; slot of the profile at which the first day begins
            ("continuous", "i4"), ("day_slots", "i4"), ("first_slot", "i4"), ("work_conserving", "i4"),
            # flag: queues are sorted by entry less waiting credit; trunks; times of the day [s]
            ("order_total_wait", "i4"), ("trunks", "i8"), ("open_s", "f8"), ("close_s", "f8"), ("overtime_s", "f8"),
            ("slot_s", "f8"), ("warm_up_s", "f8"), ("review_s", "f8"),
            # levels: distribution of the day level; autoregression of the slots' log levels; modes of a switching load
            ("day_dist", "i4"), ("slot_sigma", "f8"), ("slot_correlation", "f8"),
            ("switches", "i4"), ("mode_seen", "i4"), ("mode_mean_s", "f8", (2,)), ("mode_arrivals", "f8", (2,)),
            ("mode_answers", "f8", (2,)),
            # surge of a day: probability, factor, interval of its start, distribution of its length; then stream ids
            ("p_surge", "f8"), ("surge_factor", "f8"), ("surge_from_s", "f8"), ("surge_until_s", "f8"),
            ("surge_lasts", "i4"), ("day_stream", "u8"), ("slot_stream", "u8"), ("mode_stream", "u8"),
            ("surge_stream", "u8"), ("advisor_stream", "u8"), ("policy_stream", "u8"),
            # flags: some contacts have a preferred advisor, some are chats, some are deferrable work; leads call in
            ("prefers", "i4"), ("chats", "i4"), ("defers", "i4"), ("calls_return", "i4"),
            ("beside", "i4"),  # flag: some groups have chats beside a call
            ("n_roster", "i4"), ("roster", ROSTER_ENTRY, (z.roster,)),
            ("recorded", "f8", (z.trace,)),  # recorded arrival times [s], queue after queue
            ("group", GROUP, (z.groups,)),
            ("queue", _queue(z), (z.queues,)),
            ("campaign", _campaign(z), (z.campaigns,)),
            ("segment", _segment(z), (z.segments,)),
            ("queue_skill", "u8", (z.groups, n_words(z.queues))),  # bit q: the group handles queue q
            ("campaign_skill", "u8", (z.groups,)),  # bit i: the group handles campaign i
            ("queue_groups", "u8", (z.queues, n_words(z.groups))),  # bit g: the group handles the queue
            ("own_groups", "u8", (z.queues, n_words(z.groups))),  # the same without answering services
            ("campaign_groups", "u8", (z.campaigns, n_words(z.groups))),  # bit g: the group handles the campaign
            ("reserving", "u8"),  # bit i: campaign i may dial with a reserved advisor
            ("most_lines", "i8"),  # largest `max_lines` of a campaign
            ("staffing", "i4", (z.groups, z.slots)),  # planned advisors
            ("first_advisor", "i4", (z.groups + 1,)),  # group g has first_advisor[g] to first_advisor[g + 1] - 1
            ("advisor_group", "i4", (z.advisors,)),
            ("queue_pair", "i4", (z.queues, z.groups)),  # index of the pair; NIL: the group lacks the skill
            ("campaign_pair", "i4", (z.campaigns, z.groups)),
            ("action", ACTION, (z.actions,)),
            # queue q has the actions first_assign[q] to first_assign[q + 1] - 1; first_dial: the same for campaigns
            ("first_assign", "i4", (z.queues + 1,)),
            ("first_dial", "i4", (z.campaigns + 1,)),
            ("dist", DIST, (z.dists,)),
            ("finish", "f8", (z.pairs, FINISH_BINS, len(FINISH_HORIZONS_S))),  # P(contact of this age ends within h)
            # flags: some handle times depend on the slot, those of the pair do; minus log P(contact reaches this age)
            ("by_slot_handled", "i4"), ("scaled", "i4", (z.pairs,)), ("hazard", "f8", (z.pairs, FINISH_BINS + 1)),
            # The run: the half that the policy owns, flag "a rule may use the coin", length of the observation, numbers
            # of reward terms (see below).
            ("illegal_holds", "i4"),  # flag: an illegal action stands for the first legal one, else the rules decide
            ("own", "i4"), ("tosses", "i4"), ("n_observed", "i4"),
            ("n_terms", "i4"), ("n_free", "i4"), ("n_costs", "i4"), ("n_staffed", "i4"),
            # rules: what must be shown before they are asked (`shown/for_rules.py`); flags: parameters differ between
            # slots, undeclared reads are looked for, a supervisor sets parameters; numbers of memory; addresses
            # (`kernel/pointers.py`)
            ("rules_see", "i4"), ("by_slot", "i4"), ("debug", "i4"), ("supervised", "i4"),
            ("routing_state", "i4"), ("pacing_state", "i4"),
            ("callback_at", "i4"),  # index in a row of `routing_params` of `callback_above_s`, NIL if it has none
            ("routing_at", "i8"), ("pacing_at", "i8"),
            ("contained_at", "i4"),  # index of `p_contained` in a row of routing parameters; NIL: the rule has none
            # parameters of the rules, row after row; by slot: index of the first number of its row
            ("routing_row", "i4", (z.slots,)), ("pacing_row", "i4", (z.slots,)),
            ("routing_params", "f8", (z.rule_numbers,)), ("pacing_params", "f8", (z.rule_numbers,)),
            # observation: index of each field's first element; upper bound and scale of each element
            ("observed_at", np.dtype([(f.name, "i8") for f in OBSERVED])),
            ("observed_high", "f8", (n_observed,)), ("observed_scale", "f8", (n_observed,)),
            # A term is a counter with a reward or cost weight: its index in `counts` and its weights. Terms are in this
            # order: [0, n_free) have no cost, [n_free, n_costs) have one, [n_costs, n_staffed) are time of advisors,
            # [n_staffed, n_terms) are waiting time.
            ("term_place", "u4", (_n_counts(z),)), ("term_reward", "f8", (_n_counts(z),)),
            ("term_cost", "f8", (_n_counts(z),)), ("term_cost_base", "f8", (_n_counts(z),)),
            ("staffed", STAFFED, (_n_counts(z),)),  # by term: group and state of an advisor-time counter
            ("waiting_term", "i4", (z.queues,)),  # term of the queue's waiting time, NIL if there is none
        ],
        align=True,
    )  # fmt: skip


def _counts(axis: str) -> np.dtype:
    """Record of the counters of one entity; a campaign's last ones are also an array `compliance` by definition."""
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
        # fresh contacts so far; integrated rate to the next one, as of `residual_t` in slot `residual_slot`; the
        # current factor of the rate; flag: arrivals are read from the trace
        ("n_fresh", "i8"), ("residual", "f8"), ("residual_t", "f8"), ("factor", "f8"), ("replays", "i4"),
        ("residual_slot", "i4"),
        # contacts in line that are virtual, deferrable, or chats left without a sign; callbacks neither answered nor
        # lost; time up to which `waiting_s` is counted; the line as a linked list of contact records
        ("n_virtual", "i4"), ("n_callbacks", "i4"), ("since", "f8"), ("head", "i4"), ("tail", "i4"), ("length", "i4"),
        ("defers", "i4"),  # flag: deferrable work, whose backlog is counted
        # contacts that ring at an advisor, and those of them that are on a line
        ("alerting", "i4"), ("alerting_on_line", "i4"),
        # decayed counts of contacts answered in time, and answered or abandoned, as of `served_t`; wait of the last
        # contact that left the line for an advisor
        ("n_in_time", "f8"), ("n_served", "f8"), ("served_t", "f8"), ("last_wait_s", "f8"),
        # by recent slot, a ring buffer that forks read: contacts that abandoned or were blocked, that were served, and
        # that the IVR kept
        ("n_lost", "i4", (z.slots,)), ("n_finished", "i4", (z.slots,)), ("n_contained", "i4", (z.slots,)),
    ], align=True)  # fmt: skip


# Where tables begin in a cache line, in bytes: records of whole lines at its start, and the heap so that one line holds
# the four children of an event.
_AT = {"contact": 0, "advisor": 0, "heap": LINE_BYTES - EVENT.itemsize}


def _placed(fields: list[tuple[Any, ...]]) -> np.dtype:
    """Return the record type of fields in this order, aligned, of whole cache lines; see `_AT`."""
    kinds = {field[0]: np.dtype(field[1:] if len(field) > 2 else field[1]) for field in fields}
    offsets, end = [], 0
    for name, kind in kinds.items():
        step, first = (LINE_BYTES, _AT[name]) if name in _AT else (kind.alignment, 0)
        offsets.append(end + (first - end) % step)
        end = offsets[-1] + kind.itemsize
    itemsize = end + -end % LINE_BYTES
    formats: Any = list(kinds.values())
    return np.dtype({"names": list(kinds), "formats": formats, "offsets": offsets, "itemsize": itemsize}, align=True)


def _env(z: Size) -> np.dtype:
    counts = [(f"{axis}_count", _counts(axis), (_entities(z)[axis],)) for axis in COUNTERS]
    n_counts = _n_counts(z)
    queue_set, group_set = (n_words(z.queues),), (n_words(z.groups),)
    kind = _placed(
        [
            # key of the run; now; day level; opening, closing and next opening; times of the last decision and of the
            # recent counts; seed of the episode, seed given at the start, number of the episode
            ("root", "u8"), ("t", "f8"), ("level", "f8"), ("open_t", "f8"), ("close_t", "f8"), ("night_over_t", "f8"),
            ("last_decision_t", "f8"), ("recent_t", "f8"), ("seed_0", "u8"), ("episode", "i8"),
            ("n_events", "i8"), ("event_number", "i8"),  # with and without reviews
            ("n_decisions", "i8"), ("n_illegal", "i8"), ("n_given", "i8"),  # `n_given`: actions of the policy
            ("pause_at", "i8"),  # `n_events` at which a call returns, so that Python sees a signal
            # Sets as bits (`kernel/bits.py`): queues with a contact in line, groups with an idle advisor, campaigns
            # with a waiting connect; queues and groups known to have no compatible pair (`advisors/matching.py`).
            ("waiting_bits", "u8", queue_set), ("idle_bits", "u8", group_set), ("connect_bits", "u8"),
            ("interruptible_bits", "u8", group_set),  # groups with an advisor on interruptible work
            ("alerting_bits", "u8", queue_set),  # queues with a contact on a line that rings at an advisor
            ("assignable", "u8", queue_set), ("vain_queues", "u8", queue_set), ("vain_groups", "u8", group_set),
            # sets of entities whose part of the snapshot is stale (`shown/marks.py`)
            ("news_groups", "u8", group_set), ("news_campaigns", "u8"),
            ("news_queues", "u8", queue_set), ("news_advisors", "u8", group_set), ("news_windows", "u8"),
            ("rest_queues", "u8", queue_set), ("rest_campaigns", "u8"),
            # reward: queues with a contact in line at any time since the last step; `event_number` at the last payment
            # of counts, NIL to pay again; key of the decisions' coins
            ("waited_queues", "u8", queue_set), ("paid_events", "i8"), ("coin_key", "u8"),
            # state when the snapshot was written last: `n_events`, hour, slot; queues with a contact in line (policy),
            # or queues and campaigns with a legal action (rules); groups whose idle time was written; next start or end
            # of dialing hours; lines in use; day and stage; the reader `shown`
            ("shown_events", "i8"), ("shown_hour", "i8"), ("shown_slot", "i4"),
            ("shown_queues", "u8", queue_set), ("shown_groups", "u8", group_set), ("shown_dials", "u8"),
            ("shown_until", "f8"), ("shown_lines", "i4"), ("shown_stage", "i4"), ("shown", "i4"),
            ("sequence", "i8"), ("heap_n", "i4"),  # schedulings so far (breaks ties of time); events in the heap
            # first free contact record; contacts that keep the day open; lines in use
            ("free_head", "i4"), ("n_active", "i4"), ("lines", "i4"), ("day", "i4"), ("slot", "i4"), ("stage", "i4"),
            # flags: counting has started, an epoch is open; its kind; failure code
            ("counting", "i4"), ("in_epoch", "i4"), ("epoch_kind", "i4"), ("failure", "i4"),
            ("unarmed", "i4"), ("unarmed_sequence", "i8"),  # contact that joined last, until its patience is drawn
            ("stop_t", "f8"),  # time at which the run stops for a supervisor, infinity without one
            # flags: stop at slot boundaries, stopped there, the last event is not settled yet, it shows nothing, the
            # episode is over
            ("stop_at_slots", "i4"), ("stopped", "i4"), ("unsettled", "i4"), ("unseen", "i4"), ("done", "i4"),
            # the policy's action, NIL once it is used; flag: it was illegal; draws of the mode; entries into a heap of
            # idle advisors; current mode
            ("doing", "i4"),  # the command that the row executes
            ("given", "i4"), ("illegal", "i4"), ("n_modes", "i8"), ("idle_count", "i8"), ("mode", "i4"),
            # flag: a surge is on; next roster entry; days of history before the episode; contacts in the IVR; virtual
            # contacts in line
            ("surging", "i4"), ("roster_at", "i4"), ("past_days", "i4"), ("in_ivr", "i4"), ("n_virtual", "i4"),
            ("slot_level", "f8", (z.slots,)),
            *counts,
            ("counts_before", "f8", (n_counts,)),  # `counts` when counting started
            ("queue", _queue_state(z), (z.queues,)),
            ("recent_arrivals", "f8", (z.queues,)), ("recent_abandoned", "f8", (z.queues,)),  # decayed to `recent_t`
            ("group", GROUP_STATE, (z.groups,)),
            ("campaign", CAMPAIGN_STATE, (z.campaigns,)),
            # by recent slot, a ring as `n_lost`: sum of the probabilities that the leads which left the list call in
            ("may_return", "f4", (z.campaigns, z.slots)),
            ("segment", SEGMENT_STATE, (z.segments,)),
            ("in_service", "i4", (z.pairs,)),  # contacts in talk
            ("talking", "u8", (n_words(z.advisors),)),  # bit set of talking advisors, 64 per word
            # advisors with a chat; groups with an advisor who has chats and may take another
            ("chatting", "u8", (n_words(z.advisors),)), ("chat_bits", "u8", group_set),
            # start and compatible pair of each talk; separate arrays, because one loop reads all of them
            ("talk_t", "f8", (z.advisors,)), ("talk_pair", "i2", (z.advisors,)),
            ("talk_scale", "f8", (z.advisors,)),  # factor of its slot, where some handle times depend on the slot
            # from first_advisor[g] on: the first of group g's idle list, or its heap
            ("idle", index_type("i2", z.advisors), (z.advisors,)),
            ("rule_state", "f8", (z.rule_state,)),  # memory of the rules
            # by timer: index of its event in the heap, NIL if none is pending
            ("place", index_type("i2", z.heap), (z.heap,)),
            # the tables that most events touch; `_AT` says where in a cache line they begin
            ("contact", contact_record(z), (z.contacts,)),
            ("advisor", advisor_record(z), (z.advisors,)),
            ("share", SHARE, (z.advisors,)),
            ("heap", EVENT, (z.heap + HEAP_PADDING,)),
            # Table of touched leads, one array per column to keep rows small: due time; number in the segment (or link
            # of the free list); attempts by local day, DAY_BITS each.
            ("lead_due", "f8", (z.leads,)), ("lead_number", "u4", (z.leads,)), ("lead_days", "u4", (z.leads,)),
            # per segment: a heap of waiting rows from its first place, one of ready rows from its last place backwards
            ("lead_order", index_type("i2", z.leads), (z.leads,)),
            # grid times of the last attempts, latest first, and of the last talk (0: none)
            ("lead_grid", "u2", (z.leads, GRID_TIMES)), ("lead_talk", "u2", (z.leads,)),
            ("lead_attempts", "u1", (z.leads,)),
            ("lead_joins", "u1", (z.leads,)), ("lead_state", "u1", (z.leads,)),  # joins as a person; why it waits
            # return calls: contact record of the pending one (index + 1, 0: none); AFTER code of the last attempt if
            # a return call may follow it (code + 1, 0: none), with the flag DROPPED_LAST
            ("lead_return", "i4" if z.contacts > 32_000 else "i2", (z.leads,)), ("lead_after", "u1", (z.leads,)),
        ]
    )  # fmt: skip
    return _with_counts(kind, n_counts)


def _with_counts(kind: np.dtype, n: int) -> np.dtype:
    """Return the same record type with one more field, `counts`: all counters as one array over the same memory."""
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
    fields.append(
        ("ready", "u8", (n_words(z.queues),))
    )  # bit set of queues with a legal assignment; written with the mask, read by rules
    fields.append(("observed", "f4", (_n_observed(z),)))  # encoded observation (`shown/observed.py`)
    return np.dtype(fields, align=True)


@functools.cache
def layout(size: str) -> Layout:
    """Return the record types of a size class: always the same objects, because numba dispatches on their identity."""
    z = SIZES[size]
    return Layout(z, _config(z), _env(z), _snapshot(z))
