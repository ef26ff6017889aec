"""The records of campaigns and segments, value by value, computed by hand."""

import hashlib
import math

import numpy as np
import pytest

from ccenv.scenarios.compile.segment_rows import share_rows
from ccenv.sim.state import codes
from ccenv.sim.state import definitions as legal
from ccenv.sim.state.sizes import SIZES
from tests.scenarios.outbound import CENTRE, centre

STEADY = {
    "clock": {"kind": "steady"},
    "campaigns.plain.p_answer": 0.2,
    "campaigns.debts": {"p_answer": 0.2, "handle_s": 9, "retries": {"max_attempts": 2, "busy": 60}},
}


@pytest.fixture(scope="module")
def row():
    return centre().config()[0]


@pytest.fixture(scope="module")
def debts(row):
    return row["campaign"][1]


def constant(row, index):
    dist = row["dist"][index]
    assert dist["kind"] == codes.CONSTANT
    return dist["a"]


def stream(name):
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")


def test_segments_are_numbered_through_the_centre(row):
    assert row["n_segments"] == 5
    assert row["campaign"]["first_segment"][:3].tolist() == [0, 1, 4]
    assert row["campaign"]["n_segments"][:4].tolist() == [1, 3, 1, 0]
    assert row["segment"]["campaign"][:5].tolist() == [0, 1, 1, 1, 2]
    names = ["plain", "debts/early", "debts/late", "debts/small", "survey"]
    assert row["segment"]["stream"][:5].tolist() == [stream(f"campaign:{name}") for name in names]
    assert row["segment"]["n_listed"][:5].tolist() == [70, 30, 2**62, 5, 2**62]


def test_a_segment_has_what_it_says_and_else_what_its_campaign_says(row):
    segment = row["segment"]
    assert segment["p_answer"][:5, :3].tolist() == [
        [0.2, 0.4, 0],
        [0.3, 0.5, 0],
        [0.15, 0.15, 0],
        [0.1, 0.6, 0],
        [0.3, 0.3, 0],
    ]
    assert segment["by_attempt"][1].tolist() == [1, 0.75, *[0.5] * 14]
    assert segment["by_attempt"][2].tolist() == [0.9, *[0.8] * 15]
    assert segment["by_attempt"][0].tolist() == [1] * 16
    assert segment["sale_value"][:5].tolist() == [0, 4, 7, 4, 0]
    for name, values in {
        "propensity": [1, 1.5, 1, 1, 1],
        "p_right": [1, 0.9, 0.6, 0.9, 1],
        "p_consent": [1, 1, 0.85, 1, 1],
        "p_do_not_call": [0, 0, 0.05, 0, 0],
        "score": [0, 2.5, -1, 0, 0],
        "weight": [1, 1, 3, 1, 1],
        "value_left": [0.25, 0.5, 0, 0, 0],
    }.items():
        assert segment[name][:5].tolist() == values, name


def test_hours_are_those_of_dialing_and_of_the_leads_own_day_in_the_centres_time(row):
    """Calling from 30,600 s to 75,000 s of a day that is an hour behind, and two ahead; dialing 32,400 to 68,400."""
    period = row["segment"]["period"][:5, 0]
    assert period["zone_s"].tolist() == [0, -3600, 7200, 0, 0]
    assert row["segment"]["n_periods"][:5].tolist() == period["n"].tolist() == [1] * 5
    assert period["from_s"][:, 0].tolist() == [0, 34_200, 32_400, 32_400, 0]
    assert period["until_s"][:, 0].tolist() == [86_400, 68_400, 67_800, 68_400, 86_400]
    assert row["segment"]["limited"][:5].tolist() == [0, 1, 1, 1, 0]


def test_a_steady_centre_has_no_hours():
    segment = centre(**STEADY).config()[0]["segment"]
    assert segment["limited"][:3].tolist() == [0, 0, 0]


def test_rows_are_shared_among_the_lists_of_campaigns_that_keep_leads(row):
    assert row["campaign"]["keeps"][:3].tolist() == [0, 1, 1]
    rest = (4096 - 30 - 5) // 2
    assert row["segment"]["n_rows"][:5].tolist() == [0, 30, rest, 5, 4096 - 35 - rest]
    first = row["segment"]["first_row"][:5].tolist()
    assert first[1:] == [0, 30, 30 + rest, 35 + rest]


@pytest.mark.parametrize(
    ("leads", "n_rows", "rows"),
    [
        ([], 9, []),
        ([0, 0], 9, [0, 0]),
        ([2, 3], 9, [2, 3]),
        ([100, 2, 100], 10, [4, 2, 4]),
        ([5, 4, 100], 12, [4, 4, 4]),
        ([1, 100, 1, 100], 11, [1, 4, 1, 5]),
        ([100, 100], 5, [2, 3]),
    ],
)
def test_no_list_has_more_rows_than_leads_and_the_rest_is_shared(leads, n_rows, rows):
    assert share_rows(leads, n_rows) == rows


