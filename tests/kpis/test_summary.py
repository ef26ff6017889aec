import io

import numpy as np
import pytest
import scipy.stats
from hypothesis import given

from ccenv.kpis import KPIS, KpiTable, bootstrap, kpi_table, paired_difference, ratio_of_totals
from ccenv.kpis.bootstrap import Bound
from tests.kpis.tiny import COUNTS, EXPECTED, OF_CENTRE, RUN, by_interval, counters_of, three_runs, tiny


def test_summary_is_the_ratio_of_totals_not_the_mean_of_ratios():
    summary = three_runs().summary()

    assert summary["abandonment"].value == pytest.approx(10 / 100)
    assert summary["abandonment:sales"].value == pytest.approx(8 / 40)
    assert summary["abandonment:support"].value == pytest.approx(2 / 60)


def test_summary_of_sums_is_the_mean_per_run():
    summary = three_runs(idle_s=[[3600, 0], [7200, 0], [0, 3600]]).summary()

    assert summary["n_offered"].value == pytest.approx(100 / 3)
    assert summary["staffed_h:first"].value == pytest.approx(1.0)
    assert summary["wages"].value == pytest.approx((3 * 18 + 20) / 3)


def test_summary_takes_wages_from_the_table_alone():
    buffer = io.BytesIO()
    np.save(buffer, kpi_table(tiny(), counters_of(tiny(), (1,), **RUN), [7], **OF_CENTRE))
    buffer.seek(0)

    loaded = np.load(buffer, max_header_size=1_000_000)

    assert type(loaded) is np.ndarray
    summary = loaded.view(KpiTable).summary()
    assert [summary[name].value for name in KPIS] == pytest.approx([EXPECTED[name][0] for name in KPIS])


def test_one_run_has_no_interval():
    summary = three_runs()[:1].summary()

    assert summary["abandonment"].value == 0.5
    assert np.isnan([summary["abandonment"].low, summary["abandonment"].high]).all()


def test_equal_runs_have_a_bound_that_is_marked():
    table = kpi_table(tiny(), counters_of(tiny(), (5,), **RUN), range(5))

    found = table.summary()["aht_s"]

    share = 1.0 - 0.05**0.2  # rule of three: the share of other runs that five equal runs leave possible
    assert found == pytest.approx((212.0, 212.0 * (1.0 - share), 212.0 * (1.0 + share)))
    assert isinstance(found, Bound) and str(found).endswith("(equal in all runs)")


def test_an_event_that_no_run_saw_has_the_rule_of_three():
    table = kpi_table(tiny(), counters_of(tiny(), (32,), offered=[[50, 50]]), range(32))
    summary = table.summary()

    assert summary["n_abandoned"] == pytest.approx((0.0, 0.0, 1.0 - 0.05 ** (1 / 32)))
    assert summary["abandonment"] == pytest.approx((0.0, 0.0, (1.0 - 0.05 ** (1 / 32)) / 100))
    assert 0.9 * 3 / 32 < summary["n_abandoned"].high < 3 / 32


def test_a_share_of_one_in_all_runs_is_bounded_from_below():
    table = kpi_table(tiny(), counters_of(tiny(), (32,), offered=[[50, 50]], answered_in_time=[[50, 50]]), range(32))

    value, low, high = table.summary()["served_within_T_of_offered"]

    assert (value, high) == (1.0, 1.0) and low == pytest.approx(1.0 - (1.0 - 0.05 ** (1 / 32)) / 100)


def test_an_event_of_few_runs_reaches_the_exact_interval():
    abandoned = np.zeros((100, 2))
    abandoned[3, 0] = abandoned[9, 1] = 1.0
    table = kpi_table(tiny(), counters_of(tiny(), (100,), offered=[[50, 50]], abandoned=abandoned), range(100))

    found = table.summary()["n_abandoned"]

    exact = scipy.stats.binomtest(2, 100).proportion_ci(method="exact")
    assert found.low == 0.0 and found.high >= exact.high  # resampled: 0 at the low end


