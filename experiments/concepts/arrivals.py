"""Concepts: arrivals of contacts, and state that persists from day to day."""

from __future__ import annotations

from typing import Any

from experiments.concepts.centres import FRESH_START, SUPPORT
from experiments.concepts.concept import CHOICE, Concept, Experiment
from experiments.concepts.mode_aware import by_the_mode_if_seen
from experiments.concepts.utility import OPEN_FOR_S, OPEN_S, PROFILES, STAFFING, mean_of

LOAD = "tests/semantics/test_by_hand_load.py"
LEVELS = "tests/semantics/test_by_hand_load.py::test_slot_levels_are_a_lognormal_chain_and_multiply_the_day_level"
CALM = {"surge.p": 0.0, "day_level_cv": 0.0, "slot_level.cv": 0.0}
FLAT_STAFF = {f"groups.{desk}.staffing": round(mean_of(staffing)) for desk, staffing in STAFFING.items()}
FLAT = {
    **CALM,
    **FLAT_STAFF,
    "queues.faults.interpolation": "constant",
    "queues.bills.interpolation": "constant",
}
FLAT_PROFILES = {f"queues.{queue}.arrivals_per_hour": mean_of(profile) for queue, profile in PROFILES.items()}
# Three slots of four hours leave time for the rate to change within a slot; the off side has the means of the slots.
COARSE: dict[str, Any] = {
    **CALM,
    **FLAT_STAFF,
    "clock.close_s": 68_400.0,
    "clock.slot_s": 14_400.0,
    "queues.bills.arrivals_per_hour": [55.0, 55.0, 55.0],
}
N_FAULTS = round(mean_of(PROFILES["faults"]) * OPEN_FOR_S / 3_600.0)  # contacts in a day
EVENLY = {"queues.faults.trace_s": [round(OPEN_S + (i + 0.5) / N_FAULTS * OPEN_FOR_S) for i in range(N_FAULTS)]}
FISCHER = "Markov-modulated Poisson process: Fischer and Meier-Hellstern (1993)"

