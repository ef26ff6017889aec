"""Malformed campaigns: each is refused with key, value and what is allowed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccenv.scenarios import ScenarioError, load_scenario
from tests.scenarios.outbound import CENTRE, write
from tests.scenarios.test_bad_input import JUNK, keys

DEBTS, PLAIN, SURVEY = "campaigns.debts", "campaigns.plain", "campaigns.survey"
EARLY, LATE = f"{DEBTS}.segments.early", f"{DEBTS}.segments.late"
PROBABILITY = "must be a number at least 0 and at most 1"
NUMBER = "must be a number at least 0"
OPEN = "the centre is open from 28800 s to 72000 s"
DEFINITIONS = "run_total, ftc_30d, ofcom_24h, vicidial_today, genesys_queue, connect_rolling_24h, or a mapping"
RETURNS = f"{DEBTS}.return_calls"
CALLBACK, FOLLOW_UP, RING = f"{DEBTS}.agreed_callback", f"{DEBTS}.follow_up", f"{DEBTS}.ring_s_by_outcome"
STEADY = {
    "clock": {"kind": "steady"},
    f"{PLAIN}.p_answer": 0.2,
    DEBTS: {"p_answer": 0.2, "handle_s": 9, "segments": {"a": {"size": 9}}},
}
NO_TIME = "a steady scenario has no time of day; leave hours and zones out"
DIALS = {"rules": {"pacing": {"name": "constant_lines"}}}
RESERVES = {"rules": {"pacing": {"name": "progressive"}}}
FOR_EVER = "which keeps lines ringing, would dial without end; must be above 0"
AT_ONCE = {"dist": "constant", "value_s": 0}

# what is changed, key and value named, words of what is allowed
CASES = [
    # the list
    ({f"{DEBTS}.leads": 5}, f"{DEBTS}.leads", 5, "the campaign has segments, which say how many leads there are"),
    ({f"{DEBTS}.value_left": 2}, f"{DEBTS}.value_left", 2, "the campaign has segments; give it to each of them"),
    ({f"{PLAIN}.leads": -1}, f"{PLAIN}.leads", -1, "must be a whole number at least 0 or one of 'unlimited'"),
    ({f"{PLAIN}.leads": "unlimited"}, f"{PLAIN}.value_left", 0.25, "must be 0: a list without end cannot be used up"),
    ({f"{LATE}.value_left": 1}, f"{LATE}.value_left", 1, "must be 0: a list without end cannot be used up"),
    ({f"{LATE}.size": "endless"}, f"{LATE}.size", "endless", "a whole number at least 0 or one of 'unlimited'"),
    ({f"{LATE}.siez": 4}, f"{LATE}.siez", 4, "unknown key; did you mean 'size'?; allowed here: size, p_answer"),
    ({f"{DEBTS}.segments": []}, f"{DEBTS}.segments", [], "must be a mapping"),
    ({f"{DEBTS}.segments.a/b": {"size": 1}}, f"{DEBTS}.segments.a/b", "a/b", "letters, digits, _ and - only"),
    ({f"{EARLY}.by_attempt": []}, f"{EARLY}.by_attempt", [], "must be a list from 1 to 16 long of a number at least"),
    ({f"{DEBTS}.by_attempt": [1] * 17}, f"{DEBTS}.by_attempt", [1] * 17, "must be a list from 1 to 16 long"),
    ({f"{EARLY}.weight": 0}, f"{EARLY}.weight", 0, "must be a number above 0"),
    ({f"{EARLY}.propensity": -0.5}, f"{EARLY}.propensity", -0.5, NUMBER),
    ({f"{EARLY}.p_consent": 1.1}, f"{EARLY}.p_consent", 1.1, PROBABILITY),
    ({f"{LATE}.p_do_not_call": 1}, f"{LATE}.p_do_not_call", 1, "leaves 0 of the leads to dial; must leave 0.0001"),
    ({f"{LATE}.p_consent": 1e-5}, f"{LATE}.p_consent", 1e-5, "leaves 9.5e-06 of the leads to dial; must leave 0.0001"),
    (
        {f"{EARLY}.size": 1_000_001, f"{EARLY}.p_do_not_call": 1},
        *(f"{EARLY}.p_do_not_call", 1, "or size be at most 1,000,000"),
    ),
    (
        {f"{DEBTS}.segments": {f"s{i}": {"size": 1} for i in range(63)}},
        *("size_class", None, "size class XL is too small for the table segments (needs 65, has 64)"),
    ),
    # who answers
    (
        {f"{LATE}.p_answer": [0.1, 0.2, 0.3]},
        *(f"{LATE}.p_answer", [0.1, 0.2, 0.3], "has 3 values; expected 2, one for each slot"),
    ),
    (
        {f"{LATE}.p_answer": [0.1, 0.75]},
        *(f"{LATE}.p_answer", 0.75, "p_answer + p_machine + p_busy + p_invalid is 1.05 in slot 1; must be at most 1"),
    ),
    ({f"{DEBTS}.p_busy": 0.3}, f"{DEBTS}.p_answer", 0.5, "+ p_busy + p_invalid is 1.04 in slot 1; must be at most 1"),
    ({f"{DEBTS}.detector.p_machine_passed": 2}, f"{DEBTS}.detector.p_machine_passed", 2, PROBABILITY),
    ({f"{DEBTS}.detector": "no"}, f"{DEBTS}.detector", "no", "must be a mapping or one of 'none'"),
    ({f"{DEBTS}.detector.decide": 2}, f"{DEBTS}.detector.decide", 2, "unknown key; did you mean 'decide_s'?"),
    ({f"{DEBTS}.detector.decide_s": -1}, f"{DEBTS}.detector.decide_s", -1, "must be a number at least 0"),
    (
        {f"{DEBTS}.detector.decide_s": {"dist": "never"}},
        *(f"{DEBTS}.detector.decide_s.dist", "never", "hang_up_s and tolerance_s may be endless"),
    ),
    # who it is
    ({f"{DEBTS}.p_right_party": 1.2}, f"{DEBTS}.p_right_party", 1.2, PROBABILITY),
    ({f"{LATE}.p_right_party": "often"}, f"{LATE}.p_right_party", "often", "at least 0 and at most 1 or null"),
    ({f"{EARLY}.p_right": 0.5}, f"{EARLY}.p_right", 0.5, "unknown key; did you mean 'p_right_party'?"),
    ({f"{DEBTS}.handle_wrong_party_s": -3}, f"{DEBTS}.handle_wrong_party_s", -3, "must be a number at least 0"),
    ({f"{DEBTS}.retries.wrong_party": "soon"}, f"{DEBTS}.retries.wrong_party", "soon", "must be a number at least 0"),
    ({f"{DEBTS}.retries.wrong": 5}, f"{DEBTS}.retries.wrong", 5, "unknown key; did you mean 'wrong_party'?"),
    # ringing
    ({f"{DEBTS}.ring_s": 9}, f"{DEBTS}.ring_s", 9, "ring_s_by_outcome says how long it rings; leave it out"),
    ({RING: {"machine": 9}}, f"{RING}.person", None, "is missing; must be a number at least 0 or a distribution"),
    ({f"{RING}.person": {"dist": "never"}}, f"{RING}.person.dist", "never", "hang_up_s and tolerance_s may be endless"),
    ({**DIALS, f"{SURVEY}.ring_s": 0}, f"{SURVEY}.ring_s", 0, f"take no time, and constant_lines, {FOR_EVER}"),
    ({**DIALS, f"{RING}.person": 0}, f"{RING}.person", 0, FOR_EVER),
    ({**DIALS, RING: {"person": 5}}, f"{RING}.no_answer", 0, FOR_EVER),
    (
        {
            **DIALS,
            DEBTS: {"p_answer": 0, "p_busy": 1, "handle_s": 9, "ring_s_by_outcome": {"person": 5, "no_answer": 5}},
        },
        *(f"{DEBTS}.p_busy", 1, "which keeps lines ringing, would dial without end; must be below 1, or its ring time"),
    ),
    (
        {**RESERVES, SURVEY: {"p_answer": [0, 0.1], "handle_s": 9}},
        *(
            f"{SURVEY}.p_answer",
            [0, 0.1],
            "progressive would dial without end while no dial is answered; must be above 0",
        ),
    ),
    (
        {**RESERVES, SURVEY: {"p_answer": 0.1, "handle_s": 9}, "switching": {"mean_s": [9, 9], "answers": [0, 1]}},
        *(f"{SURVEY}.p_answer", 0.1, "progressive would dial without end while no dial is answered; must be above 0"),
    ),
    # again
    ({f"{DEBTS}.retries": {}}, f"{DEBTS}.retries.max_attempts", None, "is missing; must be a whole number at least 1"),
    (
        {f"{DEBTS}.retries": {"max_attempts": 3}},
        *(f"{DEBTS}.retries", {"max_attempts": 3}, "give the delay after one of no_answer, busy, machine, dropped"),
    ),
    ({f"{DEBTS}.retries.max_attempts": 101}, f"{DEBTS}.retries.max_attempts", 101, "at least 1 and at most 100"),
    ({f"{DEBTS}.retries.bussy": 9}, f"{DEBTS}.retries.bussy", 9, "unknown key; did you mean 'busy'?"),
    (
        {f"{DEBTS}.retries.busy": -9},
        f"{DEBTS}.retries.busy",
        -9,
        "must be a number at least 0 or null or a distribution",
    ),
    ({f"{DEBTS}.retries.busy": {"dist": "never"}}, f"{DEBTS}.retries.busy.dist", "never", "tolerance_s may be endless"),
    ({f"{DEBTS}.order.retries": "newst"}, f"{DEBTS}.order.retries", "newst", "one of 'due', 'score', 'least_attempts'"),
    ({f"{DEBTS}.order.mix": "fifo"}, f"{DEBTS}.order.mix", "fifo", "must be one of 'in_order', 'even', 'random', 'sc"),
    ({f"{DEBTS}.order.fresh_every": 1.5}, f"{DEBTS}.order.fresh_every", 1.5, "must be a whole number at least 0"),
    ({f"{CALLBACK}.p": 0}, f"{CALLBACK}.p", 0, "must be above 0, or agreed_callback be left out"),
    ({f"{CALLBACK}.window_s": -1}, f"{CALLBACK}.window_s", -1, NUMBER),
    ({CALLBACK: {"p": 0.1}}, f"{CALLBACK}.after_s", None, "is missing; must be a number at least 0 or a distribution"),
    # called in
    ({f"{RETURNS}.queue": "disk"}, f"{RETURNS}.queue", "disk", "must be one of desk"),
    ({f"{RETURNS}.queue": 5}, f"{RETURNS}.queue", 5, "must be text"),
    ({f"{RETURNS}.p_by_outcome.no_answer": 1.2}, f"{RETURNS}.p_by_outcome.no_answer", 1.2, PROBABILITY),
    ({f"{RETURNS}.p_by_outcome.busy": 0.1}, f"{RETURNS}.p_by_outcome.busy", 0.1, "unknown key"),
    (
        {f"{RETURNS}.p_by_outcome": {}},
        *(f"{RETURNS}.p_by_outcome", {}, "be above 0 for one of no_answer, machine, dropped, hung_up"),
    ),
    ({f"{RETURNS}.delay_s": {"dist": "never"}}, f"{RETURNS}.delay_s.dist", "never", "tolerance_s may be endless"),
    ({f"{RETURNS}.delay_s": -1}, f"{RETURNS}.delay_s", -1, NUMBER),
    ({RETURNS: {"queue": "desk"}}, f"{RETURNS}.p_by_outcome", None, "is missing"),
    (
        {**STEADY, "clock.horizon_s": 1e7, f"{DEBTS}.retries": {"max_attempts": 2, "busy": 9}},
        *("clock.horizon_s", 1e7, "warm_up_s + horizon_s must be at most 7864200, as campaigns.debts dials its"),
    ),
    # what it is for
    ({f"{DEBTS}.goal": "sell"}, f"{DEBTS}.goal", "sell", "must be one of 'sale', 'appointment', 'promise', 'survey'"),
    ({f"{DEBTS}.goal": "survey"}, f"{DEBTS}.goal", "survey", "one of appointment, promise where the campaign has a f"),
    ({f"{FOLLOW_UP}.p_kept": 1.5}, f"{FOLLOW_UP}.p_kept", 1.5, PROBABILITY),
    ({f"{FOLLOW_UP}.after_s": {"dist": "never"}}, f"{FOLLOW_UP}.after_s.dist", "never", "tolerance_s may be endless"),
    ({f"{DEBTS}.value_cv": 11}, f"{DEBTS}.value_cv", 11, "a coefficient of variation; must be at most 10"),
    (
        {f"{DEBTS}.value_handle_correlation": -1.5},
        *(f"{DEBTS}.value_handle_correlation", -1.5, "at least -1 and at most 1"),
    ),
    ({f"{DEBTS}.p_stop": 3}, f"{DEBTS}.p_stop", 3, PROBABILITY),
    ({f"{PLAIN}.p_sale": [0.1] * 4}, f"{PLAIN}.p_sale", [0.1] * 4, "has 4 values; contact_number has shares for 1"),
    # hours
    ({f"{DEBTS}.dial_until_s": 32_400}, f"{DEBTS}.dial_until_s", 32_400, "must differ from dial_from_s = 32400"),
    ({f"{PLAIN}.dial_from_s": 72_000}, f"{PLAIN}.dial_from_s", 72_000, f"the campaign could never be dialed: {OPEN}"),
    (
        {f"{DEBTS}.calling_rules.calling_until_s": 30_600},
        *(f"{DEBTS}.calling_rules.calling_until_s", 30_600, "must differ from calling_from_s = 30600"),
    ),
    (
        {f"{DEBTS}.calling_rules.calling_until_s": 90_000},
        f"{DEBTS}.calling_rules.calling_until_s",
        90_000,
        "at least 0 and at most 86400",
    ),
    (
        {f"{PLAIN}.calling_rules.calling_from_s": 73_000},
        *(
            f"{PLAIN}.calling_rules.calling_from_s",
            73_000,
            "calling hours are 73000 s to 86400 s, dialing is from 0 s to 86400 s, and the cent",
        ),
    ),
    (
        {f"{LATE}.zone_s": 43_200},
        *(
            f"{LATE}.zone_s",
            43_200,
            "could never be dialed: with calls from 30600 s to 75000 s of its own day, and dial",
        ),
    ),
    ({f"{LATE}.zone_s": -43_200}, f"{LATE}.zone_s", -43_200, f"hours leave nothing, and {OPEN}"),
    (
        {f"{LATE}.zone_s": -36_600, f"{DEBTS}.dial_until_s": 80_000, "clock.close_s": 67_000},
        *(f"{LATE}.zone_s", -36_600, "hours leave 67200 s to 80000 s of the centre's day, and the centre is open from"),
    ),
    ({f"{LATE}.zone_s": 90_000}, f"{LATE}.zone_s", 90_000, "must be a number at least -86400 and at most 86400"),
    ({**STEADY, f"{PLAIN}.dial_from_s": 9}, f"{PLAIN}.dial_from_s", 9, NO_TIME),
    ({**STEADY, f"{DEBTS}.calling_rules.calling_from_s": 9}, f"{DEBTS}.calling_rules.calling_from_s", 9, NO_TIME),
    ({**STEADY, f"{DEBTS}.calling_rules.calling_until_s": 9}, f"{DEBTS}.calling_rules.calling_until_s", 9, NO_TIME),
    ({**STEADY, f"{DEBTS}.segments.a.zone_s": 3600}, f"{DEBTS}.segments.a.zone_s", 3600, NO_TIME),
    # the calling rules
    (
        {f"{DEBTS}.calling_rules.max_per_24h": 4},
        f"{DEBTS}.calling_rules.max_per_24h",
        4,
        "at least 1 and at most 3 or null",
    ),
    (
        {f"{DEBTS}.calling_rules.max_per_7_days": 0},
        f"{DEBTS}.calling_rules.max_per_7_days",
        0,
        "at least 1 and at most 15 or null",
    ),
    ({f"{DEBTS}.calling_rules.lockout_after_drop_s": -1}, f"{DEBTS}.calling_rules.lockout_after_drop_s", -1, NUMBER),
    (
        {f"{DEBTS}.calling_rules.needs_consent": "no"},
        f"{DEBTS}.calling_rules.needs_consent",
        "no",
        "must be true or false",
    ),
    (
        {f"{DEBTS}.calling_rules.max_per_day": 3},
        f"{DEBTS}.calling_rules.max_per_day",
        3,
        "unknown key; did you mean 'max_per_7_days'",
    ),
    ({f"{DEBTS}.drop_limit": 3}, f"{DEBTS}.drop_limit", 3, PROBABILITY),
    ({f"{DEBTS}.compliance": "ofcom"}, f"{DEBTS}.compliance", "ofcom", f"{DEFINITIONS}; did you mean 'ofcom_24h'?"),
    ({f"{DEBTS}.compliance": "own"}, f"{DEBTS}.compliance", "own", f"must be one of {DEFINITIONS}"),
    ({f"{DEBTS}.compliance": 0.03}, f"{DEBTS}.compliance", 0.03, "must be a mapping or text"),
    (
        {f"{DEBTS}.compliance.window": "week"},
        *(f"{DEBTS}.compliance.window", "week", "must be one of 'day', 'period_30d', 'rolling_24h'"),
    ),
    ({f"{DEBTS}.compliance.threshold_s": -2}, f"{DEBTS}.compliance.threshold_s", -2, f"{NUMBER} or null"),
    ({f"{DEBTS}.compliance.hangups": "all"}, f"{DEBTS}.compliance.hangups", "all", "did you mean 'hang_ups'?"),
]


@pytest.mark.parametrize("case", CASES, ids=[f"{key}-{allowed[:24]}" for _, key, _, allowed in CASES])
def test_a_campaign_is_refused_with_key_value_and_what_is_allowed(tmp_path, case):
    changes, key, value, allowed = case
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(tmp_path, **changes))
    error, message = caught.value, str(caught.value)
    assert (error.file, error.key) == ("outbound.yaml", key)
    assert value is None or error.value == value
    assert allowed in error.allowed
    assert message.startswith(f"outbound.yaml: {key}{': ' if value is None else ' = '}")
    assert message.splitlines()[0].endswith(f": {error.allowed}")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        STEADY,
        {**STEADY, f"{DEBTS}.calling_rules": {"max_per_24h": 3, "max_per_7_days": 15, "quiet_after_talk_s": 60}},
        {**STEADY, "clock.horizon_s": 1e7, f"{SURVEY}.retries": None},
        {f"{EARLY}.p_do_not_call": 1},
        {f"{LATE}.p_consent": 0, f"{DEBTS}.calling_rules.needs_consent": False},
        {f"{PLAIN}.leads": 0},
        {f"{DEBTS}.by_attempt": [1] * 16},
        {f"{DEBTS}.p_sale": [0.1] * 4},  # more talks than the list starts with
        {f"{DEBTS}.retries.max_attempts": 1},
        {f"{DEBTS}.value_cv": 0},
        {f"{DEBTS}.follow_up": None},
        {f"{DEBTS}.goal": "appointment"},
        {f"{LATE}.zone_s": -36_600},
        {DEBTS: {"p_answer": 0.2, "handle_s": 9}},
        {**DIALS, f"{RING}.busy": 0, f"{RING}.machine": AT_ONCE},
        {**RESERVES, PLAIN: {"p_answer": 0, "handle_s": 9, "leads": 70}},
        {**RESERVES, PLAIN: {"p_answer": 0, "p_machine": 0.1, "detector": {"p_machine_passed": 0.1}, "handle_s": 9}},
        {**RESERVES, SURVEY: {"p_answer": 0, "handle_s": 9, "ring_s_by_outcome": {"person": 0, "no_answer": 9}}},
    ],
)
def test_the_base_and_what_is_switched_off_or_at_its_limit_is_accepted(tmp_path, changes):
    load_scenario(write(tmp_path, **changes)).config()


@pytest.mark.parametrize("key", [f"{DEBTS}.segments.erly.size", f"{PLAIN}.segments.early.size"])
def test_an_override_names_a_segment_that_there_is(key):
    with pytest.raises(ScenarioError, match="not one of the segments: (early, late, small; did you mean 'early'|none)"):
        load_scenario(CENTRE, **{key: 9})


@settings(max_examples=400)
@given(st.sampled_from([key for key in keys(CENTRE) if key.startswith("campaigns")]), JUNK)
def test_any_value_anywhere_is_accepted_or_refused_with_its_key(key, value):
    try:
        scenario = load_scenario(CENTRE, **{key: value})
    except ScenarioError as error:
        assert error.key
    else:
        config = scenario.config()
        assert np.isfinite(config["finish"]).all()
        segment = config["segment"][0, : int(config["n_segments"][0])]
        for period in (period for row in segment for period in row["period"][: row["n_periods"]]):
            assert (period["from_s"][: period["n"]] < period["until_s"][: period["n"]]).all()
        assert segment["n_rows"].sum() <= scenario.size.leads
