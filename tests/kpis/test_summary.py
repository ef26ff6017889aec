import io

import numpy as np
import pytest
from hypothesis import given

from ccenv.kpis import KPIS, KpiTable, bootstrap, kpi_table, paired_difference, ratio_of_totals
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


def test_equal_runs_have_an_interval_without_width():
    table = kpi_table(tiny(), counters_of(tiny(), (5,), **RUN), range(5))

    assert table.summary()["aht_s"] == pytest.approx((212.0, 212.0, 212.0))


def test_interval_leaves_out_resamples_without_a_denominator():
    value, low, high = three_runs().summary()["abandonment:sales"]  # the third run, taken thrice, offers nothing

    assert 0.1 <= low <= value <= high <= 0.5


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
    assert paired_difference(base, base, "abandonment") == (0.0, 0.0, 0.0)


def test_paired_difference_resamples_both_tables_alike():
    rng = np.random.default_rng(1)
    day = rng.integers(50, 200, (40, 1))
    base = kpi_table(tiny(), counters_of(tiny(), (40,), offered=100, abandoned=day // 10), range(40))
    shifted = kpi_table(tiny(), counters_of(tiny(), (40,), offered=100, abandoned=day // 10 + 1), range(40))

    difference = paired_difference(shifted, base, "abandonment")

    assert difference == pytest.approx((0.01, 0.01, 0.01))  # one more of a hundred in every run, whatever is resampled


def test_paired_difference_needs_equal_seeds():
    with pytest.raises(ValueError, match="same seeds"):
        paired_difference(three_runs(), three_runs()[::-1], "abandonment")


def test_resampling_takes_as_many_rows_as_there_are(monkeypatch):
    whole = np.concatenate(list(bootstrap._resampling(7)))
    monkeypatch.setattr(bootstrap, "BLOCK", 70)
    in_blocks = list(bootstrap._resampling(7))

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
            tables.append(kpi_table(tiny(), counters_of(tiny(), (n,), **counted), range(n)))
        _, low, high = tables[0].summary()["abandonment"]
        covered += low <= truth <= high
        difference = paired_difference(tables[1], tables[0], "abandonment")
        covered_difference += difference.low <= 0.2 * truth <= difference.high

    assert 0.92 <= covered / 800 <= 0.97
    assert 0.92 <= covered_difference / 800 <= 0.97