CONCEPTS = (
    Concept(
        "profile by slot",
        ("queues.*.arrivals_per_hour",),
        "`rate(t) = a_k / 3600` in slot `k`",
        "Poisson process: Brown et al. (2005)",
        "tests/semantics/test_by_hand_load.py::test_a_linear_profile_goes_straight_from_slot_to_slot_and_holds_its_last_value",
        "bank_inbound",
        Experiment(
            "surge_day",
            "mean_wait_s",
            "up",
            off=FLAT_PROFILES,
            both=FLAT,
            why="the same contacts and advisors a day, but the contacts crowd",
        ),
    ),
    Concept(
        "linear profile",
        ("queues.*.interpolation=linear",),
        "`rate(t)` goes straight from `a_k` to `a_(k+1)`",
        CHOICE,
        "tests/semantics/test_by_hand_load.py::test_a_linear_profile_goes_straight_from_slot_to_slot_and_holds_its_last_value",
        "surge_day",
        Experiment(
            "surge_day",
            "mean_wait_s",
            "up",
            off={
                "queues.faults.arrivals_per_hour": [60.0, 60.0, 30.0],
                "queues.faults.interpolation": "constant",
            },
            on={"queues.faults.arrivals_per_hour": [30.0, 90.0, 30.0]},
            both=COARSE,
            why="the same contacts in each slot, but they peak at a boundary",
        ),
    ),
    Concept(
        "day level, lognormal",
        ("day_level_cv",),
        "`rate x L`, `log L ~ N(-s^2/2, s^2)`, `s^2 = log(1 + cv^2)`",
        "random factor of the day: Whitt (1999), Jongbloed and Koole (2001)",
        LEVELS,
        "bank_inbound",
        Experiment("bank_inbound", "mean_wait_s", "up", off={"day_level_cv": 0.0}, runs=400),
    ),
    Concept(
        "day level, gamma",
        ("day_level_dist=gamma",),
        "`rate x L`, `L ~ gamma(shape 1 / cv^2, mean 1)`",
        "Poisson counts with a gamma factor: Jongbloed and Koole (2001)",
        "tests/scenarios/test_dists.py::test_levels_have_mean_one_and_the_coefficient_asked_for",
        "order_desk",
        Experiment(
            "n_design",
            "abandonment",
            "up",
            off={"day_level_dist": "lognormal"},
            on={"day_level_dist": "gamma"},
            both={"day_level_cv": 0.8},
            runs=4_000,
            why="at equal cv the gamma distribution has the larger mean excess over 1",
        ),
    ),
    Concept(
        "slot levels",
        ("slot_level.cv",),
        "`rate x exp(s z_k - s^2/2)`, `s^2 = log(1 + cv^2)`",
        CHOICE,
        LEVELS,
        "surge_day",
        Experiment("surge_day", "mean_wait_s", "up", off={"slot_level.cv": 0.0}, on={"slot_level.cv": 0.3}),
    ),
    Concept(
        "intraday dependence",
        ("slot_level.correlation",),
        "`z_k = r z_(k-1) + sqrt(1 - r^2) x_k`",
        "dependence between the slots of a day: Avramidis, Deslauriers and L'Ecuyer (2004)",
        LEVELS,
        SUPPORT,
        Experiment(
            SUPPORT,
            "mean_wait_s",
            "up",
            off={"slot_level.correlation": 0.0},
            on={"slot_level.correlation": 0.95},
            both={**FRESH_START, "day_level_cv": 0.0, "slot_level.cv": 0.4},
            runs=800,
            why="a busy half hour finds the line that the one before has left",
        ),
    ),
    Concept(
        "two-mode switching",
        ("switching.mean_s", "switching.arrivals"),
        "`rate x a_m`, mode `m` lasts `Exp(mean_s[m])`",
        FISCHER,
        f"{LOAD}::test_modes_take_turns_and_change_the_rates_and_the_answers",
        "switching_load",
        Experiment(
            "switching_load",
            "abandonment",
            "up",
            off={"switching.arrivals": [1.3, 1.3]},
            why="the same load on average",
        ),
    ),
    Concept(
        "two-mode switching of answers",
        ("switching.answers",),
        "`p_answer x b_m`",
        CHOICE,
        f"{LOAD}::test_modes_take_turns_and_change_the_rates_and_the_answers",
        "switching_answer_rate",
        Experiment(
            "bank_blended",
            "dropped_share_run_total",
            "up",
            on={"switching": {"mean_s": [1800.0, 1800.0], "answers": [0.2, 1.8]}},
            runs=800,
            why="the same answers on average; a rule that does not see the mode dials too much in one of them",
        ),
    ),
    Concept(
        "observed mode",
        ("switching.observed",),
        "field `mode` is `m`, 0 where it is hidden",
        CHOICE,
        "tests/theory/test_blending.py::test_seeing_the_mode_is_worth_something",
        "switching_load",
        Experiment(
            "switching_load",
            "n_joined",
            "up",
            off={"switching.observed": False},
            on={"switching.observed": True},
            policy=by_the_mode_if_seen,
            runs=100,
            why="a reserve of 2 or 5 by the mode, against the best one for both, at the same abandonment",
        ),
    ),
    Concept(
        "surge",
        ("surge.p", "surge.factor", "surge.from_s", "surge.until_s", "surge.lasts_s"),
        "`rate x factor` from `U(from, until)` for `T` on a share `p` of days",
        CHOICE,
        f"{LOAD}::test_a_surge_takes_off_what_was_used_up_and_goes_on_at_the_other_rate",
        "surge_day",
        Experiment("surge_day", "abandonment", "up", off={"surge.p": 0.0}),
    ),
    Concept(
        "surge of some queues",
        ("surge.queues",),
        "the factor is for `queues`, all if empty",
        CHOICE,
        f"{LOAD}::test_a_surge_leaves_other_queues_alone_and_is_drawn_for_each_day",
        "surge_day",
        Experiment("surge_day", "abandonment", "down", off={"surge.queues": []}),
    ),
    Concept(
        "recorded trace",
        ("queues.*.trace_s",),
        "contact `i` arrives at `trace_s[i]`",
        CHOICE,
        f"{LOAD}::test_a_trace_goes_on_at_later_openings",
        "tiny:recorded",
        Experiment(
            "surge_day",
            "mean_wait_s",
            "down",
            on=EVENLY,
            both={**FLAT, **FLAT_PROFILES},
            why="as many contacts, but evenly spaced",
        ),
    ),
    Concept(
        "history",
        ("history.kind", "history.days"),
        "opens in a state that `days` days under the scenario's own rules have left",
        CHOICE,
        "tests/env/test_history.py::test_an_episode_opens_as_a_long_run_goes_on",
        "technical_support",
        Experiment(
            "technical_support",
            "mean_wait_s",
            "up",
            off={"history.kind": "none"},
            both={"day_level_cv": 0.0, "slot_level.cv": 0.0},
            why="repeats of earlier days are pending",
        ),
    ),
)