@pytest.mark.parametrize("above", [0, 1, 7, 20])
def test_shares_of_windows_have_the_exact_interval(above):
    table = three_runs()[np.zeros(20, int)].copy()
    for suffix in ("", ":survey"):
        table[f"n_vicidial_today_windows{suffix}"] = 1.0
        table[f"n_vicidial_today_windows_above{suffix}"] = np.arange(20) < above

    found = table.summary()["windows_above_vicidial_today"]

    exact = scipy.stats.binomtest(above, 20).proportion_ci(method="exact")
    assert found == pytest.approx((above / 20, exact.low, exact.high))
    assert isinstance(found, Bound) == (above in (0, 20))


def test_intervals_of_few_runs_are_widened_and_of_many_are_not():
    values = np.random.default_rng(0).normal(100.0, 1.0, 50)
    few, many = values[:8], values

    low, high = np.quantile(bootstrap.resampled_sums(few[:, None]) / 8, [0.025, 0.975])
    found = bootstrap.ratio_estimate(few)
    factor = (8 / 7) ** 0.5 * scipy.stats.t.ppf(0.975, 7) / 1.959964
    assert found.high - found.low >= factor * (high - low) * (1 - 1e-6)
    ends = np.quantile(bootstrap.resampled_sums(many[:, None]) / 50, [0.025, 0.975])
    assert list(bootstrap.ratio_estimate(many)[1:]) == pytest.approx(list(ends))


def test_widening_stops_at_the_ends_of_the_range():
    table = kpi_table(
        tiny(), counters_of(tiny(), (3,), offered=[[50, 50]], abandoned=[[0, 1], [2, 0], [9, 8]]), range(3)
    )

    found = table.summary()["abandonment"]

    assert found.low == 0.0 < found.value < found.high <= 1.0


def test_interval_leaves_out_resamples_without_a_denominator():
    value, low, high = three_runs().summary()["abandonment:sales"]  # the third run, taken thrice, offers nothing

    assert 0.0 <= low < value < high <= 1.0


def test_wider_confidence_is_a_wider_interval():
    table = three_runs()

    narrow, wide = table.summary(0.5)["abandonment"], table.summary(0.99)["abandonment"]

    assert wide.low < narrow.low < narrow.high < wide.high


def test_interval_of_a_mean_is_that_of_the_binomial():
    table = kpi_table(tiny(), counters_of(tiny(), (100,), sales=np.arange(100)[:, None] % 2), range(100))

    value, low, high = table.summary()["n_sales"]

    # the 2.5 % and 97.5 % points of Binomial(100, 0.5) are 40 and 60; 2,000 resamples may be one off
    assert (value, low, high) == (0.5, pytest.approx(0.40, abs=0.011), pytest.approx(0.60, abs=0.011))


def test_summary_prints_and_becomes_a_dict():
    summary = three_runs().summary()

    lines = str(summary).splitlines()
    (line,) = [line for line in lines if line.startswith("abandonment ")]
    assert line.split()[:3] == ["abandonment", "share", "0.1"] and line.split()[-2:] == ["0.2", "0.03333"]
    (heading,) = [line for line in lines if line.startswith("queue ")]
    assert len(heading) == len(line) and heading.split()[-2:] == list(tiny().queues)
    assert summary.as_dict()["n_offered"]["value"] == pytest.approx(100 / 3)
    assert "3 runs, 95 %" in lines[0]


def test_unknown_column_is_named_with_the_nearest():
    summary = three_runs().summary()

    assert "abandonmnt" not in summary
    with pytest.raises(KeyError, match="abandonmnt.*'abandonment'"):
        summary["abandonmnt"]
    with pytest.raises(KeyError, match="abandonmnt"):
        paired_difference(three_runs(), three_runs(), "abandonmnt")


def test_summary_refuses_other_shapes_by_name():
    with pytest.raises(ValueError, match=r"\(0,\)"):
        three_runs()[:0].summary()
    with pytest.raises(ValueError, match=r"\(2, 1\)"):
        by_interval((1, 2), offered=1).summary()


