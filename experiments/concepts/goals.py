"""Concepts: goals of an outbound talk, their value, and their later outcome."""

from __future__ import annotations

from experiments.concepts.centres import BANK, COLLECTING, OUTREACH, SELLING, arrears, policies
from experiments.concepts.concept import CHOICE, Concept, Direction, Experiment

LEADS = "tests/semantics/test_by_hand_leads.py"
ATTEMPTS = "tests/semantics/test_by_hand_attempts.py"
GOAL = f"{ATTEMPTS}::test_segments_have_their_own_answers_propensity_and_value"
COUNTED = "tests/semantics/test_random_scenarios.py::test_counters_of_campaigns_are_what_the_log_says"
HANDLED = "tests/semantics/test_by_hand_outbound.py::test_machines_that_pass_cost_advisor_time_and_are_no_connects"
PROMISE = f"{LEADS}::test_promises_are_kept_or_broken_and_broken_ones_are_dialed_again"
KPI = "tests/kpis/test_registry.py::test_kpi_is_what_the_hand_says"
UCI = "UCI Bank Marketing (Moro et al. 2014)"


def _service(
    name: str, goal: str, against: str, kpi: str, scenario: str, campaign: str, moves: Direction = "up"
) -> Concept:
    return Concept(
        name,
        (f"campaigns.*.goal={goal}",),
        f"the goal of a talk: {goal}; reached if `u < propensity x p_sale[k]`",
        CHOICE,
        COUNTED,
        scenario,
        Experiment(
            scenario,
            kpi,
            moves,
            off={f"campaigns.{campaign}.goal": against},
            on={f"campaigns.{campaign}.goal": goal},
            runs=20,
            why="what else counts is the same",
        ),
    )


SERVICES = (
    _service("lead generation", "sale", "survey", "n_surveys", SELLING, "policies", "down"),
    _service("survey", "survey", "sale", "n_surveys", OUTREACH, "survey"),
    _service("appointment setting", "appointment", "promise", "n_appointments", OUTREACH, "appointments"),
    _service("collection of debts", "promise", "appointment", "n_promises", COLLECTING, "arrears"),
)

REACHED = (
    Concept(
        "goals by contact number",
        ("campaigns.*.p_sale", "campaigns.*.contact_number"),
        "`p_sale[k]` in talk `k + 1`; a share `contact_number[k]` of leads had `k` talks before",
        UCI,
        f"{LEADS}::test_what_a_person_does_depends_on_how_often_they_were_talked_to",
        BANK,
        Experiment(
            BANK,
            "conversion",
            "down",
            off={"campaigns.deposits.p_sale": [0.0566], "campaigns.deposits.contact_number": [1.0]},
            why="later talks sell less often than the first",
        ),
    ),
    Concept(
        "handle time of a goal",
        ("campaigns.*.handle_sale_s", "campaigns.*.handle_s"),
        "a talk with the goal takes `T ~ handle_sale_s`, another `T ~ handle_s`",
        UCI,
        HANDLED,
        BANK,
        Experiment(BANK, "average_talk_s", "up", off={"campaigns.deposits.handle_sale_s": None}),
    ),
    Concept(
        "wrap-up outbound",
        ("campaigns.*.wrap_up_s",),
        "`T ~ wrap_up_s` after the talk",
        CHOICE,
        HANDLED,
        SELLING,
        Experiment(SELLING, "n_joined", "down", off=policies(wrap_up_s=0.0), runs=60),
    ),
    Concept(
        "value of a goal",
        ("campaigns.*.sale_value", "campaigns.*.segments.*.sale_value"),
        "worth `sale_value` in the mean, of the segment or the campaign",
        CHOICE,
        GOAL,
        COLLECTING,
        Experiment(
            COLLECTING,
            "expected_sale_value",
            "up",
            off={"campaigns.arrears.segments.two_months_late_east.sale_value": None},
            runs=60,
            why="their promises are worth more than the mean one",
        ),
    ),
    Concept(
        "value correlated with handle time",
        ("campaigns.*.value_handle_correlation", "campaigns.*.value_cv"),
        "`log V` normal, `s^2 = log(1 + value_cv^2)`, with `r` to the quantile of the handle time",
        f"{CHOICE}; talks with a sale last more than twice as long: {UCI}",
        f"{ATTEMPTS}::test_values_vary_and_go_with_the_handle_time",
        SELLING,
        Experiment(
            "switching_answer_rate",
            "sale_value",
            "down",
            off={"campaigns.outbound.value_handle_correlation": 0.0},
            on={"campaigns.outbound.value_handle_correlation": 0.9},
            both={
                "clock.warm_up_s": 0.0,
                "clock.horizon_s": 3_600.0,
                "campaigns.outbound.value_cv": 1.0,
                "campaigns.outbound.handle_s": {"dist": "lognormal", "mu": 6.037, "sigma": 0.726},
            },
            runs=1_000,
            why="the long talks that the end of the hour cuts off are the valuable ones",
        ),
    ),
    Concept(
        "asking not to be called again",
        ("campaigns.*.p_stop",),
        "after a talk without the goal the lead is closed if `u < p_stop`",
        CHOICE,
        f"{LEADS}::test_who_asks_not_to_be_called_again_is_closed_before_anything_is_agreed",
        SELLING,
        Experiment(SELLING, "n_closed", "up", off=policies(p_stop=0.0), runs=60),
    ),
)

