"""Tables and summaries of chosen columns have the figures of whole ones."""

import numpy as np
import pytest

from ccenv import simulation
from ccenv.kpis import KPIS
from ccenv.rewards.sums import episode_rewards, reward_columns
from ccenv.scenarios import Scenario, load_scenario
from ccenv.seeds import seeds
from ccenv.simulation import simulate

DAYS = seeds("training", 5)


@pytest.fixture(scope="module")
def tiny() -> Scenario:
    return load_scenario("tiny")


@pytest.fixture(scope="module")
def whole(tiny: Scenario) -> np.ndarray:
    return simulate(tiny, seeds=DAYS)


@pytest.mark.parametrize("kpi", [*KPIS, "n_fresh", "idle_s", "asa_s:sales"])
def test_chosen_column_has_the_figures_of_the_whole_table(tiny, whole, kpi: str):
    table = simulate(tiny, seeds=DAYS, kpis=[kpi])

    names = table.dtype.names
    assert kpi in names
    assert {name for name in whole.dtype.names if name.startswith(f"{kpi.partition(':')[0]}:")} <= set(names)
    assert len(names) < len(whole.dtype.names) / 2
    for name in names:
        np.testing.assert_array_equal(table[name], whole[name], err_msg=name)
    chosen, all_of_them = table.summary(kpis=[kpi])[kpi], whole.summary(kpis=[kpi])[kpi]
    np.testing.assert_array_equal(chosen, all_of_them)
    assert kpi.partition(":")[0] in str(table.summary())


def test_reward_is_computed_from_its_columns(tiny, whole):
    table = simulate(tiny, seeds=DAYS, kpis=reward_columns(tiny))

    np.testing.assert_array_equal(episode_rewards(tiny, table), episode_rewards(tiny, whole))


def test_column_of_a_reward_comes_with_chosen_columns(tiny, whole):
    table = simulate(tiny, seeds=DAYS, kpis=["abandonment"], reward="service")

    np.testing.assert_array_equal(table["reward"], episode_rewards(tiny, whole, "service"))


@pytest.mark.parametrize(
    ("kpis", "message"),
    [
        (["abandonmnt"], "no column 'abandonmnt'.*abandonment"),
        ("abandonment", "a list of columns"),
        (["asa_s:sale"], "no column 'asa_s:sale' in a table of tiny.*asa_s:sales"),
        (["revenue:sales"], "no column 'revenue:sales'"),
    ],
)
def test_unknown_columns_are_refused_by_name(tiny, kpis: object, message: str):
    with pytest.raises(ValueError, match=message):
        simulate(tiny, seeds=[0], kpis=kpis)  # type: ignore[arg-type]


def test_figures_of_an_entity_alone_are_in_the_text(whole):
    text = str(whole.summary(kpis=["asa_s:sales", "n_fresh:sales"])).splitlines()

    assert text[2].split() == ["queue", "unit", "total", "interval", "sales"]
    figure = whole.summary()["asa_s:sales"].value
    assert text[3].split()[:2] == ["asa_s", "s"] and float(text[3].split()[2]) == pytest.approx(figure, rel=1e-3)
    assert len(text) == 5


def test_blocks_of_runs_do_not_show(tiny, whole, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(simulation, "BLOCK", 2)
    table = simulate(tiny, seeds=DAYS, by="interval")
    once = simulate(tiny, seeds=DAYS)
    monkeypatch.undo()
    by_interval = simulate(tiny, seeds=DAYS, by="interval").interval

    assert by_interval is not None and table.interval is not None
    assert [once.tobytes(), table.tobytes()] == [whole.tobytes()] * 2
    assert table.interval.tobytes() == by_interval.tobytes()
    assert table.dials == whole.dials
