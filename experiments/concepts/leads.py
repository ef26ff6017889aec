"""Concepts: lists of leads, the order in which they are dialed, and retries."""

from __future__ import annotations

from experiments.concepts.centres import COLLECTING, HYBRID, OUTREACH, SELLING, listed, policies
from experiments.concepts.concept import CHOICE, Changes, Concept, Direction, Experiment

LISTS = "tests/semantics/test_by_hand_leads.py"
BY_SEGMENT = "tests/semantics/test_by_hand_attempts.py::test_segments_have_their_own_answers_propensity_and_value"
RETRIES = f"{LISTS}::test_a_lead_is_dialed_again_when_it_is_due_and_closed_after_the_last_attempt"
AGREED = f"{LISTS}::test_an_agreed_callback_goes_first_and_is_kept_or_late"
VICIDIAL = "lead order: ViciDial (production rules)"

SEGMENTS = (
    Concept(
        "segments",
        ("campaigns.*.segments.*.size",),
        "a list in parts, each with attributes of its own",
        CHOICE,
        f"{LISTS}::test_fresh_leads_come_from_the_segments_by_the_mix",
        SELLING,
        Experiment(
            SELLING,
            "conversion",
            "up",
            off=policies(segments={}, leads=32_000),
            runs=60,
            why="against one list of the same size: those who have bought before come first",
        ),
    ),
    Concept(
        "a list that ends",
        ("campaigns.*.leads",),
        "`leads` leads, then nobody is left to be dialed",
        CHOICE,
        "tests/semantics/test_by_hand_calling_rules.py::test_a_dial_with_nobody_left_to_dial_changes_nothing",
        HYBRID,
        Experiment(
            HYBRID,
            "n_attempts",
            "down",
            off={"campaigns.renewals.leads": 4_000},
            on={"campaigns.renewals.leads": 200},
            both={"campaigns.renewals.retries": None, "campaigns.renewals.agreed_callback": None},
            runs=60,
        ),
    ),
    Concept(
        "propensity",
        ("campaigns.*.segments.*.propensity",),
        "`p_sale x propensity`",
        CHOICE,
        BY_SEGMENT,
        SELLING,
        Experiment(
            SELLING,
            "conversion",
            "up",
            off=listed("propensity", 1.0),
            runs=60,
            why="the best are dialed first",
        ),
    ),
    Concept(
        "value of leads left",
        ("campaigns.*.segments.*.value_left", "campaigns.*.value_left"),
        "a closed lead takes `value_left` away",
        CHOICE,
        BY_SEGMENT,
        SELLING,
        Experiment(SELLING, "closed_value", "up", off=listed("value_left", 0.0), runs=20, days=2),
    ),
)


def _mix(name: str, moves: Direction, against: str, why: str, used_in: str, kpi: str = "conversion") -> Concept:
    meaning = {
        "in_order": "the first segment that has any",
        "score": "the segment of the highest score that has any",
        "even": "the segments in turn",
        "random": "a segment by the shares of `weight`",
    }
    return Concept(
        f"fresh leads: {name.replace('_', ' ')}",
        (f"campaigns.*.order.mix={name}", *(("campaigns.*.segments.*.score",) if name == "score" else ())),
        meaning[name],
        VICIDIAL,
        f"{LISTS}::test_fresh_leads_come_from_the_segments_by_the_mix",
        used_in,
        Experiment(
            SELLING,
            kpi,
            moves,
            off=policies(order__mix=against),
            on=policies(order__mix=name),
            runs=60,
            why=why,
        ),
    )


MIXED = (
    _mix("score", "up", "even", "customers before bought leads", SELLING),
    _mix("in_order", "up", "even", "the customers of the east come first", HYBRID),
    _mix("even", "down", "score", "bought leads are as often as customers", COLLECTING),
    _mix("random", "down", "score", "by equal weights", OUTREACH),
    Concept(
        "weights of segments",
        ("campaigns.*.segments.*.weight",),
        "share of a segment with `mix: random`",
        CHOICE,
        f"{LISTS}::test_fresh_leads_come_from_the_segments_by_the_mix",
        OUTREACH,
        Experiment(
            OUTREACH,
            "connect_rate:survey",
            "down",
            off={"campaigns.survey.segments.mobiles.weight": 1.0},
            runs=100,
            why="fewer answer their mobile",
        ),
    ),
)

ORDERS = {
    "due": "the least due time",
    "score": "the segment of the highest score",
    "least_attempts": "the fewest attempts",
    "longest_since": "the last attempt longest ago",
    "newest": "the highest number in the list",
    "random": "any of them",
}
SCARCE: Changes = policies(  # half of the dials go to fresh leads, so more retries are due than dials remain for them
    order__mix="even",
    order__fresh_every=2,
    by_attempt=[1.0, 0.7, 0.5, 0.35, 0.25, 0.2],
    retries__no_answer=3_600.0,
    retries__machine=3_600.0,
    calling_rules__max_per_24h=None,
)


