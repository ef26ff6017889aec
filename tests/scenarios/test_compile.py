"""The configuration record of `tiny`, value by value, computed by hand."""

import hashlib
import math
import pickle

import numpy as np
import pytest

from ccenv.scenarios import load_scenario
from ccenv.scenarios.compile.centre import UNLIMITED_TRUNKS
from ccenv.scenarios.compile.finish import finish_table
from ccenv.scenarios.compile.segment_rows import UNLIMITED_LEADS
from ccenv.scenarios.compile.slots import n_slots
from ccenv.scenarios.schema import Clock
from ccenv.sim.state import codes
from ccenv.sim.state.codes import RESERVED_DIALS, UNRESERVED_DIALS
from ccenv.sim.state.layout import layout

STEADY = {
    "name": "steady",
    "description": "one queue",
    "clock": {"kind": "steady", "horizon_s": 5000, "warm_up_s": 1000},
    "queues": {"q": {"arrivals_per_hour": 60, "handle_s": 100}},
    "groups": {"g": {"skills": ["q"], "staffing": 2}},
}


@pytest.fixture(scope="module")
def tiny():
    return load_scenario("tiny")


@pytest.fixture(scope="module")
def row(tiny):
    return tiny.config()[0]


def dist_of(row, index):
    return row["dist"][index]


def stream(name):
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")


def test_record_is_the_size_classes_own_dtype(tiny):
    config = tiny.config()
    assert config.shape == (1,)
    assert config.dtype is layout("S").config


def test_counts_and_clock(row):
    counts = [row[f"n_{name}"] for name in ("queues", "groups", "campaigns", "pairs", "actions", "advisors", "slots")]
    assert counts == [2, 2, 1, 4, 7, 6, 4]
    times = [row[k] for k in ("open_s", "close_s", "overtime_s", "slot_s", "warm_up_s", "review_s")]
    assert times == [32400, 39600, 1800, 1800, 0, 5]
    assert (row["days"], row["steady"], row["work_conserving"], row["trunks"]) == (1, 0, 0, 24)


def test_streams_are_named_hashes(row):
    assert row["queue"]["stream"][:2].tolist() == [stream("queue:sales"), stream("queue:support")]
    assert row["campaign"]["stream"][0] == stream("campaign:survey")
    assert (row["day_stream"], row["policy_stream"]) == (stream("day"), stream("policy"))


def test_queues(row):
    sales, support = row["queue"][0], row["queue"][1]
    assert sales["rate"][:6].tolist() == [24, 36, 30, 18, 18, 0]
    assert support["rate"][:6].tolist() == [20, 20, 20, 20, 20, 0]
    assert (sales["p_priority"], sales["credit_s"], sales["service_level_s"]) == (0.2, 60, 20)
    assert (sales["p_redial"], sales["max_redials"], sales["p_repeat"]) == (0.4, 2, 0)
    assert (support["p_repeat"], support["max_repeats"], support["service_level_s"]) == (0.15, 2, 30)
    patience = dist_of(row, sales["patience"])
    assert (patience["kind"], patience["n"]) == (codes.PIECEWISE_HAZARD, 3)
    assert patience["start"][:4].tolist() == [0, 30, 120, 0]
    assert patience["hazard"][:4].tolist() == [0.002, 0.006, 0.004, 0]
    wrap_up = dist_of(row, sales["wrap_up"])
    assert (wrap_up["kind"], wrap_up["a"]) == (codes.EXPONENTIAL, 20)
    at_once = dist_of(row, support["wrap_up"])
    assert (at_once["kind"], at_once["a"]) == (codes.CONSTANT, 0)


def test_handle_distribution_of_each_pair(row):
    handle = row["queue"]["handle"]
    first, own = dist_of(row, handle[1, 0]), dist_of(row, handle[1, 1])
    assert (first["kind"], first["a"]) == (codes.EXPONENTIAL, 200)
    assert (own["kind"], own["a"], own["b"]) == (codes.LOGNORMAL, 5.2, 0.5)
    assert handle[0, 1] == -1  # blended does not handle sales