def test_every_list_that_is_kept_has_a_row_however_many_there_are():
    for size in SIZES.values():
        assert min(share_rows([2**62] * size.segments, size.leads)) >= 1


def test_ring_times(row, debts):
    plain = row["campaign"][0]
    assert (debts["ring_differs"], plain["ring_differs"]) == (1, 0)
    assert [constant(row, dist) for dist in debts["ring_of"]] == [11, 12, 13, 14, 15]
    assert row["dist"][plain["ring"]]["a"] == 9
    assert constant(row, debts["drop_after"]) == 41
    assert constant(row, debts["hang_up"]) == 42
    assert row["dist"][plain["hang_up"]]["kind"] == codes.NEVER


def test_outcomes_and_values(debts):
    names = ("p_machine", "p_busy", "p_invalid", "p_false_positive", "p_machine_passed", "p_stop", "max_lines")
    assert [debts[name] for name in names] == [0.2, 0.06, 0.04, 0.1, 0.3, 0.08, 9]
    assert debts["value_sigma"] == pytest.approx(math.sqrt(math.log(1.5625)), rel=1e-15)
    assert debts["value_handle"] == -0.4


def test_a_detector_and_none(row, debts):
    plain, survey = row["campaign"][0], row["campaign"][2]
    assert constant(row, debts["decide"]) == 61
    assert [campaign["decide"] for campaign in (plain, survey)] == [codes.NIL] * 2
    names = ("p_false_positive", "p_machine_passed")
    assert [survey[name] for name in names] == [0, 1] and [plain[name] for name in names] == [0, 0]


def test_a_wrong_party_is_talked_to_for_its_own_time_or_that_of_other_talks(row, debts):
    assert constant(row, debts["handle_wrong"]) == 62
    assert row["campaign"]["handle_wrong"][0] == row["campaign"]["handle"][0]


def test_order_and_retries(row, debts):
    assert [debts[name] for name in ("max_attempts", "retry_order", "fresh_every", "mix")] == [6, 3, 4, 3]
    retry = debts["retry"].tolist()
    assert [None if dist == codes.NIL else constant(row, dist) for dist in retry] == [21, None, 22, 23, None, 24, 25]
    assert row["campaign"]["retry"][0].tolist() == [codes.NIL] * 7
    assert row["campaign"]["max_attempts"][[0, 2]].tolist() == [100, 3]
    assert row["dist"][row["campaign"]["retry"][2, codes.AFTER_HUNG_UP]]["a"] == 60


@pytest.mark.parametrize(
    ("key", "value", "field", "code"),
    [
        *(("retries", name, "retry_order", code) for code, name in enumerate(codes.RETRY_ORDERS)),
        *(("mix", name, "mix", code) for code, name in enumerate(codes.MIXES)),
    ],
)
def test_names_of_orders_have_their_codes(key, value, field, code):
    assert centre(**{f"campaigns.debts.order.{key}": value}).config()[0]["campaign"][1][field] == code


def test_what_is_agreed(row, debts):
    names = ("p_agree", "agree_window_s", "agree_factor", "follows_up", "p_kept", "retry_broken")
    assert [debts[name] for name in names] == [0.35, 600, 2.5, 1, 0.65, 1]
    assert (constant(row, debts["agree_after"]), constant(row, debts["kept_after"])) == (31, 51)
    plain = row["campaign"][0]
    assert [plain[name] for name in names] == [0, 0, 1, 0, 1, 0]
    assert (plain["agree_after"], plain["kept_after"]) == (codes.NIL, codes.NIL)


def test_return_calls(row, debts):
    assert debts["return_queue"] == 0 and constant(row, debts["return_delay"]) == 61
    assert debts["p_return"].tolist() == [0.11, 0, 0.12, 0.13, 0, 0, 0] and debts["p_return_most"] == 0.13
    plain = row["campaign"][0]
    assert (plain["return_queue"], plain["return_delay"], row["calls_return"]) == (codes.NIL, codes.NIL, 1)
    assert centre(**{"campaigns.debts.return_calls": None}).config()[0]["calls_return"] == 0


@pytest.mark.parametrize("only", ["retries", "agreed_callback", "follow_up", "return_calls"])
def test_each_reason_to_keep_leads_is_enough(only):
    others = {"retries", "agreed_callback", "follow_up", "return_calls"} - {only}
    assert centre(**{f"campaigns.debts.{key}": None for key in others}).config()[0]["campaign"][1]["keeps"] == 1
    assert (
        centre(**{f"campaigns.debts.{key}": None for key in (*others, only)}).config()[0]["campaign"][1]["keeps"] == 0
    )


