"""Policies on the same seeds: figures, paired differences, what stands for a policy, and how it is shown."""

import csv

import numpy as np
import pytest

import ccenv
from ccenv import FunctionPolicy, RulePolicy, compare, simulate
from ccenv.comparison import HEADLINE
from ccenv.comparison.result import clock
from ccenv.kpis import KPIS, paired_difference
from ccenv.kpis.bootstrap import Bound, ratio_estimate
from tests.env.short import random_legal, short_day
from tests.serving.make_golden_bundle import FOLDER

SEEDS = range(3, 9)
LWT = ("lwt", "progressive")


def last_legal(obs, mask):
    return np.flatnonzero(mask)[-1]


class Random:
    def act(self, obs, mask, state, u, starts):
        return random_legal(mask, u), None


class Model:
    def predict(self, observation, state=None, episode_start=None, deterministic=False, action_masks=None):
        return np.array([np.flatnonzero(mask)[-1] for mask in action_masks]), None


@pytest.fixture(scope="module")
def compared():
    policies = {
        "lwt": LWT,
        "twin": {"routing": "lwt", "pacing": "progressive"},
        "half": {"routing": "lwt"},
        "own": None,
        "params": {"pacing": ("max0", {"k": 2.0, "c": 0.5, "reserve": 1})},
        "policy": RulePolicy(short_day(), "lwt", "progressive"),
        "random": Random(),
        "function": last_legal,
        "batched": FunctionPolicy(lambda obs, mask: mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1), batched=True),
        "model": Model(),
    }
    return compare(short_day(), policies, seeds=SEEDS)


def test_every_policy_has_the_table_of_simulate(compared):
    expected = {
        "lwt": {"routing": "lwt", "pacing": "progressive"},
        "half": {"routing": "lwt"},
        "own": {},
        "params": {"pacing": ("max0", {"k": 2.0, "c": 0.5, "reserve": 1})},
        "random": {"policy": Random()},
        "function": {"policy": last_legal},
    }

    for name, how in expected.items():
        table = simulate(short_day(), seeds=SEEDS, reward=short_day().reward, **how)
        assert compared.tables[name].tobytes() == table.tobytes(), name
    for one, other in (("twin", "lwt"), ("policy", "lwt"), ("batched", "function"), ("model", "function")):
        assert compared.tables[one].tobytes() == compared.tables[other].tobytes(), one


def test_differences_are_paired_and_taken_to_the_first(compared):
    assert compared.baseline == "lwt"
    for policy in ("own", "random", "function"):
        for kpi in ("abandonment", "n_sales", "reward"):
            row = compared[policy, kpi]
            assert row.difference == paired_difference(compared.tables[policy], compared.tables["lwt"], kpi)
            assert row.value == compared.tables[policy].summary()[kpi] and row.note == ""


def test_differences_are_taken_to_the_baseline_that_was_named():
    two = compare(short_day(), {"a": LWT, "b": None}, seeds=SEEDS, kpis=["abandonment"], baseline="b")
    one = compare(short_day(), {"a": LWT, "b": None}, seeds=SEEDS, kpis=["abandonment"])

    assert two["a", "abandonment"].difference.value == -one["b", "abandonment"].difference.value != 0.0
    assert (two["b", "abandonment"].note, one["a", "abandonment"].note) == ("baseline", "baseline")


def test_a_difference_without_width_is_said_and_has_a_bound(compared):
    row = compared["twin", "n_sales"]

    assert row.note == "equal in all runs" and row.difference.value == 0.0
    assert isinstance(row.difference, Bound) and row.difference.low < 0.0 < row.difference.high
    assert "[0, 0]" not in str(compared)
    (line,) = [line for line in _block(str(compared), "n_sales") if line.startswith("twin")]
    assert "equal in all runs [-" in line and line.endswith("] bound")


def test_a_constant_difference_is_said_to_be_one(compared):
    tables = {"a": compared.tables["lwt"], "b": compared.tables["lwt"].copy()}
    tables["b"]["n_sales"] += 3.0

    row = ccenv.Comparison(tables, "a", ["n_sales"])["b", "n_sales"]

    assert (row.note, row.difference.value) == ("the same in all runs", pytest.approx(3.0))
    assert 0.0 < row.difference.low < 3.0 < row.difference.high


