"""The configuration record of the inbound centre, value by value."""

import hashlib
import math

import numpy as np
import pytest

from ccenv.scenarios.compile.finish import finish_table
from ccenv.sim.state import codes
from ccenv.sim.state.codes import NIL
from tests.scenarios.inbound import centre


@pytest.fixture(scope="module")
def row():
    return centre().config(days=2)[0]


@pytest.fixture(scope="module")
def queue(row):
    return row["queue"][0]


def dist(row, index):
    """Kind, parameters, table and mean of a dist."""
    record = row["dist"][index]
    n = record["n"]
    return (record["kind"], record["a"], record["b"], [*record["start"][:n], *record["hazard"][:n]], record["mean_s"])


def stream(name):
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")


def values(record, *names):
    return [record[name].item() for name in names]


def test_streams(row):
    names = {"day": "day", "slot": "slot", "mode": "mode", "surge": "surge", "advisor": "advisors", "policy": "policy"}
    assert {field: row[f"{field}_stream"] for field in names} == {f: stream(name) for f, name in names.items()}


def test_levels(row):
    kind, shape, scale, _, mean = dist(row, row["day_dist"])
    assert (kind, shape, scale, mean) == (codes.GAMMA, 4.0, 0.25, 1.0)
    assert row["slot_sigma"] == pytest.approx(math.sqrt(math.log(1.09)), rel=1e-12)
    assert row["slot_correlation"] == -0.6
    assert values(row, "switches", "mode_seen") == [1, 1]
    assert row["mode_mean_s"].tolist() == [900, 300]
    assert row["mode_arrivals"].tolist() == [0.8, 1.6]
    assert row["mode_answers"].tolist() == [1.0, 0.5]
    assert values(row, "p_surge", "surge_factor", "surge_from_s", "surge_until_s") == [0.25, 3, 30_000, 33_000]
    assert dist(row, row["surge_lasts"])[:3] == (codes.WEIBULL, 2, 700)
    assert row["queue"]["surges"][:3].tolist() == [0, 1, 0]


def test_a_lognormal_day_level_has_mean_one():
    row = centre(day_level_dist="lognormal").config()[0]
    kind, mu, sigma, _, mean = dist(row, row["day_dist"])
    assert (kind, mu, sigma) == (codes.LOGNORMAL, -math.log(1.25) / 2, math.sqrt(math.log(1.25)))
    assert mean == pytest.approx(1.0, rel=1e-12)


def test_levels_that_are_switched_off():
    row = centre(day_level_cv=0, slot_level={}, switching=None, surge=None).config()[0]
    assert values(row, "day_dist", "slot_sigma", "switches", "mode_seen", "p_surge") == [NIL, 0, 0, 0, 0]
    assert row["mode_arrivals"].tolist() == row["mode_answers"].tolist() == [1, 1]
    assert values(row, "surge_factor", "surge_lasts") == [1, NIL]
    assert not row["queue"]["surges"].any()


def test_a_surge_without_queues_is_one_of_all():
    assert centre(**{"surge.queues": []}).config()[0]["queue"]["surges"][:4].tolist() == [1, 1, 1, 0]


def test_rates_end_with_the_last_once_more(row):
    assert row["queue"]["rate"][0, :6].tolist() == [10, 30, 20, 40, 40, 0]
    assert row["queue"]["rate"][1, :6].tolist() == [25, 25, 25, 25, 25, 0]
    assert row["queue"]["linear"][:3].tolist() == [1, 0, 0]


def test_traces_lie_one_after_the_other(row):
    assert row["queue"]["first_recorded"][:3].tolist() == [NIL, 0, NIL]
    assert row["queue"]["n_recorded"][:3].tolist() == [0, 4, 0]
    assert row["recorded"][:5].tolist() == [28_800, 28_801.5, 28_801.5, 115_300, 0]
    both = centre(**{"queues.first.trace_s": [30_000], "queues.third.trace_s": []}).config()[0]
    assert both["queue"]["first_recorded"][:3].tolist() == [0, 1, 5]
    assert both["queue"]["n_recorded"][:3].tolist() == [1, 4, 0]
    assert both["recorded"][:6].tolist() == [30_000, 28_800, 28_801.5, 28_801.5, 115_300, 0]


def test_voice_menu(row, queue):
    assert dist(row, queue["ivr_time"])[:3] == (codes.GAMMA, 4, 10)
    assert dist(row, queue["detect"])[:2] == (codes.EXPONENTIAL, 35)
    assert values(queue, "p_contained", "p_hangup") == [0.2, 0.05]
    assert queue["route"][:3].tolist() == [0.0, 0.3, 0.4]
    other = centre(**{"queues.second.ivr": {"routes": {"first": 0.2, "third": 0.1}}}).config()[0]["queue"][1]
    assert other["route"][:3] == pytest.approx([0.2, 0.2, 0.3], rel=1e-12)


def test_waiting_and_callback(row, queue):
    assert values(queue, "p_balk", "announces", "patience_factor") == [0.07, 1, 1.5]
    assert dist(row, queue["tolerance"])[0] == codes.NEVER
    assert dist(row, queue["patience"])[:3] == (codes.WEIBULL, 1.5, 240)
    names = ("calls_back", "max_tries", "offer_above_s", "p_accept", "p_callback_answer")
    assert values(queue, *names) == [1, 3, 45, 0.4, 0.8]
    assert dist(row, queue["callback_ring"])[:2] == (codes.CONSTANT, 12)
    assert dist(row, queue["callback_retry"])[:2] == (codes.EXPONENTIAL, 1200)