def test_campaign(row):
    survey = row["campaign"][0]
    assert survey["share"][:5] == pytest.approx([0.6, 0.9, 1, 1, 1], rel=1e-12)
    assert (survey["share"][2:] == 1.0).all()
    assert survey["p_sale"][:5].tolist() == [0.3, 0.2, 0.1, 0.1, 0.1]
    assert (survey["p_sale"] > 0).all()
    names = ("p_machine", "p_busy", "p_invalid", "p_false_positive", "p_machine_passed")
    assert [survey[name] for name in names] == [0.2, 0.05, 0.05, 0.04, 0.1]
    assert [survey[name] for name in ("max_lines", "dials", "first_segment", "n_segments")] == [12, 1, 0, 1]
    assert (dist_of(row, survey["ring"])["a"], dist_of(row, survey["ring"])["b"]) == (5, 25)
    assert dist_of(row, survey["drop_after"])["a"] == 2
    assert dist_of(row, survey["handle"])["a"] == 4.2
    assert dist_of(row, survey["handle_sale"])["a"] == 180
    assert dist_of(row, survey["handle_machine"])["a"] == 8
    assert dist_of(row, survey["wrap_up"])["a"] == 15


def test_a_campaign_without_segments_is_one(row):
    survey = row["segment"][0]
    assert row["n_segments"] == 1
    assert survey["stream"] == stream("campaign:survey")
    assert survey["p_answer"][:5].tolist() == [0.25, 0.3, 0.35, 0.3, 0]
    names = (
        "campaign",
        "n_listed",
        "sale_value",
        "propensity",
        "p_consent",
        "p_do_not_call",
        "weight",
    )
    assert [survey[name] for name in names] == [0, 400, 5, 1, 1, 0, 1]
    period = survey["period"][0]
    assert (period["from_s"][0], period["until_s"][0], survey["n_periods"]) == (33300, 38700, 1)
    assert (survey["by_attempt"] == 1.0).all()
    assert (survey["first_row"], survey["n_rows"]) == (0, 0)


def test_a_sale_takes_as_long_as_no_sale_where_nothing_else_is_said(tiny):
    survey = tiny.replace(**{"campaigns.survey.handle_sale_s": None}).config()[0]["campaign"][0]
    assert survey["handle_sale"] == survey["handle"]


def test_groups(row):
    assert row["queue_skill"][:2, 0].tolist() == [0b11, 0b10]
    assert row["campaign_skill"][:2].tolist() == [0, 1]
    assert row["queue_groups"][:3, 0].tolist() == [0b01, 0b11, 0]
    assert row["campaign_groups"][:2, 0].tolist() == [0b10, 0]
    assert row["staffing"][:2, :5].tolist() == [[3, 3, 3, 2, 0], [2, 3, 3, 3, 0]]
    assert row["first_advisor"][:3].tolist() == [0, 3, 6]
    assert row["advisor_group"][:7].tolist() == [0, 0, 0, 1, 1, 1, -1]


def test_pairs_and_actions(row, tiny):
    assert row["queue_pair"][:2, :2].tolist() == [[0, -1], [1, 2]]
    assert row["campaign_pair"][0, :2].tolist() == [-1, 3]
    actions = row["action"][:7]
    assert [tuple(a)[:4] for a in actions.tolist()] == [tuple(a[:4]) for a in tiny.catalogue]
    assert actions["pair"].tolist() == [-1, 0, 1, 2, -1, -1, -1]
    assert tiny.with_reserves(True).config()[0]["action"]["pair"][4] == 3


def test_equal_distributions_are_one_distribution():
    centre = {**STEADY, "queues": {n: {"arrivals_per_hour": 6, "handle_s": 100} for n in "ab"}}
    centre["groups"] = {
        "g": {"skills": ["a", "b"], "staffing": 2, "handle_s": {"a": {"dist": "exponential", "mean_s": 100}}}
    }
    queue = load_scenario(centre).config()[0]["queue"]
    assert queue["handle"][0, 0] == queue["handle"][1, 0]
    assert queue["patience"][0] == queue["patience"][1]


def test_steady_is_one_slot_from_zero():
    row = load_scenario(STEADY).config()[0]
    names = ("steady", "n_slots", "open_s", "close_s", "warm_up_s")
    assert [row[name] for name in names] == [1, 1, 0, 6000, 1000]
    assert row["trunks"] == UNLIMITED_TRUNKS == 2**40
    assert row["day_dist"] == -1


def test_steady_campaign_has_no_hours_and_no_end_of_leads():
    campaign = {"p_answer": 0.5, "handle_s": 60}
    centre = {**STEADY, "campaigns": {"c": campaign}, "groups": {"g": {"skills": ["q", "c"], "staffing": 2}}}
    row = load_scenario(centre).config()[0]["segment"][0]
    assert (row["limited"], row["n_listed"]) == (0, UNLIMITED_LEADS)
    assert row["n_listed"] == 2**62