def test_one_run_and_what_is_not_counted_have_no_interval():
    one = compare(short_day(), {"a": LWT, "b": None}, seeds=[4], kpis=["n_sales", "kept_share"])

    assert [one["b", kpi].note for kpi in ("n_sales", "kept_share")] == ["one run", "not counted"]
    assert "1 run," in str(one) and "runs are few" not in str(one)


def test_the_text_says_what_few_runs_and_missing_figures_mean():
    rules = {"no": ("fifo", "no_dial"), "dials": LWT, "none": ("lwt", "no_dial")}
    found = compare("tiny", rules, seeds=[1, 2], kpis=["dropped_share_run_total"])
    lines = str(found).splitlines()

    assert lines[2] == "2 runs are few: intervals are widened as Student's t asks for."
    assert lines[3] == "n/a: there was nothing to count, so that the ratio would divide by 0."
    head, no, dials, none = _block(str(found), "dropped_share_run_total")
    assert "difference to no" in head and no.split() == ["no", "n/a", "baseline"]
    assert dials.endswith("no difference: no has n/a") and none.split() == ["none", "n/a", "no", "difference"]
    many = compare("tiny", {"a": None}, seeds=range(50), kpis=["n_offered"])
    assert "few" not in str(many) and "n/a" not in str(many)


def test_default_kpis_are_those_that_the_scenario_declares(compared):
    assert compared.kpis == [k for k in HEADLINE if k != "n_orders"]
    assert set(HEADLINE) - {"reward"} <= {*KPIS, "n_orders", "n_sales", "n_attempts"}
    judged = compare(short_day(**{"campaigns.survey.compliance": "vicidial_today"}), {"a": None}, seeds=[1, 2], days=2)
    assert judged.kpis[judged.kpis.index("dropped_share_run_total") + 1] == "dropped_share_vicidial_today"


def test_the_reward_is_the_one_asked_for(compared):
    other = compare(short_day(), {"a": LWT}, seeds=SEEDS, reward={"answered": 1.0}, kpis=["reward", "n_answered"])

    assert other["a", "reward"].value.value == pytest.approx(other["a", "n_answered"].value.value)
    assert "reward" not in compare(short_day(), {"a": LWT}, seeds=[1], kpis=["abandonment"]).tables["a"].dtype.names


def test_by_entity_has_the_queues_groups_and_campaigns():
    found = compare(short_day(), {"a": LWT, "b": None}, seeds=SEEDS, by="entity", kpis=["n_sales", "abandonment"])

    assert [row.column for row in found.rows if row.policy == "a"] == [
        "n_sales",
        "n_sales:survey",
        "abandonment",
        "abandonment:sales",
        "abandonment:support",
    ]
    assert found["b", "abandonment:sales"].entity == "sales" and found["b", "abandonment:sales"].unit == "share"


def test_by_interval_has_every_slot_of_every_policy():
    policies = {"rules": LWT, "twin": RulePolicy(short_day(), *LWT), "function": last_legal}
    found = compare(short_day(), policies, seeds=SEEDS, by="interval", kpis=["n_offered", "reward"])

    starts = [row.start_s for row in found.rows if (row.policy, row.kpi) == ("function", "n_offered")]
    assert starts == [32_400.0, 33_300.0]
    for row in found.rows:
        k = starts.index(row.start_s)
        slot, base = found.tables[row.policy].interval[:, k], found.tables["rules"].interval[:, k]
        assert row.value.value == slot[row.kpi].mean()
        if row.policy == "twin":
            assert row.note == "equal in all runs"
        if row.note == "":
            assert row.difference == pytest.approx(paired_difference(slot, base, row.kpi))
    assert "09:15" in str(found)
    frame = found.to_frame("wide")
    assert frame[["policy", "start_s"]].values.tolist()[:3] == [
        ["rules", 32400.0],
        ["rules", 33300.0],
        ["twin", 32400.0],
    ]
    with pytest.raises(KeyError, match="row for each slot"):
        found["rules", "n_offered"]


