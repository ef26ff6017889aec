"""Concepts: an attempt, from the dial to the connection with an advisor."""

from __future__ import annotations

from ccenv.scenarios import load_scenario
from experiments.concepts.centres import BANK, COLLECTING, DEBTORS, HYBRID, SELLING, arrears, policies
from experiments.concepts.concept import CHOICE, Concept, Experiment
from experiments.concepts.one_dial import one_dial_per_event
from experiments.concepts.utility import listed_by_slot, mean_of

OUTBOUND = "tests/semantics/test_by_hand_outbound.py"
ATTEMPTS = "tests/semantics/test_by_hand_attempts.py"
OUTCOME = "tests/semantics/test_random_scenarios.py::test_counters_of_campaigns_are_what_the_log_says"
BY_SEGMENT = f"{ATTEMPTS}::test_segments_have_their_own_answers_propensity_and_value"
INVARIANTS = "tests/sim/test_invariants.py::test_any_scenario"
WAITING = f"{OUTBOUND}::test_connects_wait_are_taken_by_a_freed_advisor_and_dropped"
DETECTION = "tests/semantics/test_by_hand_detection.py"
MACHINE = f"{OUTBOUND}::test_machines_that_pass_cost_advisor_time_and_are_no_connects"
ANSWERS = listed_by_slot(load_scenario(COLLECTING).centre.campaigns["arrears"].p_answer)