def _order(name: str, moves: Direction, against: str, kpi: str, why: str, used_in: str) -> Concept:
    return Concept(
        f"retries: {name.replace('_', ' ')} first",
        (f"campaigns.*.order.retries={name}",),
        ORDERS[name],
        VICIDIAL,
        f"{LISTS}::test_retries_are_dialed_in_the_order_of_the_list",
        used_in,
        Experiment(
            SELLING,
            kpi,
            moves,
            off=policies(order__retries=against),
            on=policies(order__retries=name),
            both=SCARCE,
            runs=100,
            why=why,
        ),
    )


ORDERED = (
    _order("score", "up", "due", "conversion", "customers before bought leads", SELLING),
    _order("due", "down", "newest", "connect_rate", "those who were tried often come as well", HYBRID),
    _order("least_attempts", "up", "newest", "connect_rate", "who was tried often answers less", OUTREACH),
    _order("longest_since", "down", "newest", "connect_rate", "those who were tried often come as well", COLLECTING),
    _order("newest", "up", "due", "connect_rate", "they have few attempts behind them", f"{SELLING}:newest_first"),
    _order(
        "random",
        "down",
        "least_attempts",
        "connect_rate",
        "those who were tried often come as well",
        f"{SELLING}:at_random",
    ),
    Concept(
        "interleaving",
        ("campaigns.*.order.fresh_every",),
        "every `fresh_every`-th lead is fresh, where there are both",
        "every 2nd, 3rd, 4th new: ViciDial (production rules)",
        f"{LISTS}::test_every_so_many_a_fresh_lead_is_dialed_among_the_retries",
        SELLING,
        Experiment(
            SELLING,
            "n_touched",
            "down",
            off=policies(order__fresh_every=1),
            runs=40,
            days=3,
            why="against fresh ones first",
        ),
    ),
)

AGAIN = (
    Concept(
        "retries",
        ("campaigns.*.retries.max_attempts", "campaigns.*.retries.no_answer", "campaigns.*.retries.busy"),
        "again after `T ~ retries[outcome]`, at most `max_attempts` times in all",
        CHOICE,
        RETRIES,
        SELLING,
        Experiment(SELLING, "calls_per_account", "up", off=policies(retries__max_attempts=1), runs=40, days=3),
    ),
    Concept(
        "retries after a machine",
        ("campaigns.*.retries.machine",),
        "again after `T ~ machine`, recognised or not, and persons taken for one",
        CHOICE,
        RETRIES,
        SELLING,
        Experiment(SELLING, "calls_per_account", "up", off=policies(retries__machine=None), runs=40, days=3),
    ),
    Concept(
        "retries after a drop or a hang-up",
        ("campaigns.*.retries.dropped", "campaigns.*.retries.hung_up"),
        "again after `T ~ dropped`, `T ~ hung_up`",
        CHOICE,
        RETRIES,
        SELLING,
        Experiment(
            SELLING,
            "n_closed",
            "down",
            off=policies(retries__dropped=None, retries__hung_up=None),
            runs=60,
            why="without it those leads are closed",
        ),
    ),
    Concept(
        "retries after a talk",
        ("campaigns.*.retries.talked",),
        "again after `T ~ talked` if the goal was not reached",
        "more than half of the contacts are not a client's first: UCI Bank Marketing (Moro et al. 2014)",
        RETRIES,
        SELLING,
        Experiment(
            SELLING,
            "conversion",
            "down",
            off=policies(retries__talked=None),
            both=policies(retries__talked=3_600.0, calling_rules__quiet_after_talk_s=0.0),
            runs=40,
            days=3,
            why="a second talk sells less often than the first",
        ),
    ),
    Concept(
        "agreed callbacks",
        ("campaigns.*.agreed_callback.p", "campaigns.*.agreed_callback.after_s"),
        "agreed if `u < p`; due `T ~ after_s` later, and then before all others",
        "preview and callback lists (production rules)",
        AGREED,
        SELLING,
        Experiment(
            SELLING,
            "connect_rate",
            "up",
            off=policies(agreed_callback=None),
            runs=60,
            days=3,
            why="who has agreed answers more often",
        ),
    ),
    Concept(
        "agreed callbacks: answers",
        ("campaigns.*.agreed_callback.answer_factor",),
        "`p_answer x answer_factor`",
        CHOICE,
        AGREED,
        SELLING,
        Experiment(SELLING, "connect_rate", "up", off=policies(agreed_callback__answer_factor=1.0), runs=60, days=3),
    ),
    Concept(
        "agreed callbacks: kept in time",
        ("campaigns.*.agreed_callback.window_s",),
        "kept if dialed at most `window_s` after it was due, else late",
        CHOICE,
        AGREED,
        COLLECTING,
        Experiment(
            SELLING,
            "agreed_kept_share",
            "down",
            off=policies(agreed_callback__window_s=3_600.0),
            on=policies(agreed_callback__window_s=10.0),
            runs=60,
            days=2,
            why="seconds, against an hour",
        ),
    ),
)

CONCEPTS = (*SEGMENTS, *MIXED, *ORDERED, *AGAIN)