KEPT = (
    Concept(
        "promises kept and broken",
        ("campaigns.*.follow_up.p_kept",),
        "kept if `u < p_kept`, and worth its value then; else broken",
        CHOICE,
        PROMISE,
        COLLECTING,
        Experiment(COLLECTING, "sale_value", "down", off=arrears(follow_up__p_kept=1.0), runs=30, days=10),
    ),
    Concept(
        "days until a promise is due",
        ("campaigns.*.follow_up.after_s",),
        "settled `T ~ after_s` after the talk",
        CHOICE,
        PROMISE,
        COLLECTING,
        Experiment(
            COLLECTING,
            "sale_value",
            "down",
            off=arrears(follow_up__after_s=60.0),
            runs=30,
            days=6,
            why="most are due after the end",
        ),
    ),
    Concept(
        "those who break a promise",
        ("campaigns.*.follow_up.retry_broken",),
        "a broken promise goes back to the list",
        CHOICE,
        f"{LEADS}::test_a_broken_promise_closes_the_lead_where_nobody_tries_again",
        COLLECTING,
        Experiment(
            COLLECTING,
            "n_closed",
            "down",
            off=arrears(follow_up__retry_broken=False),
            runs=30,
            days=10,
        ),
    ),
    Concept(
        "no-shows",
        ("campaigns.*.follow_up.p_kept",),
        "an appointment is kept if `u < p_kept`",
        CHOICE,
        PROMISE,
        OUTREACH,
        Experiment(
            OUTREACH,
            "kept_share",
            "down",
            off={"campaigns.appointments.follow_up.p_kept": 0.95},
            runs=30,
            days=6,
        ),
    ),
)

COSTS = (
    Concept(
        "cost of lines",
        ("campaigns.*.line_cost_per_hour",),
        "`line_cost_per_hour` for ringing, waiting and talking lines",
        CHOICE,
        KPI,
        SELLING,
        Experiment(SELLING, "line_cost", "up", off=policies(line_cost_per_hour=0.0), runs=20),
    ),
    Concept(
        "penalty of a drop",
        ("campaigns.*.drop_penalty",),
        "`drop_penalty` for each dropped connect",
        CHOICE,
        KPI,
        SELLING,
        Experiment(SELLING, "penalties", "up", off=policies(drop_penalty=0.0), runs=20),
    ),
)

CONCEPTS = (*SERVICES, *REACHED, *KEPT, *COSTS)