def test_a_dropped_share_above_the_limit_is_marked(tmp_path):
    rules = {"keeps": ("lwt", "progressive"), "breaks": ("lwt", ("max0", {"k": 8.0}))}
    found = compare("tiny", rules, seeds=range(4), by="entity", kpis=["dropped_share_run_total", "n_sales"])

    for column in ("dropped_share_run_total", "dropped_share_run_total:survey"):
        assert found["keeps", column].value.value < 0.03 < found["breaks", column].value.value
        assert [found[policy, column].within_limit for policy in rules] == [True, False]
        keeps, breaks = _block(str(found), column)[1:]
        assert "limit" not in keeps and breaks.endswith("above the limit of 3 %")
    assert found["breaks", "n_sales"].within_limit is None and "limit" not in "".join(_block(str(found), "n_sales"))
    long, wide = found.to_frame(), found.to_frame("wide")
    assert long[long.kpi == "dropped_share_run_total"].within_limit.tolist() == [True, False] * 2
    assert wide["dropped_share_run_total:survey within_limit"].tolist() == [True, False]
    found.to_csv(tmp_path / "c.csv")
    rows = list(csv.DictReader((tmp_path / "c.csv").read_text().splitlines()))
    assert [row["within_limit"] for row in rows] == ["True", "False", "True", "False", "", "", "", ""]


def test_text_names_everything(compared):
    lines = str(compared).splitlines()

    assert "short" in lines[0] or "tiny" in lines[0]
    assert "6 runs of the same seeds" in lines[0] and lines[2].startswith("6 runs are few: ")
    assert [line.split()[0] for line in _block(str(compared), "abandonment")[1:]] == list(compared.tables)
    assert _block(str(compared), "mean_wait_s")[0].startswith("mean_wait_s [s]")
    assert "10 policies, 6 runs" in repr(compared)


def test_a_name_of_several_lines_stands_in_one(compared):
    tables = {"a\nb": compared.tables["lwt"], "c": compared.tables["own"]}
    found = ccenv.Comparison(tables, "a\nb", ["n_sales"])

    head, first, second = _block(str(found), "n_sales")
    assert "difference to a b" in head and first.startswith("a b ") and second.startswith("c ")
    assert found.policies == ["a\nb", "c"]


def _block(text, kpi):
    (block,) = [block for block in text.split("\n\n") if block.split()[0] == kpi]
    return block.splitlines()


def test_times_of_day():
    assert [clock(s) for s in (0.0, 34_200.0, 86_400.0 + 1_800.0)] == ["00:00", "09:30", "day 1 00:30"]


def test_frames_have_every_figure(compared):
    long, wide = compared.to_frame(), compared.to_frame("wide")

    assert len(long) == len(compared.policies) * len(compared.kpis) and len(wide) == len(compared.policies)
    for row in compared.rows:
        one = long[(long.policy == row.policy) & (long.kpi == row.kpi)].iloc[0]
        assert (one.unit, one.note) == (row.unit, row.note)
        figures = [*row.value, *row.difference]
        names = ["value", "low", "high", "difference", "difference_low", "difference_high"]
        np.testing.assert_array_equal(one[names].to_numpy(float), figures)
        other = wide[wide.policy == row.policy].iloc[0]
        columns = [row.kpi, *(f"{row.kpi} {name}" for name in names[1:])]
        np.testing.assert_array_equal(other[columns].to_numpy(float), figures)


