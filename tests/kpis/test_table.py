import pickle

import numpy as np
import pytest
from hypothesis import given

from ccenv.kpis import KpiTable, interval_table, kpi_table
from ccenv.scenarios import load_scenario
from tests.kpis.tiny import COUNTS, RUN, by_interval, counters_of, three_runs, tiny


def test_counters_are_columns_in_total_and_by_entity():
    table = kpi_table(tiny(), counters_of(tiny(), (2,), **RUN), [7, 8], n_illegal=[0, 3])

    assert table["seed"].tolist() == [7, 8]
    assert table["n_offered"].tolist() == [60, 60]
    assert table["n_offered:sales"].tolist() == [40, 40]
    assert table["talk_s"][0] == 10_000 and table["campaign_talk_s:survey"][0] == 4_800
    assert table["sale_value"][0] == 800 and table["idle_s:blended"][0] == 7_200
    assert table["n_illegal_actions"].tolist() == [0, 3]
    assert "n_illegal_actions:sales" not in table.dtype.names


def test_entities_beyond_the_scenario_are_ignored():
    exact = counters_of(tiny(), (1,), **RUN)
    padded = {axis: np.concatenate([values, np.ones_like(values)], axis=1) for axis, values in exact.items()}

    assert kpi_table(tiny(), padded, [7]).tobytes() == kpi_table(tiny(), exact, [7]).tobytes()


def test_a_centre_without_campaigns_has_their_totals():
    centre = {
        "name": "inbound",
        "description": "one queue",
        "clock": {"kind": "steady"},
        "queues": {"q": {"arrivals_per_hour": 60, "handle_s": 120}},
        "groups": {"g": {"skills": ["q"], "staffing": 3}},
        "sources": {"*": "illustrative"},
    }
    scenario = load_scenario(centre)

    table = kpi_table(scenario, counters_of(scenario, (2,), offered=10), [1, 2])

    assert np.isnan(table["conversion"]).all() and (table["n_attempts"] == 0).all()
    assert "campaign" not in str(table.summary()).split()


def test_rows_and_columns_are_selected_as_from_an_array():
    table = three_runs()

    assert type(table["abandonment"]) is np.ndarray
    assert type(table[["seed", "abandonment"]]) is np.ndarray
    assert isinstance(table[table["seed"] < 3], KpiTable) and table[table["seed"] < 3]["seed"].tolist() == [1, 2]
    assert table[1]["n_offered"] == 40
    assert table[:2].summary()["abandonment"].value == pytest.approx(10 / 50)
    assert len(np.concatenate([table, table])) == 6


def test_interval_table_has_the_differences_of_cumulative_counters():
    table = by_interval([4], abandoned=[[[5, 0], [5, 2]]])

    assert table.shape == (1, 2)
    assert table["seed"].tolist() == [[4, 4]] and table["start_s"].tolist() == [[0.0, 1800.0]]
    assert table["n_offered"].tolist() == [[10, 15]] and table["n_offered:support"].tolist() == [[0, 10]]
    assert table["abandonment"][0] == pytest.approx([0.5, 2 / 15])
    assert table[:, 1].summary()["abandonment:support"].value == pytest.approx(0.2)


def test_illegal_actions_by_interval():
    table = interval_table(tiny(), counters_of(tiny(), (1, 3)), [4], [0.0, 1.0, 2.0], n_illegal=[[2, 2, 5]])

    assert table["n_illegal_actions"].tolist() == [[2, 0, 3]]


def test_interval_follows_the_rows():
    counted = {"offered": [[[1, 0]], [[2, 0]], [[3, 0]]]}
    interval = interval_table(tiny(), counters_of(tiny(), (3, 1), **counted), [3, 1, 2], [0.0])
    table = kpi_table(tiny(), counters_of(tiny(), (3,), offered=[[1, 0], [2, 0], [3, 0]]), [3, 1, 2], interval=interval)

    for rows in (table[1:], table[[2, 0]], table[table["seed"] > 1], pickle.loads(pickle.dumps(table))):
        assert isinstance(rows, KpiTable) and isinstance(rows.interval, KpiTable)
        assert rows["n_offered"].tolist() == rows.interval["n_offered"][:, 0].tolist()
    assert table["n_offered"].tolist() == [1, 2, 3] and three_runs()[1:].interval is None


def test_kinds_of_dials_follow_the_rows():
    table = kpi_table(tiny(), counters_of(tiny(), (3,)), [3, 1, 2], dials="both")

    for rows in (table[1:], table[[2, 0]], table[table["seed"] > 1], pickle.loads(pickle.dumps(table))):
        assert rows.dials == "both"
    assert three_runs().dials == ""


def test_pickle_keeps_everything():
    table = three_runs()

    again = pickle.loads(pickle.dumps(table))

    assert type(again) is KpiTable and again.tobytes() == table.tobytes()
    assert again.summary()["abandonment"] == table.summary()["abandonment"]


def test_repr_is_short():
    assert repr(three_runs()).startswith("<KpiTable of shape (3,)")


@given(COUNTS)
def test_a_total_lies_between_its_entities(runs):
    above, below = np.array(runs)[:, :2], np.array(runs)[:, 2:] + 1
    table = kpi_table(tiny(), counters_of(tiny(), (len(runs),), abandoned=above, offered=below), range(len(runs)))

    each = np.stack([table["abandonment:sales"], table["abandonment:support"]])
    assert np.all(table["abandonment"] >= each.min(axis=0) * (1 - 1e-12))
    assert np.all(table["abandonment"] <= each.max(axis=0) * (1 + 1e-12))


@given(COUNTS)
def test_intervals_add_up_to_the_run(steps):
    """Summing every additive column over the intervals gives the run's, whatever the counters."""
    cumulative = np.cumsum(np.array(steps, float), axis=0)
    counted = {"abandoned": cumulative[None, :, :2], "idle_s": cumulative[None, :, 2:]}
    parts = interval_table(tiny(), counters_of(tiny(), (1, len(steps)), **counted), [1], np.arange(len(steps)))
    run = {label: values[:, -1] for label, values in counted.items()}
    whole = kpi_table(tiny(), counters_of(tiny(), (1,), **run), [1])

    for column in ("n_abandoned", "n_abandoned:support", "idle_s", "wages", "wages:blended", "staffed_h"):
        assert parts[column].sum() == pytest.approx(whole[column][0])
