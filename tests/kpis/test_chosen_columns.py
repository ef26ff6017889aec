"""Tables and summaries of chosen columns have the figures of whole ones."""

import numpy as np
import pytest

from ccenv import simulation
from ccenv.kpis import KPIS
from ccenv.rewards.sums import episode_rewards, reward_columns
from ccenv.scenarios import load_scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate

TINY = load_scenario("tiny")
DAYS = seeds("training", 5)


@pytest.fixture(scope="module")
def whole() -> np.ndarray:
    return simulate(TINY, seeds=DAYS)


@pytest.mark.parametrize("kpi", [*KPIS, "n_fresh", "idle_s", "asa_s:sales"])
def test_chosen_column_has_the_figures_of_the_whole_table(whole, kpi: str):
    table = simulate(TINY, seeds=DAYS, kpis=[kpi])

    names = table.dtype.names
    assert kpi in names
    assert {name for name in whole.dtype.names if name.startswith(f"{kpi.partition(':')[0]}:")} <= set(names)
    assert len(names) < len(whole.dtype.names) / 2
    for name in names:
        np.testing.assert_array_equal(table[name], whole[name], err_msg=name)
    chosen, all_of_them = table.summary(columns=[kpi])[kpi], whole.summary(columns=[kpi])[kpi]
    np.testing.assert_array_equal(chosen, all_of_them)
    assert kpi.partition(":")[0] in str(table.summary())


def test_reward_is_computed_from_its_columns(whole):
    table = simulate(TINY, seeds=DAYS, kpis=reward_columns(TINY))

    np.testing.assert_array_equal(episode_rewards(TINY, table), episode_rewards(TINY, whole))


def test_column_of_a_reward_comes_with_chosen_columns(whole):
    table = simulate(TINY, seeds=DAYS, kpis=["abandonment"], reward="service")

    np.testing.assert_array_equal(table["reward"], episode_rewards(TINY, whole, "service"))


@pytest.mark.parametrize(
    ("kpis", "message"), [(["abandonmnt"], "no column 'abandonmnt'.*abandonment"), ("abandonment", "a list of columns")]
)
def test_unknown_columns_are_refused_by_name(kpis: object, message: str):
    with pytest.raises(ValueError, match=message):
        simulate(TINY, seeds=[0], kpis=kpis)  # type: ignore[arg-type]


def test_blocks_of_runs_do_not_show(whole, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(simulation, "BLOCK", 2)
    table = simulate(TINY, seeds=DAYS, by="interval")
    once = simulate(TINY, seeds=DAYS)
    monkeypatch.undo()
    by_interval = simulate(TINY, seeds=DAYS, by="interval").interval

    assert by_interval is not None and table.interval is not None
    assert [once.tobytes(), table.tobytes()] == [whole.tobytes()] * 2
    assert table.interval.tobytes() == by_interval.tobytes()
    assert table.dials == whole.dials