@pytest.mark.parametrize("shape", ["long", "wide"])
def test_csv_files_have_the_frame(compared, tmp_path, shape):
    compared.to_csv(tmp_path / "c.csv", shape)

    rows = list(csv.DictReader((tmp_path / "c.csv").read_text().splitlines()))
    frame = compared.to_frame(shape)
    assert [row["policy"] for row in rows] == frame["policy"].tolist() and list(rows[0]) == list(frame.columns)
    column = "difference" if shape == "long" else "n_sales difference"
    found = [float(row[column] or "nan") for row in rows]
    np.testing.assert_array_equal(found, frame[column].to_numpy())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"by": "hour"}, "by = 'hour'; allowed: run, entity, interval"),
        ({"baseline": "x"}, "baseline = 'x'; allowed: a"),
        ({"policies": {}}, "policies = {}; allowed: a mapping with one or more policies by name"),
        ({"policies": ["lwt"]}, "policies = .*allowed: a mapping"),
        ({"policies": {1: None}}, "policies = .*by name"),
        ({"policies": {"a": 3}}, r"policies\['a'\]: policy = 3; allowed: an object with the method `act`"),
        ({"policies": {"a": "lwt"}}, r"policies\['a'\]: 'lwt' is no folder of a bundle; rules are given as"),
        ({"policies": {"a": {"rout": "lwt"}}}, r"policies\['a'\]: key 'rout'; allowed: routing, pacing"),
        ({"policies": {"a": {"routing": 3}}}, r"policies\['a'\]: routing = 3; allowed: a rule's name"),
        ({"policies": {"a": {"routing": ("lwt",)}}}, r"policies\['a'\]: routing = \('lwt',\); allowed: a rule's name"),
        ({"policies": {"a": {"pacing": ("max0", 2.0)}}}, r"policies\['a'\]: pacing = \('max0', 2.0\); allowed: a rule"),
        ({"policies": {"a": ("lwt", "max")}}, r"policies\['a'\]: .*max"),
        ({"policies": {"a": ("max0", {"k": 2.0})}}, r"policies\['a'\]: .*the pair \(routing rule, pacing rule\)"),
        ({"policies": {"a": ("lwt",)}}, r"policies\['a'\]: .*the pair"),
        ({"policies": {"a": Random}}, r"policies\['a'\]: policy = the class Random.*give an instance"),
        ({"kpis": ["abandonmnt"]}, "abandonmnt.*abandonment"),
        ({"kpis": "abandonment"}, "a list of columns"),
        ({"kpis": []}, "one or more"),
        ({"kpis": 5}, "kpis = 5; allowed: a list of columns"),
        ({"kpis": ["seed"]}, r"kpis = \['seed'\]; allowed: a list of columns"),
        ({"kpis": ["abandonment:nobody"]}, "kpis: no column 'abandonment:nobody'.*did you mean"),
        ({"kpis": ["reward", "conversion:sales"]}, "kpis: no column 'conversion:sales'.*did you mean"),
        ({"days": 0}, "days = 0; allowed: a whole number from 1"),
        ({"baseline": ["a"]}, r"baseline = \['a'\]; allowed: a"),
        ({"seeds": [1, 1]}, "seeds"),
        ({"seeds": [1.5]}, "seeds"),
        ({"confidence": 95}, "confidence = 95; allowed: a number between 0 and 1"),
        ({"confidence": "high"}, "confidence = 'high'; allowed: a number between 0 and 1"),
        ({"reward": "servce"}, "servce"),
    ],
)
def test_bad_arguments_are_refused_by_name_before_anything_runs(changes, message, monkeypatch):
    monkeypatch.setattr("ccenv.comparison.policies.simulate", lambda *_, **__: pytest.fail("it was simulated"))

    with pytest.raises(ValueError, match=message):
        compare(**{"scenario": short_day(), "policies": {"a": None}, "seeds": [1]} | changes)


def test_an_error_of_a_policy_names_it():
    with pytest.raises(ValueError, match="illegal") as caught:
        compare(short_day(), {"good": None, "bad": lambda obs, mask: 10_000}, seeds=[1])

    assert caught.value.__notes__ == ["while policies['bad'] was simulated"]


def test_unknown_rows_are_named(compared):
    with pytest.raises(KeyError, match="no policy 'x'; there are lwt"):
        compared["x", "abandonment"]
    with pytest.raises(KeyError, match="abandonmnt.*abandonment"):
        compared["lwt", "abandonmnt"]


@pytest.mark.parametrize("path", [str, lambda folder: folder])
def test_a_bundle_is_compared(path):
    found = compare("tiny", {"rules": None, "bundle": path(FOLDER)}, seeds=[1, 2], kpis=["n_answered"])

    assert found["bundle", "n_answered"].value.value > 0.0


@pytest.mark.slow
@pytest.mark.parametrize("n", [2, 3, 4, 6, 10, 15, 30])
def test_intervals_of_few_runs_hold_the_true_mean(n):
    """Means of normal figures: 1,000 samples give the share to 0.007."""
    samples = np.random.default_rng(n).standard_normal((1_000, n))
    covered = np.mean([found.low < 0.0 < found.high for found in map(ratio_estimate, samples)])

    assert 0.92 <= covered <= 0.98