def test_service(row, queue):
    assert dist(row, queue["handle"][0])[:3] == (codes.GAMMA, 3, 50)
    assert dist(row, queue["handle"][1])[:2] == (codes.EXPONENTIAL, 170)
    assert dist(row, row["queue"][1]["handle"][0])[3] == [0.75, 0.25, 60, 400]
    assert values(queue, "p_transfer", "transfer_to", "warm") == [0.15, 2, 1]
    assert dist(row, queue["handover"])[:2] == (codes.EXPONENTIAL, 25)
    assert values(row["queue"][1], "p_transfer", "transfer_to", "warm") == [0.2, 2, 0]
    assert values(queue, "p_sale", "sale_value") == [0.3, 40]
    assert dist(row, queue["handle_sale"])[3][:4] == [60, 120, 120, 400]
    names = ("scores", "score_base", "score_wait", "score_transfer", "score_repeat", "score_quality")
    assert values(queue, *names) == [1, 88, 2, 5, 7, 0.3]


def test_customers(queue):
    names = ("knows", "p_identified", "p_returning", "returning_factor", "p_preferred", "preferred_factor")
    assert values(queue, *names) == [1, 0.6, 0.5, 0.9, 0.2, 0.85]
    assert queue["class_share"].tolist() == [0.1, 0.35, 0.35, 0.35, 0.35]
    assert queue["class_value"].tolist() == [1, 3, 0.5, 1, 1]
    assert queue["class_credit_s"].tolist() == [0, 120, 0, 0, 0]


def test_what_a_plain_queue_has_not(row):
    third = row["queue"][2]
    dists = ("ivr_time", "detect", "tolerance", "callback_ring", "callback_retry", "handover", "handle_sale")
    assert values(third, *dists, "first_recorded", "transfer_to") == [NIL] * 9
    flags = ("linear", "announces", "calls_back", "p_transfer", "warm", "knows", "p_sale", "scores", "p_balk")
    assert values(third, *flags) == [0] * 9
    assert third["route"].tolist() == [0] * 8
    assert third["class_share"].tolist() == [0] * 5
    assert third["class_value"].tolist() == [1] * 5
    assert third["patience_factor"] == 1


def test_able_advisors_are_those_of_all_groups_with_the_skill(row):
    assert row["queue"]["n_able"][:3].tolist() == [6, 3, 3]
    assert row["n_advisors"] == 6


def test_preferred_advisors_are_looked_for_where_somebody_prefers(row):
    assert row["prefers"] == 1
    assert centre(**{"queues.first.customer.p_preferred": 0}).config()[0]["prefers"] == 0


def test_groups(row):
    early, late = row["group"][0], row["group"][1]
    assert values(early, "order", "varied", "shrinkage") == [codes.ROUND_ROBIN, 1, 0.1]
    assert early["speed_sigma"] == pytest.approx(math.sqrt(math.log(1.04)), rel=1e-12)
    assert values(early, "quality", "quality_sd", "on_repeat", "on_sale") == [75, 8, 0.02, 0.01]
    assert values(early, "excess", "learning_days", "tenure_days") == [0.6, 15, 4]
    assert values(early, "fatigue", "fatigue_above", "fatigue_s") == [0.5, 0.8, 1800]
    assert values(early, "script", "script_cost") == [0.4, 3]
    assert values(early, "sampled", "sample_cost", "gain", "drift") == [0.05, 6, 0.3, 0.7]
    assert values(late, "order", "varied", "speed_sigma", "quality", "drift") == [codes.LONGEST_IDLE, 0, 0, 80, 0]


@pytest.mark.parametrize("key", ["speed_cv", "learning.excess", "fatigue.strength", "script.strength"])
def test_handle_times_vary_with_any_one_of_their_factors(key):
    row = centre(**{f"groups.late.{key}": 0.1}).config()[0]
    assert row["group"]["varied"][1] == 1


@pytest.mark.parametrize("name", codes.ADVISOR_ORDERS)
def test_orders_of_advisors_by_name(name):
    row = centre(**{"groups.late.advisor_order": name}).config()[0]
    constants = ("LONGEST_IDLE", "FEWEST_CONTACTS", "LEAST_TALK", "ROUND_ROBIN", "LINEAR", "FASTEST", "RANDOM_ORDER")
    assert row["group"]["order"][1] == {c.removesuffix("_ORDER").lower(): getattr(codes, c) for c in constants}[name]


def test_means_of_all_distributions_are_there(row):
    used = row["dist"][: int(np.flatnonzero(row["dist"]["kind"])[-1]) + 1]
    endless = used["kind"] == codes.NEVER
    assert np.isinf(used["mean_s"][endless]).all()
    assert (used["mean_s"][~endless & (used["a"] + used["n"] > 0)] > 0).all()


def test_finish_mixes_sale_and_no_sale_of_those_who_are_not_transferred():
    scenario = centre(
        **{
            "queues.first.handle_s": 100,
            "groups.late.handle_s": {},
            "queues.first.sale": {"p": 0.5, "handle_s": 400},
            "queues.first.transfer.p": 0.2,
        }
    )
    ages = 15.0 * np.arange(64)
    alive = [0.6 * np.exp(-(ages + h) / 100) + 0.4 * np.exp(-(ages + h) / 400) for h in (0, 10, 30, 60)]
    expected = 1 - np.array(alive[1:]) / alive[0]
    np.testing.assert_allclose(finish_table(scenario.centre, scenario.pairs[0]), expected.T, rtol=1e-9)
