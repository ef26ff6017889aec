"""Malformed scenario files of the inbound centre: each is refused with key, value and what is allowed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccenv.scenarios import ScenarioError, load_scenario
from tests.scenarios.inbound import CENTRE, write
from tests.scenarios.test_bad_input import JUNK, keys

PROBABILITY = "must be a number at least 0 and at most 1"
HOURS = "must be within the opening hours, 28800 s to 36000 s"
QUEUE = "queues.first"
SHIFT = {"n": 1, "from_s": 28_800, "until_s": 36_000}
PLAIN = {
    "queues.first.arrivals_per_hour": 10,
    "queues.first.interpolation": "constant",
    "queues.third.arrivals_per_hour": 10,
}
STEADY = {
    **PLAIN,
    "clock": {"kind": "steady"},
    "slot_level": {},
    "surge": None,
    "history": {},
    "queues.second.trace_s": None,
    "groups.early": {"skills": ["first", "second"], "staffing": 3},
    "groups.late.staffing": 2,
}

NIGHT = {  # open beyond midnight
    **PLAIN,
    "clock": {"open_s": 64_800, "close_s": 90_000, "slot_s": 25_200},
    "surge": None,
    "groups.early": {"skills": ["first", "second"], "staffing": 3},
    "groups.late.staffing": 2,
}


def breaks(*times):
    """A shift of the group with breaks (at, length)."""
    return {"groups.early.shifts": [{**SHIFT, "breaks": [{"at_s": t, "length_s": s} for t, s in times]}]}


def branches(p, mean_s):
    return {f"{QUEUE}.handle_s": {"dist": "hyper_exponential", "p": p, "mean_s": mean_s}}


def with_means(mean_s: object) -> dict[str, object]:
    """An empirical handle time from 3 to 9 s, with its means."""
    return {f"{QUEUE}.handle_s": {"dist": "empirical", "quantiles_s": [3, 9], "mean_s": mean_s}}


def quantiles(*values):
    return {f"{QUEUE}.handle_s": {"dist": "empirical", "quantiles_s": list(values)}}


# what is changed, key and value named, words of what is allowed
CASES = [
    # advisors who are there by staffing or by shifts
    ({"groups.early.staffing": 3}, "groups.early.staffing", 3, "the group has shifts, which say who is there"),
    ({"groups.early.shifts": []}, "groups.early.staffing", 0, "at least one slot must be above 0, or shifts be given"),
    (
        {**STEADY, "groups.early": {"skills": ["first", "second"], "shifts": [SHIFT]}},
        *("groups.early.shifts", [{**SHIFT, "from_s": 28_800.0, "until_s": 36_000.0}]),
        "a steady scenario has no time of day; give staffing",
    ),
    ({"groups.early.shifts.0.from_s": 28_000}, "groups.early.shifts.0.from_s", 28_000, HOURS),
    ({"groups.early.shifts.1.until_s": 36_001}, "groups.early.shifts.1.until_s", 36_001, HOURS),
    (
        {"groups.early.shifts.0.until_s": 28_800},
        *("groups.early.shifts.0.until_s", 28_800, "must be after from_s = 28800"),
    ),
    ({"groups.early.shifts.0.n": 0}, "groups.early.shifts.0.n", 0, "must be a whole number at least 1"),
    ({"groups.early.shifts.0": 7}, "groups.early.shifts.0", 7, "must be a mapping"),
    (breaks((28_000, 60)), "groups.early.shifts.0.breaks.0.at_s", 28_000, "at or after 28800, when the shift begins"),
    (
        breaks((30_000, 60), (30_030, 60)),
        *("groups.early.shifts.0.breaks.1.at_s", 30_030, "at or after 30060, when the break before it ends"),
    ),
    (
        breaks((30_000, 60), (35_990, 60)),
        *("groups.early.shifts.0.breaks.1.length_s", 60, "would end at 36050 s; must end by until_s = 36000"),
    ),
    (
        {"groups.early.shifts.1.breaks.1.length_s": 0},
        *("groups.early.shifts.1.breaks.1.length_s", 0, "must be a number above 0"),
    ),
    (
        {"groups.early.shifts.1.breaks.0.at": 5},
        *("groups.early.shifts.1.breaks.0.at", 5, "unknown key; did you mean 'at_s'?; allowed here: at_s, length_s"),
    ),
    # advisors
    ({"groups.late.advisor_order": "slowest"}, "groups.late.advisor_order", "slowest", "must be one of 'longest_idle'"),
    ({"groups.late.shrinkage": 1.2}, "groups.late.shrinkage", 1.2, PROBABILITY),
    ({"groups.late.quality.mean": 101}, "groups.late.quality.mean", 101, "a number at least 0 and at most 100"),
    ({"groups.late.learning.time_constant_days": 0}, *("groups.late.learning.time_constant_days", 0, "above 0")),
    ({"groups.late.script.strength": 2}, "groups.late.script.strength", 2, PROBABILITY),
    (
        {**STEADY, "groups.late.monitoring.drift_per_day": 1},
        *("groups.late.monitoring.drift_per_day", 1, "must be 0: a steady scenario has no days"),
    ),
    # voice menu
    ({f"{QUEUE}.ivr.p_hangup": 0.9}, f"{QUEUE}.ivr.p_hangup", 0.9, "p_contained + p_hangup is 1.1; must be at most 1"),
    ({f"{QUEUE}.ivr.p_resolved_hard": 1.2}, f"{QUEUE}.ivr.p_resolved_hard", 1.2, "at most 1"),
    (
        {f"{QUEUE}.ivr": {"p_resolved_easy": 0.7, "p_resolved_hard": 0.8}},
        *(f"{QUEUE}.ivr.p_resolved_hard", 0.8, "at most p_resolved_easy, 0.7"),
    ),
    ({f"{QUEUE}.ivr.price_per_minute": -0.1}, f"{QUEUE}.ivr.price_per_minute", -0.1, "at least 0"),
    ({f"{QUEUE}.ivr.handoff_factor": 0}, f"{QUEUE}.ivr.handoff_factor", 0, "above 0"),
    (
        {f"{QUEUE}.ivr.routes.thrid": 0.1},
        *(f"{QUEUE}.ivr.routes.thrid", 0.1, "one of the other queues: second, third; did you mean 'third'?"),
    ),
    (
        {f"{QUEUE}.ivr.routes.first": 0.4},
        *(f"{QUEUE}.ivr.routes.first", 0.4, "one of the other queues: second, third; the rest is its own"),
    ),
    (
        {f"{QUEUE}.ivr.routes.third": 0.8},
        *(f"{QUEUE}.ivr.routes", {"third": 0.8, "second": 0.3}, "the shares sum to 1.1; must be at most 1"),
    ),
    ({f"{QUEUE}.ivr": 20}, f"{QUEUE}.ivr", 20, "must be a mapping or null"),
    ({f"{QUEUE}.ivr.detect_s": {"dist": "never"}}, f"{QUEUE}.ivr.detect_s.dist", "never", "may be endless"),
    # waiting
    ({f"{QUEUE}.p_balk": -0.1}, f"{QUEUE}.p_balk", -0.1, PROBABILITY),
    ({f"{QUEUE}.announcement.patience_factor": 0}, f"{QUEUE}.announcement.patience_factor", 0, "a number above 0"),
    ({f"{QUEUE}.callback.max_tries": 0}, f"{QUEUE}.callback.max_tries", 0, "must be a whole number at least 1"),
    (
        {f"{QUEUE}.callback.ring_s": {"dist": "never"}},
        *(
            f"{QUEUE}.callback.ring_s.dist",
            "never",
            "only patience_s, drop_after_s, hang_up_s and tolerance_s may be endless",
        ),
    ),
    # transfers
    ({f"{QUEUE}.transfer": {"p": 0.1}}, f"{QUEUE}.transfer.to", "", "must be one of the other queues: second, third"),
    ({f"{QUEUE}.transfer.to": "first"}, f"{QUEUE}.transfer.to", "first", "must be one of the other queues"),
    (
        {f"{QUEUE}.transfer": {"to": "secnd"}},
        *(f"{QUEUE}.transfer.to", "secnd", "one of the other queues: second, third; did you mean 'second'?"),
    ),
    (
        {"queues.third.transfer": {"p": 0.1, "to": "first"}},
        *(f"{QUEUE}.transfer.to", "third", "transfers must not lead back: first -> third -> first"),
    ),
    ({f"{QUEUE}.transfer.kind": "hot"}, f"{QUEUE}.transfer.kind", "hot", "must be one of 'cold', 'warm'"),
    # customers
    (
        {f"{QUEUE}.customer.value_classes.1.share": 0.95},
        *(f"{QUEUE}.customer.value_classes.1.share", 0.95, "the shares sum to 1.05; must be at most 1"),
    ),
    (
        {f"{QUEUE}.customer.value_classes.0.factor": 2},
        *(f"{QUEUE}.customer.value_classes.0.factor", 2, "unknown key; did you mean 'value_factor'?"),
    ),
    (
        {f"{QUEUE}.customer.value_classes": [{"share": 0.1}] * 5},
        *(f"{QUEUE}.customer.value_classes", [{"share": 0.1}] * 5, "must be a list at most 4 long of a mapping each"),
    ),
    ({f"{QUEUE}.satisfaction.base": 120}, f"{QUEUE}.satisfaction.base", 120, "at least 0 and at most 100"),
    # arrivals
    (
        {"queues.second.interpolation": "linear"},
        *("queues.second.interpolation", "linear", "needs arrivals_per_hour to be a list, one value for each slot"),
    ),
    ({"queues.second.trace_s.0": 28_799}, "queues.second.trace_s.0", 28_799, f"{HOURS} of a day of 86400 s, closing"),
    ({"queues.second.trace_s.3": 122_400}, "queues.second.trace_s.3", 122_400, f"{HOURS} of a day of 86400 s, closing"),
    (
        {**NIGHT, "queues.second.trace_s": [1_000, 65_000, 88_000]},
        *("queues.second.trace_s.0", 1_000, "within the opening hours, 64800 s to 90000 s of a day of 86400 s"),
    ),
    ({"queues.second.trace_s.2": 28_801}, "queues.second.trace_s.2", 28_801, "at or after the time before it, 28801.5"),
    ({**STEADY, "queues.second.trace_s": [5]}, "queues.second.trace_s", [5], "a steady scenario has no time of day"),
    ({"day_level_cv": 0.001}, "day_level_cv", 0.001, "must be 0, or 0.01 to 4.47, where day_level_dist is gamma"),
    ({"day_level_dist": "normal"}, "day_level_dist", "normal", "must be one of 'lognormal', 'gamma'"),
    ({"slot_level.correlation": 1}, "slot_level.correlation", 1, "must be a number above -1 and below 1"),
    ({**STEADY, "slot_level": {"cv": 0.1}}, "slot_level.cv", 0.1, "a steady scenario has no slots; leave slot_level"),
    ({"switching.mean_s": [900]}, "switching.mean_s", [900], "must be a list 2 long of a number above 0 each"),
    ({"switching.arrivals.1": -1}, "switching.arrivals.1", -1, "must be a number at least 0"),
    ({"switching": True}, "switching", True, "must be a mapping or null"),
    ({"surge.from_s": 28_000}, "surge.from_s", 28_000, f"{HOURS}, closing excluded"),
    ({"surge.until_s": 29_999}, "surge.until_s", 29_999, "must be from from_s = 30000 to clock.close_s = 36000"),
    ({"surge.until_s": 36_001}, "surge.until_s", 36_001, "must be from from_s = 30000 to clock.close_s = 36000"),
    (
        {"surge.queues.0": "frist"},
        "surge.queues.0",
        "frist",
        "must be one of the queues: first, second, third; did you",
    ),
    ({"surge.lasts_s": {"dist": "never"}}, "surge.lasts_s.dist", "never", "may be endless"),
    ({**STEADY, "surge": {"p": 0.1, "factor": 2, "from_s": 0, "until_s": 9, "lasts_s": 9}}, "surge.p", 0.1, "no days"),
    (
        {**STEADY, "history.kind": "steady"},
        "history.kind",
        "steady",
        "must be 'none' in a steady scenario, which has no nights",
    ),
    ({"history.days": 0}, "history.days", 0, "must be a whole number at least 1"),
    # distributions of time
    (branches([0.5, 0.4], [9, 9]), f"{QUEUE}.handle_s.p", [0.5, 0.4], "the probabilities sum to 0.9; must sum to 1"),
    (branches([0.5, 0.5], [9, 9, 9]), f"{QUEUE}.handle_s.mean_s", [9, 9, 9], "has 3 values; p has 2, they must be"),
    (quantiles(3, 5, 4), f"{QUEUE}.handle_s.quantiles_s", [3, 5, 4], "must not decrease"),
    (quantiles(0, 0), f"{QUEUE}.handle_s.quantiles_s", [0, 0], "the last must be above 0"),
    (with_means([2, 7]), f"{QUEUE}.handle_s.mean_s", [2, 7], "has 2 values; expected 1, one between two quantiles"),
    (with_means([2]), f"{QUEUE}.handle_s.mean_s.0", 2, "must be between the quantiles 3 and 9"),
    (with_means(2), f"{QUEUE}.handle_s.mean_s", 2, "the mean is at least 3 and at most 9"),
    (quantiles(7), f"{QUEUE}.handle_s.quantiles_s", [7], "must be a list from 2 to 32 long of a number at least 0"),
    ({f"{QUEUE}.ivr.time_s.shape": 0.01}, f"{QUEUE}.ivr.time_s.shape", 0.01, "at least 0.05 and at most 10000"),
    ({f"{QUEUE}.handle_s.k": 1.5}, f"{QUEUE}.handle_s.k", 1.5, "a whole number at least 1 and at most 100"),
    # the whole
    ({"reward": "servise"}, "reward", "servise", "; did you mean 'service'?"),
    ({"reward": {}}, "reward", {}, "must have one term or more, such as abandoned: -1"),
    ({"reward": {"preset": "servise"}}, "reward.preset", "servise", "; did you mean 'service'?"),
    ({"reward": {"abandonned": -1}}, "reward.abandonned", -1.0, "; did you mean 'abandoned' or 'abandoned_in_time'?"),
    ({"reward": {"abandoned": "much"}}, "reward.abandoned", "much", "must be a finite number"),
    ({"reward": {"abandoned": {"nobody": -1}}}, "reward.abandoned.nobody", -1.0, "must be one of "),
    ({"reward": {"abandoned": True}}, "reward.abandoned", True, "must be text or a number or a mapping"),
    (
        {"size_class": "S", "queues.second.trace_s": [30_000] * 8_193},
        *("size_class", "S", "is too small for the table trace (needs 8193, has 8192); choose M"),
    ),
    (
        {"size_class": "S", **PLAIN, "clock.slot_s": 150, "groups.late.staffing": [0, 60] * 24},
        *("size_class", "S", "is too small for the table roster (needs 2829, has 2048); choose M"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{key}-{allowed[:24]}" for _, key, _, allowed in CASES])
def test_a_file_is_refused_with_key_value_and_what_is_allowed(tmp_path, case):
    changes, key, value, allowed = case
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(tmp_path, **changes))
    error, message = caught.value, str(caught.value)
    assert (error.file, error.key, error.value) == ("inbound.yaml", key, value)
    assert allowed in error.allowed
    assert message.startswith(f"inbound.yaml: {key} = ")
    assert message.splitlines()[0].endswith(f": {error.allowed}")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        STEADY,
        {f"{QUEUE}.transfer.p": 0},
        {f"{QUEUE}.transfer.kind": "cold"},
        {"surge.from_s": 33_000},
        {"surge.queues": []},
        {"queues.second.trace_s": []},
        {"queues.third.transfer": {"p": 0, "to": "first"}},
        {"history.kind": "none"},
        {**NIGHT, "queues.second.trace_s": [65_000, 88_000]},
        breaks((28_800, 60), (28_860, 7_140)),
    ],
)
def test_the_base_and_what_is_switched_off_or_at_its_limit_is_accepted(tmp_path, changes):
    load_scenario(write(tmp_path, **changes))


@settings(max_examples=400)
@given(st.sampled_from([key for key in keys(CENTRE) if not key.startswith("sources")]), JUNK)
def test_any_value_anywhere_is_accepted_or_refused_with_its_key(key, value):
    try:
        scenario = load_scenario(CENTRE, **{key: value})
    except ScenarioError as error:
        assert error.key
    else:
        config = scenario.config()
        assert np.isfinite(config["finish"]).all()
        assert not np.isnan(config["dist"]["mean_s"]).any()