def test_what_concerns_all_campaigns():
    campaigns = {n: {"p_answer": 0.5, "handle_s": 60, "reserves": n == "d", "max_lines": 7 + len(n)} for n in "cd"}
    centre = {**STEADY, "campaigns": campaigns, "groups": {"g": {"skills": ["q", "c", "d"], "staffing": 2}}}
    row = load_scenario(centre).config()[0]
    assert (row["reserving"], row["most_lines"]) == (0b10, 8)
    assert row["campaign"]["dials"][:3].tolist() == [UNRESERVED_DIALS, RESERVED_DIALS, 0]
    row = load_scenario(centre, **{"campaigns.c.reserves": "either"}).config()[0]
    assert row["reserving"] == 0b11
    assert row["campaign"]["dials"][:3].tolist() == [UNRESERVED_DIALS | RESERVED_DIALS, RESERVED_DIALS, 0]


def test_64_groups_fill_the_sets_of_groups():
    groups = {f"g{i}": {"skills": ["q"], "staffing": 1} for i in range(64)}
    assert load_scenario({**STEADY, "groups": groups}).config()[0]["queue_groups"][0] == 2**64 - 1


def test_64_queues_fill_the_skill_mask():
    names = [f"q{i}" for i in range(64)]
    centre = {**STEADY, "queues": {n: {"arrivals_per_hour": 6, "handle_s": 9} for n in names}}
    centre["groups"] = {"g": {"skills": names[1:], "staffing": 2}, "h": {"skills": names[:1], "staffing": 1}}
    scenario = load_scenario(centre)
    assert scenario.size.name == "L"
    assert scenario.config()[0]["queue_skill"][:2, 0].tolist() == [2**64 - 2, 1]


def test_days_and_order(tiny):
    config = tiny.config(days=3, order="total_wait")[0]
    assert (config["days"], config["order_total_wait"]) == (3, 1)
    assert tiny.config()[0]["order_total_wait"] == 0


@pytest.mark.parametrize(
    ("source", "arguments", "words"),
    [
        ("tiny", {"days": 0}, "days = 0; allowed: a whole number from 1"),
        ("tiny", {"days": 1.5}, "days = 1.5"),
        (STEADY, {"days": 2}, "because the scenario is steady"),
        ("tiny", {"order": "lifo"}, "order = 'lifo': must be 'entry' or 'total_wait'"),
    ],
)
def test_bad_arguments_of_config(source, arguments, words):
    with pytest.raises(ValueError, match=words):
        load_scenario(source).config(**arguments)


@pytest.mark.parametrize(("close_s", "slot_s", "n"), [(7200, 1800, 4), (7201, 1800, 5), (0.3, 0.1, 3), (10, 60, 1)])
def test_slots_cover_the_day(close_s, slot_s, n):
    assert n_slots(Clock(close_s=close_s, slot_s=slot_s)) == n


def test_finish_of_an_exponential_has_no_memory(row):
    expected = [1 - math.exp(-h / 200) for h in (10, 30, 60)]
    np.testing.assert_allclose(row["finish"][1], np.tile(expected, (64, 1)), rtol=1e-9)


def test_finish_of_a_campaign_is_a_mixture(row):
    """Joined persons, mean p_answer 0.3, and machines; age 15 s excludes the machine of 8 s."""
    person, machine, sale = 0.3 * 0.96, 0.2 * 0.1, 0.6 * 0.3 + 0.3 * 0.2 + 0.1 * 0.1

    def alive(x):
        lognormal = 1.0 if x == 0 else 0.5 * math.erfc((math.log(x) - 4.2) / (0.5 * math.sqrt(2)))
        return person * ((1 - sale) * lognormal + sale * math.exp(-x / 180)) + machine * (x < 8)

    for i in (0, 1, 7):
        expected = [1 - alive(15 * i + h) / alive(15 * i) for h in (10, 30, 60)]
        np.testing.assert_allclose(row["finish"][3, i], expected, rtol=1e-9)


def test_finish_is_certain_beyond_the_longest_time(tiny):
    scenario = tiny.replace(**{"queues.sales.handle_s": {"dist": "uniform", "low_s": 20, "high_s": 70}})
    table = finish_table(scenario.centre, scenario.pairs[0])
    np.testing.assert_allclose(
        table[:6], [[0, 0.2, 0.8], [0.1, 0.5, 1], [0.25, 0.75, 1], [0.4, 1, 1], [1, 1, 1], [1, 1, 1]]
    )


def test_finish_of_a_campaign_that_joins_nobody_is_finite(tiny):
    row = tiny.replace(**{"campaigns.survey.p_answer": 0, "campaigns.survey.p_machine": 0}).config()[0]
    assert np.isfinite(row["finish"]).all()


def test_a_scenario_can_be_pickled(tiny):
    copy = pickle.loads(pickle.dumps(tiny))
    assert copy.digest == tiny.digest
    assert copy.config().tobytes() == tiny.config().tobytes()