def test_paired_difference_is_first_less_second():
    base, other = three_runs(), three_runs(abandoned=[[5, 0], [3, 2], [10, 10]])

    assert paired_difference(other, base, "abandonment").value == pytest.approx(0.2)
    assert paired_difference(base, other, "n_abandoned").value == pytest.approx(-20 / 3)
    same = paired_difference(base, base, "abandonment")
    assert isinstance(same, Bound) and same.low < same.value == 0.0 < same.high


def test_paired_difference_resamples_both_tables_alike():
    rng = np.random.default_rng(1)
    day = rng.integers(50, 200, (40, 1))
    base = kpi_table(tiny(), counters_of(tiny(), (40,), offered=100, abandoned=day // 10), range(40))
    shifted = kpi_table(tiny(), counters_of(tiny(), (40,), offered=100, abandoned=day // 10 + 1), range(40))

    difference = paired_difference(shifted, base, "abandonment")

    reach = 0.01 * (1.0 - 0.05 ** (1 / 40))  # one more of a hundred in every run, whatever is resampled
    assert difference == pytest.approx((0.01, 0.01 - reach, 0.01 + reach)) and isinstance(difference, Bound)


def test_paired_difference_needs_equal_seeds():
    with pytest.raises(ValueError, match="same seeds"):
        paired_difference(three_runs(), three_runs()[::-1], "abandonment")


def test_resampling_takes_as_many_rows_as_there_are(monkeypatch):
    whole = np.concatenate(list(bootstrap.resampling(7)))
    monkeypatch.setattr(bootstrap, "BLOCK", 70)
    in_blocks = list(bootstrap.resampling(7))

    assert whole.shape == (bootstrap.N_RESAMPLES, 7) and (whole.sum(axis=1) == 7).all()
    assert len(in_blocks) == bootstrap.N_RESAMPLES // 10
    np.testing.assert_array_equal(np.concatenate(in_blocks), whole)


@given(COUNTS)
def test_every_figure_is_a_ratio_of_totals(runs):
    above, below = np.array(runs)[:, :2], np.array(runs)[:, 2:]
    table = kpi_table(tiny(), counters_of(tiny(), (len(runs),), abandoned=above, offered=below), range(len(runs)))

    np.testing.assert_array_equal(table["abandonment"], ratio_of_totals(above.sum(1), below.sum(1)))
    summary = table.summary()
    for column, total in (("abandonment", slice(None)), ("abandonment:sales", 0), ("abandonment:support", 1)):
        expected = float(ratio_of_totals(above[:, total].sum(), below[:, total].sum()))
        assert summary[column].value == pytest.approx(expected, nan_ok=True)


@pytest.mark.slow
def test_intervals_cover_the_truth():
    """Days with a random level on which the load and the share that abandons rise together, so that ratios are skewed.

    64 days a table, 800 tables: the standard error of a coverage of 0.95 is 0.008. A percentile interval of 64 rows is
    expected to fall short by about 0.01, hence the lower bound.
    """
    rng = np.random.default_rng(5)
    n, levels = 64, np.array([0.8, 1.0, 1.3])
    offered_mean, share = 400 * levels, 0.04 * levels**2
    truth = (offered_mean * share).sum() / offered_mean.sum()
    covered = covered_difference = 0
    for _ in range(800):
        day = rng.integers(0, 3, n)
        offered = rng.poisson(offered_mean[day])
        first, second = rng.binomial(offered, share[day]), rng.binomial(offered, 1.2 * share[day])
        tables = []
        for abandoned in (first, second):
            counted = {
                "offered": np.stack([offered, 0 * offered], 1),
                "abandoned": np.stack([abandoned, 0 * offered], 1),
            }
            tables.append(kpi_table(tiny(), counters_of(tiny(), (n,), **counted), range(n), kpis=["abandonment"]))
        _, low, high = tables[0].summary(kpis=["abandonment"])["abandonment"]
        covered += low <= truth <= high
        difference = paired_difference(tables[1], tables[0], "abandonment")
        covered_difference += difference.low <= 0.2 * truth <= difference.high

    assert 0.92 <= covered / 800 <= 0.97
    assert 0.92 <= covered_difference / 800 <= 0.97