ANSWERED = (
    Concept(
        "probability of an answer by hour",
        ("campaigns.*.p_answer",),
        "`p_k` of the slot `k` in which ringing ends",
        "answers by the hour: practice (domain facts); no public log has dials",
        OUTCOME,
        SELLING,
        Experiment(
            COLLECTING,
            "connect_rate",
            "down",
            off={"campaigns.arrears.p_answer": mean_of(ANSWERS)},
            runs=100,
            why="most are dialed in the middle of the day, when fewer answer than in the evening",
        ),
    ),
    Concept(
        "probability of an answer by attempt",
        ("campaigns.*.by_attempt",),
        "`p x by_attempt[m]` at attempt `m`",
        CHOICE,
        OUTCOME,
        SELLING,
        Experiment(SELLING, "connect_rate", "down", off=policies(by_attempt=[1.0]), runs=30, days=5),
    ),
    Concept(
        "answers by segment",
        ("campaigns.*.segments.*.p_answer", "campaigns.*.segments.*.by_attempt"),
        "a segment's own `p_k`, `by_attempt`",
        CHOICE,
        BY_SEGMENT,
        SELLING,
        Experiment(
            SELLING,
            "connect_rate",
            "down",
            off={f"campaigns.policies.segments.{name}.p_answer": None for name in ("customers_west", "bought_west")},
            both=policies(order__mix="even"),
            runs=60,
            why="in the west it is early afternoon when the east comes home",
        ),
    ),
    Concept(
        "ring time",
        ("campaigns.*.ring_s",),
        "the outcome is drawn at the end of `T ~ ring_s`",
        "pacing with ringing lines: Samuelson (1999)",
        f"{OUTBOUND}::test_a_ring_time_of_0_ends_before_the_next_lead_is_dialed",
        "switching_answer_rate",
        Experiment(
            "switching_answer_rate",
            "n_joined",
            "down",
            off={"campaigns.outbound.ring_s": 6.0},
            runs=20,
            why="advisors wait for answers",
        ),
    ),
    Concept(
        "ring time by outcome",
        (
            "campaigns.*.ring_s_by_outcome.no_answer",
            "campaigns.*.ring_s_by_outcome.person",
            "campaigns.*.ring_s_by_outcome.machine",
            "campaigns.*.ring_s_by_outcome.busy",
            "campaigns.*.ring_s_by_outcome.invalid",
        ),
        "the outcome is drawn at the dial, then `T ~ ring_s_by_outcome[outcome]`",
        CHOICE,
        f"{ATTEMPTS}::test_an_outcome_is_drawn_at_the_dial_only_where_ring_distributions_differ",
        SELLING,
        Experiment(
            SELLING,
            "line_s",
            "up",
            off=policies(ring_s_by_outcome__no_answer={"dist": "constant", "value_s": 15.0}),
            runs=60,
            why="a longer patience with those who do not answer",
        ),
    ),
    Concept(
        "busy lines",
        ("campaigns.*.p_busy",),
        "the line is free at the end of ringing, the lead may be tried again",
        CHOICE,
        OUTCOME,
        SELLING,
        Experiment(
            SELLING, "calls_per_account", "up", off=policies(p_busy=0.0), runs=60, days=2, why="tried again soon"
        ),
    ),
    Concept(
        "numbers out of use",
        ("campaigns.*.p_invalid",),
        "the lead is closed",
        CHOICE,
        OUTCOME,
        SELLING,
        Experiment(SELLING, "n_closed", "up", off=policies(p_invalid=0.0), runs=60),
    ),
    Concept(
        "answering machines",
        ("campaigns.*.p_machine",),
        "recognised unless passed; the line is free",
        CHOICE,
        OUTCOME,
        SELLING,
        Experiment(SELLING, "n_machine", "up", off=policies(p_machine=0.2), runs=60),
    ),
    Concept(
        "persons taken for machines",
        ("campaigns.*.detector.p_false_positive",),
        "connect with `p (1 - p_false_positive)`",
        "answering-machine detection: domain facts 4.2",
        "tests/theory/test_detection.py::test_a_simulated_campaign_comes_to_the_same_numbers",
        SELLING,
        Experiment(SELLING, "connect_rate", "down", off=policies(detector__p_false_positive=0.0), runs=60),
    ),
    Concept(
        "machines taken for persons",
        ("campaigns.*.detector.p_machine_passed", "campaigns.*.handle_machine_s"),
        "joined with `p_machine x p_machine_passed`; costs an advisor `T ~ handle_machine_s`",
        CHOICE,
        MACHINE,
        SELLING,
        Experiment(
            SELLING,
            "outbound_aht_s",
            "down",
            off=policies(detector__p_machine_passed=0.0),
            runs=60,
            why="short talks with machines are among them",
        ),
    ),
    Concept(
        "time of the detector",
        ("campaigns.*.detector.decide_s",),
        "nobody is joined until `T ~ decide_s` after the answer",
        CHOICE,
        f"{DETECTION}::test_nobody_is_joined_before_the_decision_and_late_counts_from_the_start_of_its_definition",
        SELLING,
        Experiment(
            SELLING,
            "mean_connect_delay_s",
            "up",
            off=policies(detector__decide_s=0.0),
            runs=30,
            why="the wait of a connect begins at the answer",
        ),
    ),
    Concept(
        "no detector",
        ("campaigns.*.detector=none",),
        "`p_machine_passed = 1`, `p_false_positive = 0`",
        CHOICE,
        f"{DETECTION}::test_without_a_detector_all_machines_reach_advisors_and_no_person_is_missed",
        f"{SELLING}:no_detector",
        Experiment(SELLING, "mp_talk_s", "up", on=policies(detector="none"), runs=30),
    ),
    Concept(
        "right party",
        ("campaigns.*.p_right_party", "campaigns.*.segments.*.p_right_party", "campaigns.*.handle_wrong_party_s"),
        "somebody else if `u >= p_right_party`: no goal, `T ~ handle_wrong_party_s`",
        CHOICE,
        f"{DETECTION}::test_a_wrong_party_reaches_no_goal_and_is_tried_again_without_the_lockout_after_a_talk",
        COLLECTING,
        Experiment(
            COLLECTING,
            "conversion",
            "down",
            off=arrears(p_right_party=1.0)
            | {f"campaigns.arrears.segments.{name}.p_right_party": None for name in DEBTORS},
            runs=60,
        ),
    ),
    Concept(
        "retry after a wrong party",
        ("campaigns.*.retries.wrong_party",),
        "dialed again after `T ~ wrong_party`",
        CHOICE,
        f"{DETECTION}::test_a_call_to_a_wrong_party_counts_for_the_caps",
        COLLECTING,
        Experiment(
            COLLECTING,
            "calls_per_account",
            "up",
            off=arrears(retries__wrong_party=None),
            on=arrears(retries__wrong_party=1_800.0),
            both=arrears(order__fresh_every=0),
            runs=30,
        ),
    ),
)