def test_the_distribution(row, debts):
    names = ("max_per_24h", "max_per_7_days", "lockout_s", "quiet_s", "needs_consent", "drop_limit", "greeting_s")
    assert [debts[name] for name in names] == [2, 7, 3000, 5000, 1, 0.02, 1.5]
    assert [row["campaign"][0][name] for name in names] == [0, 0, 0, 0, 0, 0.03, 0]


# threshold, start, base, hang-ups, false positives, window: see the sources in ccenv.sim.state.definitions
LEGAL = {
    "ftc_30d": (2, "greeting_end", "live", "late", "ignored", "period_30d"),
    "ofcom_24h": (2, "connected", "live", "late", "estimated", "day"),
    "vicidial_today": (math.inf, "connected", "live", "all", "ignored", "day"),
    "genesys_queue": (2, "decided", "queue", "late", "ignored", "day"),
    "connect_rolling_24h": (2, "connected", "queue", "late", "ignored", "rolling_24h"),
}
NAMES = (legal.STARTS, legal.BASES, legal.HANG_UPS, legal.FALSE_POSITIVES, legal.WINDOWS)


def read(definition):
    threshold, *coded = definition.tolist()
    return (threshold, *(names[code] for names, code in zip(NAMES, coded, strict=True)))


def test_the_legal_definitions_come_first_and_then_the_campaigns_own(row, debts):
    assert tuple(LEGAL) + ("own",) == legal.NAMES
    for c in range(3):
        assert [read(d) for d in row["campaign"][c]["definition"][:5]] == list(LEGAL.values())
    assert read(debts["definition"][5]) == (3.5, "greeting_start", "queue", "all", "estimated", "rolling_24h")


@pytest.mark.parametrize("name", [*LEGAL, "run_total"])
def test_a_definition_by_name_is_copied(name):
    total = (math.inf, "connected", "live", "none", "ignored", "day")
    row = centre(**{"campaigns.debts.compliance": name}).config()[0]
    assert read(row["campaign"][1]["definition"][5]) == {**LEGAL, "run_total": total}[name]


def test_a_definition_without_threshold_counts_no_delay():
    row = centre(**{"campaigns.debts.compliance.threshold_s": None}).config()[0]
    assert row["campaign"][1]["definition"][5]["threshold_s"] == math.inf


def test_finish_times_mix_lists_by_their_sizes():
    """30 leads that answer with 0.4 and buy with 0.6, 10 that answer with 0.2 and buy with 0.3; a sale takes 20 s."""
    segments = {"a": {"size": 30, "p_answer": 0.4, "propensity": 2}, "b": {"size": 10, "p_answer": 0.2}}
    campaign = {"p_answer": 0.9, "handle_s": 100, "handle_sale_s": 20, "p_sale": 0.3, "ring_s": 5, "segments": segments}
    row = centre(**{"campaigns.debts": campaign, "goals_unpaid": True}).config()[0]
    sale, no_sale = 0.75 * 0.4 * 0.6 + 0.25 * 0.2 * 0.3, 0.75 * 0.4 * 0.4 + 0.25 * 0.2 * 0.7

    def alive(x):
        return sale * math.exp(-x / 20) + no_sale * math.exp(-x / 100)

    table = row["finish"][row["campaign_pair"][1, 0]]
    for i in (0, 4):
        expected = [1 - alive(15 * i + h) / alive(15 * i) for h in (10, 30, 60)]
        np.testing.assert_allclose(table[i], expected, rtol=1e-9)


def test_a_list_without_end_outweighs_others_in_finish_times():
    segments = {"a": {"size": 30, "propensity": 0}, "b": {"size": "unlimited"}, "c": {"size": "unlimited"}}
    campaign = {"p_answer": 0.4, "handle_s": 100, "handle_sale_s": 20, "p_sale": 1, "ring_s": 5, "segments": segments}
    row = centre(**{"campaigns.debts": campaign, "goals_unpaid": True}).config()[0]
    assert row["finish"][row["campaign_pair"][1, 0], 0, 0] == pytest.approx(1 - math.exp(-0.5), rel=1e-12)


def test_the_order_of_segments_is_part_of_the_content():
    scenario = centre()
    content = dict(scenario.content["campaigns"])["debts"]["segments"]
    assert [name for name, _ in content] == ["early", "late", "small"]
    turned = centre(**{"campaigns.debts.segments": dict(reversed(CENTRE["campaigns"]["debts"]["segments"].items()))})
    assert turned.digest != scenario.digest
