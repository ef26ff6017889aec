"""Chosen columns of a summary, differences of tables, data frames and CSV files."""

import csv
import pickle
import sys

import numpy as np
import pytest

from ccenv.kpis import kpi_table, paired_difference
from ccenv.kpis.export import unit_of, write_csv
from tests.kpis.tiny import RUN, by_interval, counters_of, three_runs, tiny


def test_a_summary_of_chosen_kpis_has_their_entities_and_nothing_else():
    summary = three_runs().summary(kpis=["abandonment", "n_offered:sales"])

    assert list(summary) == ["abandonment", "abandonment:sales", "abandonment:support", "n_offered:sales"]
    assert summary["abandonment"] == three_runs().summary()["abandonment"]


def test_what_was_asked_for_is_shown_though_the_centre_does_not_have_it():
    assert "callback_acceptance" not in str(three_runs().summary())
    assert "callback_acceptance" in str(three_runs().summary(kpis=["callback_acceptance"]))


@pytest.mark.parametrize(
    ("kpis", "error", "message"),
    [(["abandonmnt"], KeyError, "abandonmnt.*'abandonment'"), ("abandonment", ValueError, "a list of columns")],
)
def test_chosen_kpis_are_refused_by_name(kpis, error, message):
    with pytest.raises(error, match=message):
        three_runs().summary(kpis=kpis)


def test_a_difference_of_tables_is_paired():
    base, other = three_runs(), three_runs(abandoned=[[5, 0], [3, 2], [10, 10]])

    difference = other - base

    assert difference["abandonment"] == paired_difference(other, base, "abandonment")
    assert difference["abandonment:sales"] == paired_difference(other, base, "abandonment:sales")
    assert "paired differences, 3 runs" in str(difference) and set(difference) == set(base.summary())


def test_a_difference_without_width_is_said_in_words():
    base, other = three_runs(), three_runs(answered=[[1, 0], [1, 0], [1, 0]])
    lines = {line.split()[0]: line for line in str(other - base).splitlines() if line}

    assert "equal in all runs" in lines["abandonment"] and "[0, 0]" not in str(other - base)
    assert "the same in all runs" in lines["n_answered"] and lines["n_answered"].split()[2] == "1"


def test_a_difference_needs_another_table_of_the_same_runs():
    with pytest.raises(ValueError, match="same seeds"):
        three_runs() - three_runs()[::-1]
    with pytest.raises(TypeError, match="KpiTable - int; allowed: another KpiTable of the same seeds"):
        three_runs() - 1
    chosen = [kpi_table(tiny(), counters_of(tiny(), (1,), **RUN), [7], kpis=[kpi]) for kpi in ("abandonment", "wages")]
    with pytest.raises(ValueError, match="none in common"):
        chosen[0] - chosen[1]


def test_a_wide_frame_is_the_table():
    table = three_runs()
    frame = table.to_frame()

    assert list(frame.columns) == list(table.dtype.names) and len(frame) == 3
    for name in table.dtype.names:
        np.testing.assert_array_equal(frame[name].to_numpy(), table[name])


def test_a_frame_by_interval_has_a_row_for_each_run_and_interval():
    table = by_interval([4, 9], offered=[[[10, 0], [15, 10]]], abandoned=[[[5, 0], [5, 2]]])
    frame = table.to_frame()

    assert frame["seed"].tolist() == [4, 4, 9, 9] and frame["start_s"].tolist() == [0.0, 1800.0] * 2
    assert frame["n_offered"].tolist() == [10, 15, 10, 15]
    assert frame["abandonment"].tolist() == pytest.approx([0.5, 2 / 15] * 2)


def test_a_long_frame_has_a_row_for_each_figure():
    table = by_interval([4], abandoned=[[[5, 0], [5, 2]]])
    frame = table.to_frame("long")

    assert list(frame.columns) == ["seed", "start_s", "kpi", "entity", "unit", "value"]
    assert len(frame) == 2 * (len(table.dtype.names) - 2)
    one = frame[(frame.kpi == "abandonment") & (frame.entity == "support")]
    assert (
        one.start_s.tolist() == [0.0, 1800.0] and one.value.iloc[1] == pytest.approx(0.2) and set(one.unit) == {"share"}
    )
    wide = frame[frame.entity == ""].pivot(index=["seed", "start_s"], columns="kpi", values="value")
    assert wide["n_offered"].tolist() == [10.0, 15.0]


def test_units_are_those_of_the_declarations():
    assert [unit_of(column) for column in ("asa_s:sales", "n_offered", "sale_value", "reward")] == [
        "s",
        "1",
        "value",
        "",
    ]


@pytest.mark.parametrize("shape", ["wide", "long"])
def test_a_csv_file_has_the_frame_of_its_shape(tmp_path, shape):
    table = three_runs()
    table.to_csv(tmp_path / "kpis.csv", shape)

    rows = list(csv.reader((tmp_path / "kpis.csv").read_text().splitlines()))
    frame = table.to_frame(shape)
    assert rows[0] == list(frame.columns)
    for row, expected in zip(rows[1:], frame.to_numpy(), strict=True):
        for cell, value in zip(row, expected, strict=True):
            assert (
                cell == value if isinstance(value, str) else float(cell or "nan") == pytest.approx(value, nan_ok=True)
            )


def test_shapes_are_refused_by_name(tmp_path):
    with pytest.raises(ValueError, match="shape = 'tall'; allowed: long, wide"):
        three_runs().to_frame("tall")
    with pytest.raises(ValueError, match="shape = 'tall'"):
        three_runs().to_csv(tmp_path / "kpis.csv", "tall")


def test_without_pandas_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)

    with pytest.raises(ImportError, match=r'pip install "ccenv\[frames\]"'):
        three_runs().to_frame()


def test_absent_columns_follow_the_rows():
    table = three_runs()

    for rows in (table[1:], table[[2, 0]], pickle.loads(pickle.dumps(table))):
        assert rows.absent == table.absent and "n_balked" in rows.absent


def test_a_csv_file_that_cannot_be_finished_leaves_the_old_one(tmp_path):
    class Bad:
        def __str__(self):
            raise OSError("full")

    file = tmp_path / "runs.csv"
    file.write_text("old")
    with pytest.raises(OSError, match="full"):
        write_csv(file, {"a": np.array([1, Bad()], object)})

    assert file.read_text() == "old" and list(tmp_path.iterdir()) == [file]