JOINED = (
    Concept(
        "dropping",
        ("campaigns.*.drop_after_s",),
        "a connect waits at most `T ~ drop_after_s`",
        "16 CFR 310.4(b)(4): 2 s from the end of the greeting",
        WAITING,
        BANK,
        Experiment(BANK, "dropped_share_run_total", "down", off={"campaigns.deposits.drop_after_s": 0.0}),
    ),
    Concept(
        "hanging up",
        ("campaigns.*.hang_up_s",),
        "a waiting person goes after `T ~ hang_up_s`",
        CHOICE,
        f"{ATTEMPTS}::test_persons_hang_up_before_they_would_be_dropped_and_machines_do_not",
        SELLING,
        Experiment(
            SELLING,
            "n_dropped",
            "down",
            off=policies(hang_up_s={"dist": "never"}),
            runs=60,
            why="who has gone is not dropped",
        ),
    ),
    Concept(
        "an advisor reserved for each dial",
        ("campaigns.*.reserves",),
        "a dial takes the first idle advisor until the attempt ends; nobody is dropped",
        "progressive and preview dialing (production rules)",
        f"{OUTBOUND}::test_a_failed_attempt_frees_its_advisor_and_reviews_follow_a_hold",
        "switching_load",
        Experiment(
            SELLING,
            "n_joined",
            "down",
            on={**policies(reserves=True), "rules.pacing": {"name": "progressive"}},
            runs=60,
            why="one line for each advisor, against several",
        ),
    ),
    Concept(
        "most lines of a campaign",
        ("campaigns.*.max_lines",),
        "no dial beyond `max_lines` lines in use",
        CHOICE,
        INVARIANTS,
        SELLING,
        Experiment(
            SELLING, "n_attempts", "down", off=policies(max_lines=1_000_000), on=policies(max_lines=12), runs=60
        ),
    ),
    Concept(
        "trunks shared by both directions",
        ("trunks", "rules.pacing"),
        "outbound lines are of the same `trunks`: dials block who calls in",
        CHOICE,
        INVARIANTS,
        HYBRID,
        Experiment(HYBRID, "blocking", "up", off={"rules.pacing": {"name": "no_dial"}}, both={"trunks": 13}, runs=100),
    ),
    Concept(
        "dial ladder",
        ("campaigns.*.dial_ladder",),
        "a dial takes 1, 2, ... lines of the ladder at once",
        CHOICE,
        "tests/rules/test_pacing.py::test_a_target_is_met_by_several_dials_and_not_passed",
        SELLING,
        Experiment(
            SELLING,
            "n_attempts",
            "up",
            off=policies(dial_ladder=[1]),
            policy=one_dial_per_event,
            runs=20,
            why="a policy that dials once at each event cannot catch up one by one",
        ),
    ),
    Concept(
        "hours of dialing",
        ("campaigns.*.dial_from_s", "campaigns.*.dial_until_s"),
        "dialed while `dial_from_s <= time of day < dial_until_s`",
        CHOICE,
        "tests/semantics/test_by_hand_calling_rules.py::test_leads_are_dialed_in_the_calling_hours_of_their_own_zone",
        BANK,
        Experiment(
            COLLECTING,
            "n_attempts",
            "down",
            on={"campaigns.arrears.dial_from_s": 36_000.0, "campaigns.arrears.dial_until_s": 61_200.0},
            runs=60,
        ),
    ),
)

CONCEPTS = (*ANSWERED, *JOINED)
